//! Case files: a request, its answer, and what a client should make of it. The format is described in
//! `tests/cases/README.md`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::journal::KeyPlace;
use crate::reply::{Body, Reply, WireFault};

/// One case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its name, `<operation>/<case>`, which is also the path of its file.
    #[serde(skip)]
    pub name: String,
    /// What was seen, and why it matters.
    pub about: String,
    /// Where the knowledge comes from.
    pub source: Source,
    /// The client's settings, other than base URL and access key.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// The operation's parameters.
    pub parameters: Map<String, Value>,
    /// How many time-outs the operation may take; one if that is left out.
    pub calls: Option<u32>,
    pub(super) exchange: Vec<Turn>,
    /// What the operation has to return, exactly.
    pub result: Option<Value>,
    /// What the operation's error has to contain. Other members are not compared.
    pub error: Option<Map<String, Value>>,
}

/// Where the knowledge about an exchange comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A raw body that a user of the service quoted.
    Raw,
    /// A maintainer's test against the service.
    Live,
    /// A strictly typed client that works.
    Typed,
    /// The code of a client that works for its author.
    Client,
    /// The vendor's documentation.
    Documented,
    /// Our own conclusion.
    Inferred,
}

/// An expected request, and the answer to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Turn {
    pub(super) request: Expected,
    pub(super) response: Given,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    pub(super) method: String,
    pub(super) path: String,
    #[serde(default)]
    pub(super) query: BTreeMap<String, String>,
    pub(super) body: Option<Value>,
    #[serde(default)]
    key: ExpectedKey,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ExpectedKey {
    #[default]
    Query,
    Header,
    None,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Sent exactly as in the file, so that order and escapes are kept.
    json: Option<Box<RawValue>>,
    text: Option<String>,
    base64: Option<String>,
    #[serde(default)]
    delay_ms: u64,
    fault: Option<GivenFault>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum GivenFault {
    Reset,
    Hang,
    Truncate,
    Drip,
}

impl Expected {
    pub(super) fn key(&self) -> KeyPlace {
        match self.key {
            ExpectedKey::Query => KeyPlace::Query,
            ExpectedKey::Header => KeyPlace::Header,
            ExpectedKey::None => KeyPlace::None,
        }
    }
}

impl Given {
    /// The answer, or what is wrong with its description.
    pub(super) fn reply(&self) -> Result<Reply, String> {
        const DRIP: WireFault = WireFault::Drip { every: Duration::from_millis(10) };
        if !(100..=999).contains(&self.status) {
            return Err(format!("{} is no HTTP status", self.status));
        }
        let mut reply = match (&self.json, &self.text, &self.base64) {
            (Some(json), None, None) => {
                let body = Body::Bytes(json.get().as_bytes().to_vec());
                Reply::new(self.status, body)
            }
            (None, Some(text), None) => Reply::text(self.status, text),
            (None, None, Some(base64)) => {
                let bytes = STANDARD.decode(base64).map_err(|error| format!("base64: {error}"))?;
                Reply::new(self.status, Body::Bytes(bytes))
            }
            (None, None, None) => Reply::new(self.status, Body::Bytes(Vec::new())),
            _ => return Err("more than one of json, text and base64".to_owned()),
        };
        reply.headers.extend(self.headers.clone());
        if self.json.is_some() {
            reply = reply.with_header_unless_given("content-type", || "application/json".to_owned());
        }
        reply.delay = Duration::from_millis(self.delay_ms);
        reply.fault = self.fault.map(|fault| match fault {
            GivenFault::Reset => WireFault::Reset,
            GivenFault::Hang => WireFault::Hang,
            GivenFault::Truncate => WireFault::Truncate,
            GivenFault::Drip => DRIP,
        });
        Ok(reply)
    }
}

impl Case {
    fn parse(name: String, text: &str) -> Result<Self, String> {
        let mut case: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if case.result.is_some() == case.error.is_some() {
            return Err("one of result and error is needed, and not both".to_owned());
        }
        for (place, turn) in case.exchange.iter().enumerate() {
            turn.response.reply().map_err(|problem| format!("response {}: {problem}", place + 1))?;
        }
        case.name = name;
        Ok(case)
    }
}

/// All cases of a folder, in the order of their names. A case that cannot be read is an error that names its
/// file.
pub(super) fn read_all(dir: &Path) -> io::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for operation in entries(dir)?.iter().filter(|path| path.is_dir()) {
        for file in entries(operation)? {
            if file.extension().is_some_and(|extension| extension == "json") {
                let name = format!("{}/{}", stem(operation), stem(&file));
                let bad = |problem: String| {
                    let text = format!("{}: {problem}", file.display());
                    io::Error::new(io::ErrorKind::InvalidData, text)
                };
                let text = fs::read_to_string(&file).map_err(|error| bad(error.to_string()))?;
                cases.push(Case::parse(name, &text).map_err(bad)?);
            }
        }
    }
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(cases)
}

fn entries(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", dir.display()));
    let entries = fs::read_dir(dir).map_err(named)?;
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
