//! The parameters of a call as an HTTP request: path, query, JSON body, and the access key in one place.

use std::fmt::Write;

use serde_json::{Map, Value};
use ureq::http::header;
use zeroize::Zeroizing;

use crate::connection::Connection;
use crate::endpoint::{Endpoint, Method};
use crate::error::{Error, Kind, Result};
use crate::parameter::{Arguments, ParameterKind};
use crate::settings::Auth;
use crate::transport::Outgoing;

/// Enough for nearly every URL. A buffer that grows would leave copies of the key in memory.
const URL_CAPACITY: usize = 512;

/// The bytes of a text in a URL. Servers refuse longer request lines, with a page or by closing the connection.
const MAX_IN_URL: usize = 8192;

pub(crate) fn build(connection: &Connection, endpoint: &Endpoint, arguments: &Arguments) -> Result<Outgoing> {
    let mut path = String::with_capacity(128);
    let mut rest = endpoint.path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        path.push_str(before);
        percent_encode(&mut path, arguments.text(name).unwrap_or_default());
        rest = after;
    }
    path.push_str(rest);

    // Faster than a formatted `{name}`: this runs for every parameter of every call.
    let in_path = |name: &str| {
        let mut rests = endpoint.path.split('{').skip(1);
        rests.any(|rest| rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('}')))
    };
    let sent = arguments.iter().filter(|(parameter, _)| !in_path(parameter.name));
    let sent = sent.map(|(parameter, value)| (parameter.wire_name, wire_value(parameter.kind, value)));
    let (method, query, body): (_, Map<_, _>, _) = match endpoint.method {
        Method::Get => {
            for (parameter, value) in arguments.iter() {
                expect_short(parameter.name, value.as_str().unwrap_or_default())?;
            }
            ("GET", sent.map(|(name, value)| (name.to_owned(), value)).collect(), None)
        }
        // A JSON body, because a form would turn the `+` of a base64 CSR into a space.
        Method::Post => {
            ("POST", Map::new(), Some(sent.map(|(name, value)| (name.to_owned(), value)).collect()))
        }
    };
    assemble(connection, method, &path, &query, body.as_ref(), endpoint.needs_key)
}

/// Makes the request. `path` is appended to the base URL unchanged.
pub(crate) fn assemble(
    connection: &Connection,
    method: &'static str,
    path: &str,
    query: &Map<String, Value>,
    body: Option<&Map<String, Value>>,
    needs_key: bool,
) -> Result<Outgoing> {
    let mut url = Zeroizing::new(String::with_capacity(URL_CAPACITY));
    url.push_str(connection.base_url.as_str());
    url.push_str(path);
    let mut separator = '?';
    let mut add = |name: &str, value: &str| {
        url.push(std::mem::replace(&mut separator, '&'));
        percent_encode(&mut url, name);
        url.push('=');
        percent_encode(&mut url, value);
    };
    let mut headers = Vec::new();
    if needs_key {
        let key = connection.access_key()?;
        match connection.auth {
            Auth::Query => add("access_key", key.reveal()),
            Auth::Header => {
                headers.push((header::AUTHORIZATION, Zeroizing::new(format!("ApiKey {}", key.reveal()))));
            }
        }
    }
    for (name, value) in query {
        match value {
            Value::String(text) => add(name, text),
            other => add(name, &other.to_string()),
        }
    }
    let body = match body {
        Some(body) if !body.is_empty() => {
            headers.push((header::CONTENT_TYPE, Zeroizing::new("application/json".to_owned())));
            Some(serde_json::to_vec(body).map_err(|error| {
                Error::new(
                    Kind::Internal,
                    format!("the request has no JSON form ({error}); please report this"),
                )
            })?)
        }
        _ if matches!(method, "GET" | "DELETE") => None,
        _ => Some(Vec::new()),
    };
    Ok(Outgoing { method, url, headers, body })
}

/// A parameter that becomes a part of the URL.
pub(crate) fn expect_short(parameter: &str, text: &str) -> Result<()> {
    if text.len() <= MAX_IN_URL {
        return Ok(());
    }
    let why = format!("it has {} bytes, and {MAX_IN_URL} is the most that fits into a URL", text.len());
    Err(Error::invalid(parameter, why))
}

/// The service's format: lists joined by commas, flags as 1 and 0.
fn wire_value(kind: ParameterKind, value: &Value) -> Value {
    match (kind, value) {
        (ParameterKind::Flag, Value::Bool(flag)) => u8::from(*flag).into(),
        (_, Value::Array(list)) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",").into(),
        _ => value.clone(),
    }
}

fn percent_encode(out: &mut String, text: &str) {
    if text.bytes().all(is_plain) {
        return out.push_str(text);
    }
    for byte in text.bytes() {
        if is_plain(byte) {
            out.push(byte.into());
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// The unreserved characters of RFC 3986, and the comma, which is frequent in the service's lists.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b',')
}
