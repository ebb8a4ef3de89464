//! Clocks that do not wait: sleeping advances them, and the sandbox's clock too.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use zerossl_sandbox::Sandbox;

use crate::cancel::CancelToken;
use crate::clock::Clock;

pub(super) struct SandboxClock<'a> {
    sandbox: &'a Sandbox,
    ahead: Mutex<Duration>,
}

impl<'a> SandboxClock<'a> {
    pub(super) fn new(sandbox: &'a Sandbox) -> Self {
        Self { sandbox, ahead: Mutex::new(Duration::ZERO) }
    }
}

impl Clock for SandboxClock<'_> {
    fn now(&self) -> SystemTime {
        self.sandbox.now()
    }

    fn instant(&self) -> Instant {
        Instant::now() + *self.ahead.lock().expect("no panic")
    }

    fn sleep_until(&self, end: Instant, cancel: &CancelToken) -> bool {
        let left = end.saturating_duration_since(self.instant());
        *self.ahead.lock().expect("no panic") += left;
        self.sandbox.advance(left);
        !cancel.is_cancelled()
    }
}

/// One clock for hosts that work at once: time goes on when all of them wait, and only as far as the first waits for. So a
/// host that is slow, on a busy machine, is not late.
pub(super) struct CommonClock<'a> {
    sandbox: &'a Sandbox,
    state: Mutex<Crowd>,
    turned: Condvar,
}

struct Crowd {
    ahead: Duration,
    at_work: usize,
    ends: Vec<Instant>,
}

/// A host that goes by the common clock, until it is dropped.
pub(super) struct Member<'a>(&'a CommonClock<'a>);

impl<'a> CommonClock<'a> {
    pub(super) fn new(sandbox: &'a Sandbox) -> Self {
        let crowd = Crowd { ahead: Duration::ZERO, at_work: 0, ends: Vec::new() };
        Self { sandbox, state: Mutex::new(crowd), turned: Condvar::new() }
    }

    pub(super) fn member(&'a self) -> Member<'a> {
        self.crowd().at_work += 1;
        Member(self)
    }

    fn crowd(&self) -> MutexGuard<'_, Crowd> {
        self.state.lock().expect("no panic")
    }
}

impl Drop for Member<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).at_work -= 1;
        self.0.turned.notify_all();
    }
}

impl Clock for Member<'_> {
    fn now(&self) -> SystemTime {
        self.0.sandbox.now()
    }

    fn instant(&self) -> Instant {
        Instant::now() + self.0.crowd().ahead
    }

    fn sleep_until(&self, end: Instant, cancel: &CancelToken) -> bool {
        let mut crowd = self.0.crowd();
        crowd.at_work -= 1;
        crowd.ends.push(end);
        loop {
            let now = Instant::now() + crowd.ahead;
            if now >= end {
                break;
            }
            let first = *crowd.ends.iter().min().expect("this end");
            if crowd.at_work == 0 && first > now {
                crowd.ahead += first - now;
                self.0.sandbox.advance(first - now);
                self.0.turned.notify_all();
            } else {
                crowd = self.0.turned.wait_timeout(crowd, end - now).expect("no panic").0;
            }
        }
        crowd.at_work += 1;
        let own = crowd.ends.iter().position(|other| *other == end).expect("this end");
        crowd.ends.swap_remove(own);
        !cancel.is_cancelled()
    }
}
