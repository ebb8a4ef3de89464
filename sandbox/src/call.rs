//! One call of the API, whatever the format of its parameters.

use std::collections::BTreeMap;

use http_body_util::{BodyDataStream, Full};
use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use serde_json::Value;

use crate::account::Owner;
use crate::as_of::{self, AsOf, Since};
use crate::journal::KeyPlace;
use crate::quirk::Effects;
use crate::refusal::{self, Refusal};
use crate::server::Received;

#[derive(Clone, Default)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) key: Option<String>,
    pub(crate) key_place: KeyPlace,
    pub(crate) user_agent: Option<String>,
    /// What is wrong with the body.
    pub(crate) malformed: Option<Refusal>,
    /// The parts of the path that hold the id and the format.
    pub(crate) id: String,
    pub(crate) format: Option<String>,
    /// The account of its access key; the first account if no key is needed.
    pub(crate) owner: Owner,
    /// The quirks that apply to it.
    pub(crate) effects: Effects,
}

const KEY: &str = "access_key";

impl Call {
    /// Reads a call as the API did on that day.
    pub(crate) fn read(received: &Received, day: Option<AsOf>) -> Self {
        let query = received.uri.query().unwrap_or_default();
        let mut parameters = decode(query.as_bytes());
        let (key, key_place) = match (parameters.remove(KEY), header_key(received, day)) {
            (Some(key), _) => (Some(key), KeyPlace::Query),
            (None, Some(key)) => (Some(key), KeyPlace::Header),
            (None, None) => (None, KeyPlace::None),
        };
        let malformed = match body(received, day) {
            // As in PHP's $_REQUEST, the body overrides the query.
            Ok(body) => {
                parameters.extend(body);
                None
            }
            Err(refusal) => Some(refusal),
        };
        // An access key in the body is ignored, and kept out of the journal.
        parameters.remove(KEY);
        Self {
            method: received.method.clone(),
            path: received.uri.path().to_owned(),
            parameters,
            key,
            key_place,
            user_agent: header(received, USER_AGENT).map(str::to_owned),
            malformed,
            ..Self::default()
        }
    }

    /// A parameter that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|text| !text.is_empty())
    }

    /// A parameter that was given, even if it is empty.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(|text| text.trim())
    }

    /// A flag, as PHP reads truth.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text != "0")
    }

    /// A list, which the API takes as comma-separated text.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        self.text(name).map_or_else(Vec::new, |text| text.split(',').map(str::trim).collect())
    }
}

fn header(received: &Received, name: hyper::header::HeaderName) -> Option<&str> {
    received.headers.get(name)?.to_str().ok()
}

/// `Authorization: ApiKey <key>`; `Bearer` is ignored.
fn header_key(received: &Received, day: Option<AsOf>) -> Option<String> {
    as_of::has(day, Since::KeyHeader).then_some(())?;
    let (scheme, key) = header(received, AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("apikey").then(|| key.trim().to_owned())
}

type Parameters = BTreeMap<String, String>;

pub(crate) fn decode(form: &[u8]) -> Parameters {
    form_urlencoded::parse(form).into_owned().collect()
}

fn body(received: &Received, day: Option<AsOf>) -> Result<Parameters, Refusal> {
    let content_type = header(received, CONTENT_TYPE).unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    match kind.to_ascii_lowercase().as_str() {
        _ if received.body.is_empty() => Ok(Parameters::new()),
        "application/json" if as_of::has(day, Since::JsonBodies) => json(&received.body),
        "application/x-www-form-urlencoded" => Ok(decode(&received.body)),
        "multipart/form-data" => multipart(content_type, received.body.clone()),
        _ => Ok(Parameters::new()),
    }
}

fn json(body: &[u8]) -> Result<Parameters, Refusal> {
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
        return Err(refusal::INVALID_JSON_REQUEST);
    };
    let mut parameters = Parameters::new();
    for (name, value) in members {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => if flag { "1" } else { "" }.to_owned(),
            // Lists are comma-separated text here as well.
            Value::Array(_) | Value::Object(_) => return Err(refusal::INVALID_JSON_REQUEST_PARAM),
        };
        parameters.insert(name, text);
    }
    Ok(parameters)
}

fn multipart(content_type: &str, body: Bytes) -> Result<Parameters, Refusal> {
    let boundary = multer::parse_boundary(content_type).map_err(|_| refusal::INVALID_REQUEST_BODY)?;
    let body = BodyDataStream::new(Full::new(body));
    let read = async move {
        let mut form = multer::Multipart::new(body, boundary);
        let mut parameters = Parameters::new();
        while let Some(field) = form.next_field().await? {
            if let Some(name) = field.name().map(str::to_owned) {
                parameters.insert(name, field.text().await?);
            }
        }
        Ok::<_, multer::Error>(parameters)
    };
    // This never waits: the whole body was read. And this thread may block.
    tokio::runtime::Handle::current().block_on(read).map_err(|_| refusal::INVALID_REQUEST_BODY)
}
