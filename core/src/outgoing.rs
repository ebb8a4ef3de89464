//! A call's parameters as an HTTP request: path, query, JSON body, and the access key in its one place.

use std::fmt::Write;

use serde_json::{Map, Value};

use crate::client::Core;
use crate::error::{Error, Kind, Result};
use crate::operation::{Endpoint, Method};
use crate::parameter::{Arguments, ParameterKind};
use crate::settings::Auth;
use crate::transport::Outgoing;

pub(crate) fn build(core: &Core, endpoint: &Endpoint, arguments: &Arguments) -> Result<Outgoing> {
    let mut path = String::new();
    let mut rest = endpoint.path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        path.push_str(before);
        percent_encode(&mut path, arguments.text(name).unwrap_or_default());
        rest = after;
    }
    path.push_str(rest);

    let in_path = |name: &str| endpoint.path.contains(&format!("{{{name}}}"));
    let sent = arguments.iter().filter(|(parameter, _)| !in_path(parameter.name));
    let sent = sent.map(|(parameter, value)| (parameter.wire_name, wire_value(parameter.kind, value)));
    let (method, query, body): (_, Map<_, _>, _) = match endpoint.method {
        Method::Get => ("GET", sent.map(|(name, value)| (name.to_owned(), value)).collect(), None),
        // A JSON body, since a form would turn the `+` of a base64 CSR into a space.
        Method::Post => {
            ("POST", Map::new(), Some(sent.map(|(name, value)| (name.to_owned(), value)).collect()))
        }
    };
    assemble(core, method, &path, &query, body.as_ref(), endpoint.needs_key)
}

/// Puts a request together; `path` is joined to the base URL as it is.
pub(crate) fn assemble(
    core: &Core,
    method: &'static str,
    path: &str,
    query: &Map<String, Value>,
    body: Option<&Map<String, Value>>,
    needs_key: bool,
) -> Result<Outgoing> {
    let mut url = format!("{}{path}", core.base_url.as_str());
    let mut separator = '?';
    let mut add = |name: &str, value: &str| {
        url.push(std::mem::replace(&mut separator, '&'));
        percent_encode(&mut url, name);
        url.push('=');
        percent_encode(&mut url, value);
    };
    let mut authorization = None;
    if needs_key {
        let key = core.access_key()?;
        match core.auth {
            Auth::Query => add("access_key", key.reveal()),
            Auth::Header => authorization = Some(format!("ApiKey {}", key.reveal())),
        }
    }
    for (name, value) in query {
        match value {
            Value::String(text) => add(name, text),
            other => add(name, &other.to_string()),
        }
    }
    let json = body.filter(|body| !body.is_empty()).map(serde_json::to_vec).transpose();
    let json =
        json.map_err(|_| Error::new(Kind::Internal, "the request has no JSON form; please report this"))?;
    Ok(Outgoing { method, url, authorization, json })
}

/// As the service wants it: lists joined by commas, flags as 1 and 0.
fn wire_value(kind: ParameterKind, value: &Value) -> Value {
    match (kind, value) {
        (ParameterKind::Flag, Value::Bool(flag)) => u8::from(*flag).into(),
        (_, Value::Array(list)) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",").into(),
        _ => value.clone(),
    }
}

/// RFC 3986: all but the unreserved characters; the comma stays, the service's lists are full of them.
fn percent_encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' => {
                out.push(byte.into());
            }
            // Writing to a String cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
}
