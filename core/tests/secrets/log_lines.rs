//! Everything that the library logs, at the finest level.

use std::sync::{Mutex, Once};

use log::{LevelFilter, Log, Metadata, Record};
use zerossl::Next;
use zerossl_sandbox::{Reply, When};

use crate::spellings::{KEY, search};
use crate::support::fault;
use crate::{sandbox, settings};

/// The lines of all tests of this program.
struct Kept(Mutex<Vec<String>>);

static LOG: Kept = Kept(Mutex::new(Vec::new()));

impl Log for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("zerossl")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.lock().expect("no panic").push(format!("{} {}", record.level(), record.args()));
        }
    }

    fn flush(&self) {}
}

pub(crate) fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&LOG).expect("no other logger");
        log::set_max_level(LevelFilter::Trace);
    });
}

/// Searches what was logged so far. Returns the lines that contain this.
pub(crate) fn searched(part: &str) -> usize {
    let lines = LOG.0.lock().expect("no panic").clone();
    for line in &lines {
        search(line, "a log line");
    }
    lines.iter().filter(|line| line.contains(part)).count()
}

#[test]
fn log_lines_and_log_events() {
    let sandbox = sandbox();
    let client = settings(&sandbox).build().expect("settings");
    fault(
        &sandbox,
        "get_certificate",
        2,
        When::Before,
        Reply::text(503, KEY).with_header("Retry-After", "0"),
    );
    let op = client.start("get_certificate", r#"{"id": "x"}"#).expect("an op");
    let mut events = 0;
    while let Ok(Next::Event(event)) = op.next(None) {
        search(event.json(), "a log event");
        events += 1;
    }
    assert!(events >= 3, "{events}");
    client.call("request", r#"{"method": "GET", "path": "/certificates"}"#).expect("a list");
    assert!(searched("/certificates/{id} (attempt 1") > 0);
    assert!(searched("trying /certificates/{id} again in ") > 0);
}
