//! A clock that does not wait: sleeping advances it, and the sandbox's clock too.

use std::sync::Mutex;
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
