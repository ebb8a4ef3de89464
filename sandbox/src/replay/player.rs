//! Plays cases: compares each request with the next expected one.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use hyper::header::CONTENT_TYPE;
use serde::Serialize;
use serde_json::{Value, json};

use crate::call::{Call, decode};
use crate::journal::KeyPlace;
use crate::replay::case::{Case, Expected};
use crate::reply::Reply;
use crate::server::{Received, Responder};

/// The access key for the client under test.
pub(super) const ACCESS_KEY: &str = "replay-key";

/// The result of playing a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Whether every expected request came.
    pub complete: bool,
    /// What differed, request by request.
    pub problems: Vec<String>,
}

pub(super) struct Player {
    cases: Vec<Case>,
    /// One entry for each case, in the same order.
    progress: Mutex<Vec<Progress>>,
}

#[derive(Clone, Default)]
struct Progress {
    played: usize,
    problems: Vec<String>,
}

impl Player {
    pub(super) fn new(cases: Vec<Case>) -> Self {
        let progress = Mutex::new(vec![Progress::default(); cases.len()]);
        Self { cases, progress }
    }

    pub(super) fn cases(&self) -> &[Case] {
        &self.cases
    }

    pub(super) fn verdict(&self, name: &str) -> Verdict {
        let Some(place) = self.find(name) else {
            return Verdict { complete: false, problems: vec![format!("there is no case {name}")] };
        };
        let mut all = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let progress = std::mem::take(&mut all[place]);
        Verdict { complete: progress.played == self.cases[place].exchange.len(), problems: progress.problems }
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.cases.binary_search_by(|case| case.name.as_str().cmp(name)).ok()
    }

    fn play(&self, place: usize, path: &str, received: &Received) -> Result<Reply, String> {
        let case = &self.cases[place];
        let mut all = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let progress = &mut all[place];
        let played = match case.exchange.get(progress.played) {
            None => Err(format!("{} {path} came after the end", received.method)),
            Some(turn) => match difference(&turn.request, path, received) {
                Some(difference) => Err(difference),
                None => turn.response.reply(),
            },
        };
        match played {
            Ok(reply) => {
                progress.played += 1;
                Ok(reply)
            }
            Err(problem) => {
                let problem = format!("request {}: {problem}", progress.played + 1);
                progress.problems.push(problem.clone());
                Err(problem)
            }
        }
    }
}

impl Responder for Player {
    fn respond(&self, received: &Received) -> Reply {
        let parts: Vec<&str> = received.uri.path().splitn(4, '/').collect();
        let ["", operation, case, rest @ ..] = parts.as_slice() else {
            return Reply::text(404, "replay: the path names no case");
        };
        let name = format!("{operation}/{case}");
        let path = format!("/{}", rest.first().unwrap_or(&""));
        let Some(place) = self.find(&name) else {
            return Reply::text(404, format!("replay: there is no case {name}"));
        };
        if path == "/.verdict" {
            return Reply::json(200, json!(self.verdict(&name)));
        }
        self.play(place, &path, received)
            .unwrap_or_else(|problem| Reply::text(500, format!("replay: {problem}")))
    }
}

/// The first difference between the expected request and the one that came.
fn difference(expected: &Expected, path: &str, received: &Received) -> Option<String> {
    let differs = |what: &str, expected: &Value, came: &Value| {
        (expected != came).then(|| format!("{what}: expected {expected}, got {came}"))
    };
    let call = Call::read(received, None);
    let mut query = decode(received.uri.query().unwrap_or_default().as_bytes());
    query.remove("access_key");
    differs("method", &json!(expected.method), &json!(received.method.as_str()))
        .or_else(|| differs("path", &json!(expected.path), &json!(path)))
        .or_else(|| differs("query", &json!(expected.query), &json!(query)))
        .or_else(|| differs("body", &json!(expected.body), &json!(body(received))))
        .or_else(|| differs("key", &place(expected.key()), &place(call.key_place)))
        .or_else(|| match call.key.as_deref() {
            None | Some(ACCESS_KEY) => None,
            Some(_) => Some(format!("key: expected {ACCESS_KEY:?}, got another")),
        })
}

fn place(place: KeyPlace) -> Value {
    json!(match place {
        KeyPlace::Query => "query",
        KeyPlace::Header => "header",
        KeyPlace::None => "none",
    })
}

/// The body as JSON, whatever its format. A body of an unknown format becomes a text.
fn body(received: &Received) -> Option<Value> {
    if received.body.is_empty() {
        return None;
    }
    let kind = received.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let text = || Value::String(String::from_utf8_lossy(&received.body).into_owned());
    Some(match kind {
        "application/json" => serde_json::from_slice(&received.body).unwrap_or_else(|_| text()),
        "application/x-www-form-urlencoded" => {
            let mut form: BTreeMap<String, String> = decode(&received.body);
            form.remove("access_key");
            json!(form)
        }
        _ => text(),
    })
}
