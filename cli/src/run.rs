//! Running an operation: its events become progress, and its questions go to a person.

use std::time::Duration;

use serde_json::{Map, Value, json};
use zerossl::{Client, Event, EventType, Next, Op};

use crate::failure::Result;
use crate::output::Output;
use crate::output::styles::shown;
use crate::progress::{Progress, Volume};
use crate::prompt;
use crate::signals::Signals;

/// Everything that a command needs to work.
pub(crate) struct Session {
    pub(crate) client: Client,
    /// The same client, which a signal does not stop: for what has to be put right after one.
    pub(crate) steady: Client,
    pub(crate) output: Output,
    pub(crate) volume: Volume,
    pub(crate) signals: Signals,
}

/// What is over before needs no spinner.
const MOMENT: Duration = Duration::from_millis(300);

/// What a person has to do is among these members of an event.
const TO_PUBLISH: [&str; 5] = ["name", "target", "url", "path", "content"];

impl Session {
    /// Runs an operation to its end.
    pub(crate) fn call(&self, operation: &str, parameters: Map<String, Value>) -> Result<String> {
        self.watch(operation, &self.client.start(operation, parameters)?, |_| Ok(()))
    }

    /// The same without events, for a list of which one page is wanted.
    pub(crate) fn page(&self, operation: &str, parameters: Map<String, Value>) -> Result<String> {
        self.watch(operation, &self.client.start_call(operation, parameters)?, |_| Ok(()))
    }

    /// Reads a whole list: `take` gets the entries of each page.
    pub(crate) fn list(
        &self,
        operation: &str,
        parameters: Map<String, Value>,
        mut take: impl FnMut(&Value) -> Result<()>,
    ) -> Result<String> {
        let op = self.client.start(operation, parameters)?;
        self.watch(operation, &op, |event| {
            if event["type"] == EventType::Page.name() { take(&event["results"]) } else { Ok(()) }
        })
    }

    /// Follows an op. Dropping it cancels it, if there is an error.
    pub(crate) fn watch(
        &self,
        operation: &str,
        op: &Op,
        mut take: impl FnMut(&Value) -> Result<()>,
    ) -> Result<String> {
        let mut progress = Progress::start(&format!("{operation}: waiting for the service"), self.volume);
        loop {
            match op.next(progress.is_hidden().then_some(MOMENT))? {
                Next::Event(event) => {
                    let members: Value = serde_json::from_str(event.json()).unwrap_or_default();
                    self.tell(&mut progress, op, &event, &members)?;
                    take(&members)?;
                }
                Next::Pending => progress.show(),
                Next::Done => return Ok(op.result()?),
            }
        }
    }

    fn tell(&self, progress: &mut Progress, op: &Op, event: &Event, members: &Value) -> Result<()> {
        let text = |name: &str| members[name].as_str().unwrap_or_default();
        match event.kind() {
            EventType::Progress => progress.step(&with_entry(members)),
            EventType::Warning => progress.warn(&with_entry(members)),
            EventType::Log | EventType::Page => progress.log(text("message")),
            _ if progress.suspended(|| self.ask(members)) => {
                op.reply(&json!({"id": members["id"], "ok": true}).to_string())?;
            }
            _ => op.decline(event, "nobody is at the terminal to do it; give a hook, or a webroot")?,
        }
        Ok(())
    }

    /// Has a person publish something.
    fn ask(&self, members: &Value) -> bool {
        let lines =
            TO_PUBLISH.iter().filter_map(|name| Some(format!("  {name:<8}{}\n", members[*name].as_str()?)));
        let what = if members["type"] == EventType::Publish.name() { "Publish" } else { "Take away" };
        let domain = members["domain"].as_str().unwrap_or_default();
        let question = format!(
            "{what} for {domain}:\n{}Press Enter when it is done:",
            shown(&lines.collect::<String>())
        );
        prompt::ask(&question, self.signals.token()).is_some()
    }
}

fn with_entry(members: &Value) -> String {
    let text = |name: &str| members[name].as_str().unwrap_or_default();
    match (text("entry"), text("stage")) {
        ("", "") => text("message").to_owned(),
        (entry, stage) => format!("{entry}: {stage}: {}", text("message")),
    }
}
