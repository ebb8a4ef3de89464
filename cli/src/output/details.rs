//! Any answer for people: a line for each member that holds something.

use serde_json::{Map, Value};
use zerossl::{FieldKind, Shape};

use super::styles::{FAINT, HEADER, shown, styled};

const INDENT: usize = 2;
/// A longer name moves its own value only.
const MAX_NAME: usize = 24;

/// The members of an answer. A secret is not shown.
pub(crate) fn of(shape: &'static Shape, answer: &Value) -> String {
    answer.as_object().map_or_else(|| scalar(answer), |members| object(Some(shape), members))
}

fn object(shape: Option<&'static Shape>, members: &Map<String, Value>) -> String {
    // The order of the table; what it does not know comes after it.
    let fields = shape.map_or(&[][..], |shape| shape.fields);
    let known = fields.iter().map(|field| (field.name, Some(field)));
    let others = members.keys().map(String::as_str);
    let others =
        others.filter(|name| fields.iter().all(|field| field.name != *name)).map(|name| (name, None));
    let mut parts = Vec::new();
    for (name, field) in known.chain(others) {
        match (members.get(name), field) {
            (Some(Value::String(_)), Some(field)) if field.secret => {
                let how = format!("(secret; `--field {name}` or `--json` shows it)");
                parts.push((shown(name), styled(FAINT, how)));
            }
            (Some(value), field) => {
                parts.extend(text(value, field.map(|field| field.kind)).map(|text| (shown(name), text)));
            }
            (None, _) => {}
        }
    }
    lines(&parts)
}

/// What a member holds: on the line of its name, or on lines of its own. Nothing if there is nothing to say.
fn text(value: &Value, kind: Option<FieldKind>) -> Option<String> {
    let shape = match kind {
        Some(FieldKind::Object(shape) | FieldKind::ObjectOrNone(shape) | FieldKind::Objects(shape)) => {
            Some(shape)
        }
        _ => None,
    };
    let text = match value {
        Value::Null => String::new(),
        Value::Object(members) => indented(&object(shape, members)),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let items = items.iter().filter_map(Value::as_object).enumerate();
            let parts: Vec<_> = items
                .map(|(place, members)| ((place + 1).to_string(), indented(&object(shape, members))))
                .collect();
            indented(&lines(&parts))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(scalar).collect();
            items.join(if items.iter().any(|item| item.contains('\n')) { "\n" } else { ", " })
        }
        other => scalar(other),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Names and values below each other. What has lines of its own, such as PEM, is not moved: it can be copied.
fn lines(parts: &[(String, String)]) -> String {
    let width = parts.iter().map(|(name, _)| name.chars().count()).filter(|width| *width <= MAX_NAME).max();
    let mut text = String::new();
    for (name, value) in parts {
        let title = styled(HEADER, name);
        if value.contains('\n') {
            text.extend([&title, "\n", value.trim_end_matches('\n'), "\n"]);
        } else {
            let pad = width.unwrap_or_default().saturating_sub(name.chars().count()) + INDENT;
            text.extend([&title, " ".repeat(pad).as_str(), value, "\n"]);
        }
    }
    text
}

fn indented(text: &str) -> String {
    let indent = " ".repeat(INDENT);
    text.lines().flat_map(|line| [indent.as_str(), line, "\n"]).collect()
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => shown(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use zerossl::OPERATIONS;

    use super::*;

    fn plain(operation: &str, answer: &Value) -> String {
        let operation = OPERATIONS.iter().find(|known| known.name == operation).expect("an operation");
        anstream::adapter::strip_str(&of(operation.answer, answer)).to_string()
    }

    #[test]
    fn what_holds_something_is_shown() {
        let answer =
            json!({"new": {"a": 1}, "private_key": "s3cret", "csr": "-----BEGIN\nMII", "none": null});
        let text = plain("generate_csr", &answer);
        assert_eq!(
            text,
            "csr\n-----BEGIN\nMII\nprivate_key  (secret; `--field private_key` or `--json` shows it)\nnew\n  a  1\n"
        );
    }

    #[test]
    fn a_terminal_is_not_controlled() {
        let text = plain("get_certificate", &json!({"id": "1", "common_name": "\u{1b}[2Jx", "\u{7}": "y"}));
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{text:?}");
    }
}
