//! `request`: calls any endpoint, including those published after this version.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::context::Context;
use crate::declare::request;
use crate::error::{Error, Result};
use crate::operation::Run;
use crate::outgoing;
use crate::parameter::Arguments;
use crate::reading;
use crate::shape::{Field, FieldKind, Shape};
use crate::{exchange, json};

request! {
    /// Calls any endpoint, including those published after this version. The access key is added. An error body becomes
    /// an error.
    pub struct RawRequest -> RawAnswer {
        required {
            /// The HTTP method. Only a GET is repeated.
            method: String = OneOf(METHODS);
            /// The path, for example /certificates.
            path: String = Text;
        }
        optional {
            /// The query parameters: texts, numbers, true or false.
            query: Map<String, Value> = Object;
            /// The JSON body.
            body: Map<String, Value> = Object;
        }
    }
    OPERATION: request {
        source: "ZeroSSL REST API, Overview",
        answer: &ANSWER,
        run: Run::Steps(request),
    }
}

impl RawRequest {
    /// A request without query and body.
    pub fn new(method: impl Into<String>, path: impl Into<String>) -> Self {
        Self::with(method.into(), path.into())
    }
}

/// An answer, unchanged.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RawAnswer {
    /// The HTTP status.
    pub http_status: u16,
    /// The body: JSON unchanged, any other text as a string.
    pub body: Value,
}

static ANSWER: Shape = Shape::new(
    "RawAnswer",
    "An answer, unchanged.",
    &[
        Field::new("http_status", FieldKind::Count, "The HTTP status."),
        Field::new("body", FieldKind::Any, "The body: JSON unchanged, any other text as a string."),
    ],
);

/// Nobody knows what the body holds: of an endpoint that makes credentials, those.
impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawAnswer").field("http_status", &self.http_status).finish_non_exhaustive()
    }
}

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

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
        // Neither a redirect nor another protocol is what was asked for.
        _ if answer.status == 429 || !matches!(answer.status, 200..300 | 400..500) => None,
        Some(text) => match serde_json::from_str::<&RawValue>(text) {
            Ok(json) => reading::is_readable(json.get()).then(|| json.to_owned()),
            // An HTML page comes from a proxy or gateway, not from the service.
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
    outgoing::expect_short("path", path)?;
    // After two slashes, a server may read a host.
    if !path.starts_with('/')
        || path.starts_with("//")
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
    for (name, value) in query {
        outgoing::expect_short("query", name)?;
        let parameter = format!("query.{name}");
        outgoing::expect_short(&parameter, value.as_str().unwrap_or_default())?;
        if matches!(value, Value::Null | Value::Array(_) | Value::Object(_)) {
            return Err(Error::invalid(parameter, "expected a text, a number, true or false"));
        }
    }
    Ok(())
}
