//! A recorded call as a case file, in the form of tests/cases/README.md. What the library makes of it is found out by
//! playing it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use zerossl::{Auth, ClientBuilder, Error, Exchange};
use zerossl_sandbox::Replay;

use super::pem::Samples;
use super::plan::Recorded;
use super::replacements::Replacements;
use crate::failure::{Failure, Result};

/// A file to be written.
#[derive(Debug)]
pub(crate) struct CaseFile {
    /// Below the folder of all cases.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl CaseFile {
    /// All that was recorded, cleaned. What cannot be a case is left out, with the reason.
    pub(crate) fn all(
        recorded: &[Recorded],
        samples: Samples,
        source: &str,
    ) -> Result<(Vec<Self>, Vec<String>)> {
        let mut replacements = Replacements::new(samples);
        for call in recorded {
            replacements.learn(&Value::Object(call.parameters.clone()).to_string());
            for exchange in &call.exchanges {
                replacements.learn(&String::from_utf8_lossy(&exchange.answer));
            }
        }
        let (mut files, mut left_out) = (Vec::new(), Vec::new());
        for call in recorded {
            match draft(call, &mut replacements, source) {
                Some(draft) => files.push(draft),
                None => left_out.push(format!("{}/{}: an answer is not JSON", call.operation, call.name)),
            }
        }
        let files = play(files)?;
        if let Some(left) = files.iter().find_map(|file| replacements.left_in(&file.text)) {
            // Shown to its owner, who has to know what was not found.
            return Err(Failure::Bug(format!("{left} is still in a file, so nothing is written")));
        }
        Ok((files, left_out))
    }
}

/// A case without its result.
struct Draft {
    operation: &'static str,
    name: String,
    head: String,
    parameters: Map<String, Value>,
    settings: Map<String, Value>,
}

fn draft(call: &Recorded, replacements: &mut Replacements, source: &str) -> Option<Draft> {
    let parameters = replacements.request(&Value::Object(call.parameters.clone()).to_string())?;
    let exchange =
        call.exchanges.iter().map(|exchange| turn(exchange, replacements, is_public(call.operation)));
    let exchange = exchange.collect::<Option<Vec<_>>>()?.join(",\n");
    let has_header = call.exchanges.iter().any(|exchange| exchange.key == Some(Auth::Header));
    let settings: Map<_, _> = has_header.then(|| ("auth".to_owned(), "header".into())).into_iter().collect();
    let head = [
        format!("{{\n  \"about\": {},\n  \"source\": {},\n", json!(call.about), json!(source)),
        if has_header { format!("  \"settings\": {},\n", json!(settings)) } else { String::new() },
        format!("  \"parameters\": {parameters},\n  \"exchange\": [\n{exchange}\n  ],\n"),
    ]
    .concat();
    let parameters = serde_json::from_str(&parameters).ok()?;
    Some(Draft { operation: call.operation, name: call.name.clone(), head, parameters, settings })
}

/// The certificates of the CA are the same for everybody.
fn is_public(operation: &str) -> bool {
    operation.contains("ca_certificate")
}

fn turn(exchange: &Exchange, replacements: &mut Replacements, is_public: bool) -> Option<String> {
    let mut request = Map::new();
    request.insert("method".to_owned(), exchange.method.into());
    request.insert("path".to_owned(), replacements.plain(&exchange.path).into());
    let query: BTreeMap<_, _> = exchange.query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    if !query.is_empty() {
        let query = query.into_iter().map(|(name, value)| (name, replacements.plain(&decoded(value))));
        request.insert("query".to_owned(), json!(query.collect::<BTreeMap<_, _>>()));
    }
    if !exchange.body.is_empty() {
        let body = replacements.request(std::str::from_utf8(&exchange.body).ok()?)?;
        request.insert("body".to_owned(), serde_json::from_str(&body).ok()?);
    }
    match exchange.key {
        Some(Auth::Header) => request.insert("key".to_owned(), "header".into()),
        None => request.insert("key".to_owned(), "none".into()),
        // As a case has it by default.
        Some(_) => None,
    };
    let answer = std::str::from_utf8(&exchange.answer).ok()?.trim();
    let answer = if is_public { answer.to_owned() } else { replacements.answer(answer)? };
    Some(format!(
        "    {{\n      \"request\": {},\n      \"response\": {{\"status\": {}, \"json\": {answer}}}\n    }}",
        Value::Object(request),
        exchange.status
    ))
}

/// A value of our own query, which the library has encoded.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Plays each case, and adds what came of it.
fn play(drafts: Vec<Draft>) -> Result<Vec<CaseFile>> {
    let failed = |error: io::Error| Failure::Io("the cases".to_owned(), error);
    let folder = tempfile::tempdir().map_err(failed)?;
    let path = |draft: &Draft| Path::new(draft.operation).join(format!("{}.json", draft.name));
    for draft in &drafts {
        let path = folder.path().join(path(draft));
        fs::create_dir_all(path.parent().unwrap_or(folder.path())).map_err(failed)?;
        fs::write(&path, format!("{}  \"result\": {{}}\n}}\n", draft.head)).map_err(failed)?;
    }
    let replay = Replay::start(folder.path()).map_err(failed)?;
    let mut files = Vec::new();
    for draft in drafts {
        let case = format!("{}/{}", draft.operation, draft.name);
        let mut settings = Map::from_iter([
            ("access_key".to_owned(), json!(Replay::ACCESS_KEY)),
            ("base_url".to_owned(), json!(replay.base_url(&case))),
            ("requests_per_second".to_owned(), json!(0)),
        ]);
        settings.extend(draft.settings.clone());
        let client = ClientBuilder::from_json(settings).and_then(ClientBuilder::build)?;
        let outcome = client.call(draft.operation, draft.parameters.clone());
        let verdict = replay.verdict(&case);
        if !verdict.complete || !verdict.problems.is_empty() {
            let problems = verdict.problems.join("; ");
            return Err(Failure::Bug(format!("{case}: it cannot be played ({problems})")));
        }
        let end = match outcome {
            Ok(answer) => format!("  \"result\": {answer}\n}}\n"),
            Err(error) => format!("  \"error\": {}\n}}\n", of_error(&error)),
        };
        files.push(CaseFile { path: path(&draft), text: draft.head + &end });
    }
    Ok(files)
}

fn of_error(error: &Error) -> Value {
    json!({
        "kind": error.kind().name(),
        "http_status": error.http_status(),
        "api_code": error.api_code(),
        "api_type": error.api_type(),
        "retryable": error.is_retryable(),
    })
}
