//! Every operation against every fault: the calls, and what they must come to.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use zerossl::{ClientBuilder, Error};

use crate::message;
use crate::stand::{Running, Stand};
use crate::table::{Call, Party, WhenLost};

/// How many calls are made at the same time.
const THREADS: usize = 12;
/// What the other languages must say, too.
const COMPARED: [&str; 7] = ["kind", "code", "operation", "retryable", "http_status", "api_code", "api_type"];

/// One call, and what it came to.
#[derive(Debug)]
pub struct Played<'a> {
    /// The operation.
    pub operation: &'a str,
    /// The fault.
    pub running: &'a Running,
    /// How it was called.
    pub call: &'a Call,
    /// Its answer or error.
    pub outcome: Result<String, Error>,
    took: Duration,
}

impl Stand {
    /// Makes every call. `folder` gets the stores.
    #[must_use]
    pub fn play(&self, folder: &Path) -> Vec<Played<'_>> {
        let with_each =
            |running| self.operations.iter().map(move |(operation, call)| (operation, call, running));
        let all: Vec<_> = self.faults.iter().flat_map(with_each).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut played = Vec::new();
            while let Some((operation, call, running)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                played.push(self.play_one(operation, call, running, folder));
            }
            played
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
        })
    }

    fn play_one<'a>(
        &self,
        operation: &'a str,
        call: &'a Call,
        running: &'a Running,
        folder: &Path,
    ) -> Played<'a> {
        let settings = Value::Object(running.settings.clone()).to_string();
        let client = ClientBuilder::from_json(&settings).and_then(ClientBuilder::build).expect("settings");
        let store = folder.join(&running.fault.name).join(operation);
        let parameters = self.parameters(call, &store).expect("a store");
        let start = Instant::now();
        let outcome = client.call(operation, &parameters);
        Played { operation, running, call, outcome, took: start.elapsed() }
    }
}

impl Played<'_> {
    /// What is not as it must be.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let got = match &self.outcome {
            Ok(_) => ("ok", false),
            Err(error) => (error.kind().name(), error.is_retryable()),
        };
        let expected = self.expected();
        if (got.0, got.1) != expected {
            problems.push(format!("expected {expected:?}, got {got:?}: {:?}", self.outcome));
        }
        let limit = self.running.settings["timeout"].as_f64().expect("seconds") * f64::from(self.call.calls);
        if self.took.as_secs_f64() > limit * 1.1 + 0.25 {
            problems.push(format!("it took {:?}", self.took));
        }
        if let Err(error) = &self.outcome
            && self.call.when_lost != WhenLost::Local
        {
            // The last of several attempts may have had too little time for the same failure.
            let is_exact = self.call.when_lost != WhenLost::Wait;
            let says =
                self.running.fault.says.iter().filter(|text| is_exact && !error.message().contains(*text));
            problems.extend(says.map(|text| format!("it does not say {text:?}: {error}")));
            problems.extend(message::problems(error.message(), self.operation, &self.places()));
        }
        let name = format!("{} {}", self.operation, self.running.fault.name);
        problems.into_iter().map(|problem| format!("{name}: {problem}")).collect()
    }

    /// The same call as a case for the other languages, with this error; none if it succeeded.
    #[must_use]
    pub fn case(&self, stand: &Stand, folder: &Path) -> Option<Value> {
        let error = self.outcome.as_ref().err()?;
        let store = folder.join("stores").join(&self.running.fault.name).join(self.operation);
        let parameters: Value = serde_json::from_str(&stand.parameters(self.call, &store).ok()?).ok()?;
        let error: Map<String, Value> = serde_json::from_str(&error.to_json()).ok()?;
        let mut expected: Map<String, Value> =
            error.into_iter().filter(|(name, _)| COMPARED.contains(&name.as_str())).collect();
        // What varies from run to run: paths, and which of several attempts was the last.
        let varies = self.running.fault.varies || self.call.case.is_none();
        if !varies {
            expected.insert("message_contains".to_owned(), json!([self.outcome.as_ref().err()?.message()]));
        }
        Some(json!({
            "about": self.running.fault.about, "source": "inferred", "settings": self.running.settings,
            "parameters": parameters, "exchange": [], "error": expected, "calls": self.call.calls,
        }))
    }

    /// The kind and whether it is retryable; `ok` is no kind.
    fn expected(&self) -> (&str, bool) {
        let fault = &self.running.fault;
        if let Some(ends) = fault.but.get(self.operation).or(self.call.ends.as_ref()) {
            return (ends, false);
        }
        match self.call.when_lost {
            WhenLost::Order if fault.is_sent => ("ambiguous", false),
            WhenLost::Look if fault.is_sent => (&fault.kind, false),
            WhenLost::Wait if fault.retryable => ("timeout", true),
            _ => (&fault.kind, fault.retryable),
        }
    }

    /// The names of who is at fault.
    fn places(&self) -> [&str; 2] {
        let place = self.running.place.as_str();
        match self.running.fault.by {
            // An answer that came is the service's.
            Party::Service => [place, "the service"],
            Party::Proxy => [place, place],
        }
    }
}
