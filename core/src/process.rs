//! Runs a command of the user: its words are not changed, and there is no shell.
//!
//! A new thread starts the command, reads its output and waits for its end. So a caller can stop waiting without
//! leaving the work half done: the command continues up to its time-out, and what it needs (an entry's lock) is kept
//! until then.

mod command;
mod lookup;
mod output;
mod running;
mod start;

use std::time::{Duration, Instant};

use command::GRACE;
pub(crate) use command::{Command, Ended};
pub(crate) use lookup::check_command;
use start::Program;

use crate::cancel::CancelToken;
use crate::error::{Error, Kind, Result};
use crate::mailbox::{Found, mailbox};
use crate::thread;

/// Runs a command and waits for its end.
///
/// `keep` is held until the command has ended, even if the caller stops waiting because of a cancel or the deadline.
pub(crate) fn run<K: Send + 'static>(
    command: &Command<'_>,
    cancel: &CancelToken,
    deadline: Option<Instant>,
    keep: K,
) -> Result<Ended> {
    run_with_grace(command, GRACE, cancel, deadline, keep)
}

fn run_with_grace<K: Send + 'static>(
    command: &Command<'_>,
    grace: Duration,
    cancel: &CancelToken,
    deadline: Option<Instant>,
    keep: K,
) -> Result<Ended> {
    if cancel.is_cancelled() {
        return Err(Error::cancelled());
    }
    let (program, timeout) = (Program::new(command)?, command.timeout);
    let (mail, mailbox) = mailbox().map_err(|error| Error::resource("no pipe could be made", &error))?;
    let work = move || {
        let (outcome, left) = match program.start().map(|running| running.finish(timeout, grace)) {
            Ok((ended, left)) => (Ok(ended), left),
            Err(error) => (Err(error), None),
        };
        // If nothing is left, this drops `keep`: when the caller gets the outcome, it is free.
        let left = left.map(move |running| (running, keep));
        mail.send(outcome);
        if let Some((running, _keep)) = left {
            running.wait_for_ever();
        }
    };
    thread::spawn("command", work).map_err(|error| Error::resource("no thread could be started", &error))?;
    match mailbox.wait(cancel, deadline) {
        Found::Message(outcome) => outcome,
        Found::Cancelled => Err(Error::cancelled()),
        Found::Over => {
            let message = format!(
                "the deadline came while `{}` still ran; it goes on by itself, and no other call works here until it \
                 has ended",
                command.argv.first().map_or("", String::as_str)
            );
            Err(Error::new(Kind::Timeout, message))
        }
        Found::Closed => {
            let message =
                "a bug in libzerossl: the thread that ran a command ended early; please report this";
            Err(Error::new(Kind::Internal, message))
        }
    }
}

#[cfg(test)]
mod tests;
