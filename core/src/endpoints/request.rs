//! `request`: any endpoint, also one that is published after this version.

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::operation::{Operation, Request, Run};
use crate::outgoing;
use crate::parameter::{Arguments, Parameter, ParameterKind};
use crate::reading;
use crate::shape::{Field, FieldKind, Shape};
use crate::{exchange, json};

/// Any endpoint, also one that is published after this version. The access key is added; an error body is an error.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RawRequest {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`. Only a `GET` is repeated.
    pub method: String,
    /// The path, such as `/certificates`.
    pub path: String,
    /// The query's parameters.
    pub query: Option<Map<String, Value>>,
    /// The JSON body.
    pub body: Option<Map<String, Value>>,
}

impl RawRequest {
    /// Without query and body.
    pub fn new(method: impl Into<String>, path: impl Into<String>) -> Self {
        Self { method: method.into(), path: path.into(), query: None, body: None }
    }
}

impl Request for RawRequest {
    type Answer = RawAnswer;
    const OPERATION: &'static Operation = &OPERATION;
}

/// An answer as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RawAnswer {
    /// The HTTP status.
    pub http_status: u16,
    /// The body: JSON as it came, other text as a text.
    pub body: Value,
}

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

pub(crate) static OPERATION: Operation = Operation {
    name: "request",
    summary: "Any endpoint, also one that is published after this version. The access key is added; an error body is an error.",
    source: "ZeroSSL REST API, Overview",
    parameters: &[
        Parameter::required(
            "method",
            ParameterKind::OneOf(METHODS),
            "The HTTP method. Only a GET is repeated.",
        ),
        Parameter::required("path", ParameterKind::Text, "The path, such as /certificates."),
        Parameter::optional(
            "query",
            ParameterKind::Object,
            "The query's parameters: texts, numbers, true or false.",
        ),
        Parameter::optional("body", ParameterKind::Object, "The JSON body."),
    ],
    answer: &ANSWER,
    run: Run::Steps(request),
};

static ANSWER: Shape = Shape::new(
    "RawAnswer",
    &[
        Field::new("http_status", FieldKind::Count, "The HTTP status."),
        Field::new("body", FieldKind::Any, "The body: JSON as it came, other text as a text."),
    ],
);

fn request(context: &Context<'_>, arguments: &Arguments) -> Result<String> {
    let wanted = arguments.text("method").unwrap_or_default();
    let method = METHODS.iter().find(|method| **method == wanted).copied().unwrap_or("GET");
    let path = arguments.text("path").unwrap_or_default();
    check_path(path)?;
    let nothing = Map::new();
    let object = |name| arguments.get(name).and_then(Value::as_object);
    let query = object("query").unwrap_or(&nothing);
    check_query(query)?;
    let body = object("body");
    for (name, given) in [("query", Some(query)), ("body", body)] {
        if given.is_some_and(|given| given.contains_key("access_key")) {
            return Err(Error::invalid(
                name,
                "the access key is added by the client; leave `access_key` out",
            ));
        }
    }
    let outgoing = outgoing::assemble(context.connection, method, path, query, body, true)?;
    let delivered = context.attempt(&outgoing, "(request)", method == "GET")?;

    let answer = &delivered.answer;
    if let Some(refusal) = reading::refusal(&answer.body) {
        return Err(exchange::refused(&delivered, refusal));
    }
    let body = match reading::text(&answer.body) {
        _ if answer.status == 429 || answer.status >= 500 || (300..400).contains(&answer.status) => None,
        Some(text) => match serde_json::from_str::<&RawValue>(text) {
            Ok(json) => reading::is_readable(json).then(|| json.to_owned()),
            // An HTML page comes from something that stands between.
            Err(_) if text.trim_start().starts_with('<') => None,
            Err(_) => to_raw_value(text).ok(),
        },
        None => None,
    };
    let body = body.ok_or_else(|| context.unusable(&delivered, None))?;
    json::encoded(&AsItCame { http_status: answer.status, body: &body })
}

#[derive(Serialize)]
struct AsItCame<'a> {
    http_status: u16,
    body: &'a RawValue,
}

fn check_path(path: &str) -> Result<()> {
    let is_odd = |c: char| !c.is_ascii_graphic() || matches!(c, '?' | '#' | '\\');
    if !path.starts_with('/')
        || path.contains(is_odd)
        || path.split('/').any(|part| part == ".." || part == ".")
    {
        return Err(Error::invalid(
            "path",
            "expected a path such as /certificates; give parameters as `query`",
        ));
    }
    Ok(())
}

fn check_query(query: &Map<String, Value>) -> Result<()> {
    match query.iter().find(|(_, value)| matches!(value, Value::Null | Value::Array(_) | Value::Object(_))) {
        Some((name, _)) => {
            Err(Error::invalid(format!("query.{name}"), "expected a text, a number, true or false"))
        }
        None => Ok(()),
    }
}
