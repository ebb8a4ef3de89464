//! Questions to a person, on standard error, with the answer from standard input. A signal ends the waiting.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use zerossl::CancelToken;

/// How often the token is looked at.
const INTERVAL: Duration = Duration::from_millis(50);

/// Whether there is a person to ask.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// The answer, without spaces around it. None if there is nobody to ask, or no answer.
pub(crate) fn ask(question: &str, cancel: &CancelToken) -> Option<String> {
    if !can_ask() {
        return None;
    }
    let mut stderr = anstream::stderr();
    write!(stderr, "{question} ").and_then(|()| stderr.flush()).ok()?;
    let (sender, answers) = mpsc::channel();
    // It may read for ever; it ends with the process.
    thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        // Nobody waits any more if the token was cancelled.
        let _ = sender.send(read.ok().filter(|bytes| *bytes > 0).map(|_| line));
    });
    loop {
        match answers.recv_timeout(INTERVAL) {
            Ok(line) => return line.map(|line| line.trim().to_owned()),
            Err(RecvTimeoutError::Timeout) if !cancel.is_cancelled() => {}
            Err(_) => return None,
        }
    }
}
