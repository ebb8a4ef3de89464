//! What goes to standard output: answers, as JSON, as one field, or for a person to read.

pub(crate) mod details;
pub(crate) mod findings;
pub(crate) mod obtained;
pub(crate) mod styles;
pub(crate) mod table;

use std::io::Write;

use serde_json::Value;
use zerossl::Shape;

use crate::failure::{Failure, Result};

/// How answers are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Output {
    /// The JSON as the library gives it.
    pub(crate) is_json: bool,
    /// One member of it: a name, or a JSON Pointer.
    pub(crate) field: Option<String>,
}

impl Output {
    /// Whether a person reads it.
    pub(crate) fn is_for_people(&self) -> bool {
        !self.is_json && self.field.is_none()
    }

    /// An answer, in the form that is wanted.
    pub(crate) fn answer(&self, shape: &'static Shape, json: &str) -> Result<()> {
        if self.is_json {
            return print(json);
        }
        let answer = parsed(json)?;
        match &self.field {
            Some(field) => print(&member(&answer, field)?),
            None => print(&details::of(shape, &answer)),
        }
    }

    /// An answer of the command's own: `human` makes the text for people.
    pub(crate) fn own(&self, answer: &Value, human: impl FnOnce() -> String) -> Result<()> {
        match &self.field {
            _ if self.is_json => print(&answer.to_string()),
            Some(field) => print(&member(answer, field)?),
            None => print(&human()),
        }
    }
}

/// A text as it is, with styles only for a terminal that shows them.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut stdout = anstream::stdout().lock();
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    write!(stdout, "{text}{end}").and_then(|()| stdout.flush()).map_err(Failure::stdout)
}

/// A line on standard error. If nobody reads it, there is nobody to tell.
pub(crate) fn say(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// The columns of the terminal that standard output is, if it is one.
pub(crate) fn width() -> Option<usize> {
    let (terminal_size::Width(columns), _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(usize::from(columns)).filter(|columns| *columns > 0)
}

pub(crate) fn parsed(json: &str) -> Result<Value> {
    serde_json::from_str(json).map_err(|error| Failure::Io("the answer".to_owned(), error.into()))
}

/// One member: text as it is, anything else as JSON.
fn member(answer: &Value, field: &str) -> Result<String> {
    let pointer = if field.starts_with('/') { field.to_owned() } else { format!("/{field}") };
    match answer.pointer(&pointer) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(value) => Ok(value.to_string()),
        None => {
            let known =
                answer.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>().join(", "));
            let known = known.unwrap_or_default();
            Err(Failure::usage(format!("--field: the answer has no `{field}`; it has {known}")))
        }
    }
}
