//! What came of the deploy hook's last runs, for those who look into the entry.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::obtain::session::Session;
use crate::obtain::store::files::HOOK_HISTORY;
use crate::time::Time;

const MAX_RUNS: usize = 20;
/// Of what it printed, in bytes.
const MAX_OUTPUT: usize = 2000;

/// The newest run is the last one.
#[derive(Default, Serialize, Deserialize)]
struct History {
    runs: Vec<HookRun>,
}

/// One run.
#[derive(Serialize, Deserialize)]
pub(crate) struct HookRun {
    pub(crate) at: Time,
    /// The certificate's.
    pub(crate) id: String,
    pub(crate) program: String,
    pub(crate) success: bool,
    /// How it ended, in words.
    pub(crate) how: String,
    pub(crate) seconds: f64,
    /// The end of what it printed, if it failed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) output: String,
}

impl HookRun {
    pub(crate) fn new(at: SystemTime, took: Duration, id: &str, program: &str) -> Self {
        Self {
            at: at.into(),
            id: id.to_owned(),
            program: program.to_owned(),
            success: true,
            how: String::new(),
            seconds: (took.as_secs_f64() * 1000.0).round() / 1000.0,
            output: String::new(),
        }
    }

    pub(crate) fn ended(self, success: bool, how: &str, output: &str) -> Self {
        let mut kept = if success { String::new() } else { output.to_owned() };
        let start =
            (kept.len().saturating_sub(MAX_OUTPUT)..=kept.len()).find(|at| kept.is_char_boundary(*at));
        kept.drain(..start.unwrap_or_default());
        Self { success, how: how.to_owned(), output: kept, ..self }
    }
}

impl Session<'_> {
    /// A failure to keep it changes nothing.
    pub(crate) fn keep_hook_run(&self, run: HookRun) {
        // A file that cannot be read is begun anew.
        let mut history: History = self.entry.read_json(HOOK_HISTORY).ok().flatten().unwrap_or_default();
        history.runs.push(run);
        history.runs.drain(..history.runs.len().saturating_sub(MAX_RUNS));
        if let Err(error) = self.entry.write_json(HOOK_HISTORY, &history) {
            self.context.log(|| format!("{}: {HOOK_HISTORY} could not be kept ({error})", self.entry.name));
        }
    }
}
