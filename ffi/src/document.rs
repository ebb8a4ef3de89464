//! Documents for C: JSON that is parsed once, read by borrowed nodes, and built by pointers.

mod node;
mod parse;
mod place;
#[cfg(test)]
mod tests;
mod text;
mod write;

use std::ffi::{CStr, c_char};

use serde_json::{Map, Value as Json};
use zerossl::{Error, Result};

use crate::argument;
use crate::memory::wipe;
use crate::pointer::{self, Shared};
pub use node::zerossl_node;
use node::{Member, Value};
pub(crate) use parse::unquote;
pub(crate) use place::{index, steps};
pub(crate) use text::Text;
pub(crate) use write::quoted;

use crate::string;

/// A JSON document.
pub struct zerossl_doc {
    root: zerossl_node,
}

const _: Option<Shared<zerossl_doc>> = None;

/// A value to be put into a document.
pub(crate) enum Scalar<'a> {
    Text(Option<&'a CStr>),
    Int(i64),
    Number(f64),
    Flag(bool),
    Null,
    Json(Option<&'a CStr>),
}

impl zerossl_doc {
    pub(crate) fn empty() -> Self {
        Self { root: zerossl_node(Value::Object(Vec::new())) }
    }

    /// Reads a text, which an error calls by this name.
    pub(crate) fn read(json: &str, argument: &str) -> Result<Self> {
        Ok(Self { root: read(json, argument)? })
    }

    pub(crate) fn parse(text: Option<&CStr>) -> Result<*mut Self> {
        Ok(pointer::hand_out(Self::read(argument::required_text(text, "text")?, "text")?))
    }

    pub(crate) fn json(doc: Option<&Self>) -> Result<*mut c_char> {
        string::hand_out(write::json(&argument::object(doc, "doc")?.root)?)
    }

    pub(crate) fn at(&self, pointer: &str) -> Option<&zerossl_node> {
        place::find(&self.root, pointer)
    }

    pub(crate) fn set(doc: Option<&mut Self>, pointer: Option<&CStr>, value: &Scalar<'_>) -> Result<i32> {
        let doc = doc.ok_or_else(|| argument::null("doc"))?;
        let pointer = argument::required_text(pointer, "pointer")?;
        let value = match value {
            &Scalar::Text(text) => Value::Text(Text::new(argument::required_text(text, "value")?)),
            &Scalar::Int(number) => Value::Number(Text::new(&number.to_string())),
            &Scalar::Number(number) => Value::Number(Text::new(&written(number)?)),
            &Scalar::Flag(flag) => Value::Flag(flag),
            Scalar::Null => Value::Null,
            &Scalar::Json(json) => read(argument::required_text(json, "json")?, "json")?.0,
        };
        place::set(&mut doc.root, pointer, zerossl_node(value))?;
        Ok(0)
    }

    pub(crate) fn remove(doc: Option<&mut Self>, pointer: Option<&CStr>) -> Result<i32> {
        let doc = doc.ok_or_else(|| argument::null("doc"))?;
        place::remove(&mut doc.root, argument::required_text(pointer, "pointer")?)?;
        Ok(0)
    }

    /// The parameters of a call; an error calls them by this name.
    pub(crate) fn parameters(&self, argument: &str) -> Result<Map<String, Json>> {
        match &self.root.0 {
            Value::Object(members) => Ok(object(members)),
            _ => Err(Error::invalid(argument, "the document is not a JSON object")),
        }
    }
}

/// A text that came from the core is parsed and wiped.
pub(crate) fn hand_out(json: String) -> Result<*mut zerossl_doc> {
    let doc = zerossl_doc::read(&json, "answer");
    wipe(&mut json.into_bytes());
    Ok(pointer::hand_out(doc?))
}

fn read(json: &str, argument: &str) -> Result<zerossl_node> {
    parse::parse(json)
        .map_err(|wrong| Error::invalid(argument, format!("not JSON (byte {}): {}", wrong.at, wrong.why)))
}

/// Whole numbers without a point: that is how the parameters want them.
fn written(number: f64) -> Result<String> {
    if !number.is_finite() {
        return Err(Error::invalid("value", "JSON has no such number; expected a finite one"));
    }
    Ok(format!("{number}"))
}

fn object(members: &[Member]) -> Map<String, Json> {
    members.iter().map(|member| (member.key.as_str().to_owned(), value(&member.value))).collect()
}

fn value(node: &zerossl_node) -> Json {
    match &node.0 {
        Value::Null => Json::Null,
        Value::Flag(flag) => (*flag).into(),
        Value::Number(number) => number.as_str().parse().map_or(Json::Null, Json::Number),
        Value::Text(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(value).collect(),
        Value::Object(members) => Json::Object(object(members)),
    }
}
