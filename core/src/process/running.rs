//! A running command: its output is read, and it is ended when it takes too long.

use std::io::{PipeReader, Read};
use std::os::fd::AsFd;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::command::{Ended, GRACE};
use super::output::Output;
use crate::backoff::Backoff;

/// How many bytes are read at once.
const CHUNK_SIZE: usize = 16 * 1024;
/// Together as many bytes as the largest pipe can hold (1 MiB).
const MAX_LEFTOVER_READS: usize = 64;
/// Nobody tells us when a process ends, unless its output ends with it. So the pauses between two checks grow, to a fifth
/// of the time that it has run.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const GROWTH: f64 = 1.2;
const MAX_PAUSE: Duration = Duration::from_secs(1);

fn pauses() -> Backoff {
    Backoff::new(FIRST_PAUSE, GROWTH, MAX_PAUSE)
}

/// Belongs to one thread, which calls [`Running::finish`].
#[derive(Debug)]
pub(super) struct Running {
    /// The id of the process and of its group.
    process: Pid,
    /// None when all writers have closed it.
    pipe: Option<PipeReader>,
    output: Output,
    /// The pauses between two checks.
    backoff: Backoff,
}

/// How the process itself ended.
struct ExitStatus {
    success: bool,
    how: String,
}

impl Running {
    pub(super) fn new(process: Pid, pipe: PipeReader) -> Self {
        Self { process, pipe: Some(pipe), output: Output::default(), backoff: pauses() }
    }

    /// Waits for the end, or forces it. If even that failed, the second value is the command that still runs.
    pub(super) fn finish(mut self, timeout: Duration, grace: Duration) -> (Ended, Option<Self>) {
        let status = self.wait(timeout);
        let is_over = status.is_some() || self.end(grace);
        // When the process has ended, its output is in the pipe. Not more than that is read: background processes that
        // it started may write for ever.
        for _ in 0..MAX_LEFTOVER_READS {
            if !self.read(Duration::ZERO) {
                break;
            }
        }
        let status = status.unwrap_or_else(|| {
            let how = if is_over { "was ended" } else { "could not be ended, so it still runs" };
            ExitStatus {
                success: false,
                how: format!("it ran longer than {} s and {how}", timeout.as_secs_f64()),
            }
        });
        let output = std::mem::take(&mut self.output).into_text();
        let ended = Ended { success: status.success, how: status.how, output };
        (ended, (!is_over).then_some(self))
    }

    /// Waits for the end of a process that could not be ended.
    pub(super) fn wait_for_ever(mut self) {
        while self.status().is_none() {
            self.read(MAX_PAUSE);
        }
    }

    /// None if it still runs after that time.
    fn wait(&mut self, timeout: Duration) -> Option<ExitStatus> {
        let mut status = None;
        self.wait_until(timeout, |running| {
            status = running.status();
            status.is_some()
        });
        status
    }

    /// Asks the whole group to end, and forces it if necessary. False if it still runs.
    ///
    /// While a process of the group has the pipe open, the first process is not reaped. Dead or alive, it keeps the
    /// group's id, so the id cannot become another process's before the last signal.
    fn end(&mut self, grace: Duration) -> bool {
        self.backoff = pauses();
        self.signal(Signal::SIGTERM);
        if self.wait_until(grace, |running| running.pipe.is_none() && running.status().is_some()) {
            return true;
        }
        self.backoff = pauses();
        self.signal(Signal::SIGKILL);
        // It may run as another user now, or hang in the kernel.
        self.wait_until(GRACE, |running| running.status().is_some())
    }

    fn wait_until(&mut self, max_wait: Duration, mut is_true: impl FnMut(&Self) -> bool) -> bool {
        let started = Instant::now();
        loop {
            let left = max_wait.saturating_sub(started.elapsed());
            let pause = self.backoff.pause().min(left);
            self.read(pause);
            if is_true(self) {
                return true;
            }
            if left == Duration::ZERO {
                return false;
            }
        }
    }

    /// To the group, or to a process that has left its group and still runs.
    fn signal(&self, signal: Signal) {
        if killpg(self.process, signal).is_err() && self.status().is_none() {
            // If this fails too, the wait will show it.
            let _ = kill(self.process, signal);
        }
    }

    /// Reads a chunk. Waits for it up to this time. False if there was none.
    fn read(&mut self, max_wait: Duration) -> bool {
        let Some(pipe) = &mut self.pipe else {
            if !max_wait.is_zero() {
                thread::sleep(max_wait);
            }
            return false;
        };
        // Rounded up. Rounded down, the last millisecond would be a busy loop.
        let milliseconds = u16::try_from(max_wait.as_micros().div_ceil(1000)).unwrap_or(u16::MAX);
        let mut watched = [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)];
        if !matches!(poll(&mut watched, PollTimeout::from(milliseconds)), Ok(1..)) {
            return false;
        }
        let mut piece = [0; CHUNK_SIZE];
        match pipe.read(&mut piece) {
            Ok(length @ 1..) => {
                self.output.add(piece.get(..length).unwrap_or_default());
                true
            }
            Ok(0) | Err(_) => {
                self.pipe = None;
                false
            }
        }
    }

    /// None while it runs.
    fn status(&self) -> Option<ExitStatus> {
        let (success, how) = match waitpid(self.process, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::Exited(_, code)) => (code == 0, format!("exit status {code}")),
            Ok(WaitStatus::Signaled(_, signal, _)) => (false, format!("killed by {}", signal.as_str())),
            Ok(_) | Err(Errno::EINTR) => return None,
            // A host that ignores SIGCHLD leaves no exit status.
            Err(Errno::ECHILD) => {
                (false, "its exit status is unknown, since this process ignores SIGCHLD".to_owned())
            }
            // For example a real-time signal, which has no name.
            Err(error) => (false, format!("its exit status cannot be understood ({})", error.desc())),
        };
        Some(ExitStatus { success, how })
    }
}
