//! One call of the library, as a process of its own, with its trouble.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;
use zerossl_sandbox::{Body, Reply, When, WireFault};

use super::storage::TroubledDisk;
use super::trouble::{ServiceFault, Trouble};
use super::world::{MINUTE, Scene};
use crate::Client;
use crate::cancel::CancelToken;
use crate::clock::Clock;
use crate::context::Context;
use crate::error::{Kind, Result};
use crate::ledger::fleet::Fleet;
use crate::ledger::records::Records;
use crate::obtain::env::Env;
use crate::obtain::interface::Obtain;
use crate::obtain::store::storage::{Disk, Storage};
use crate::obtain::tests::stand::{LEASE, seal};
use crate::obtain::tests::time::SandboxClock;
use crate::operation::{Operation, Request};
use crate::parameter::{self, Arguments};

/// What came of a call.
pub(super) struct Done<T> {
    pub(super) outcome: Result<T>,
    /// Whether what was to go wrong has gone wrong.
    pub(super) has_struck: bool,
    /// Whether the power was cut before its end.
    pub(super) has_died: bool,
    /// How many orders were asked for.
    pub(super) creates: usize,
    /// Calls to the disk, to the shared store and to the service.
    pub(super) steps: usize,
}

/// The clock of a host that is off.
struct Skewed<'a> {
    clock: SandboxClock<'a>,
    minutes: i64,
}

impl Clock for Skewed<'_> {
    fn now(&self) -> SystemTime {
        let off = MINUTE * u32::try_from(self.minutes.unsigned_abs()).expect("a few");
        if self.minutes < 0 { self.clock.now() - off } else { self.clock.now() + off }
    }

    fn instant(&self) -> Instant {
        self.clock.instant()
    }

    fn sleep_until(&self, end: Instant, cancel: &CancelToken) -> bool {
        self.clock.sleep_until(end, cancel)
    }
}

impl Scene {
    pub(super) fn call<T>(
        &self,
        host: usize,
        entry: usize,
        trouble: &Trouble,
        operation: &'static Operation,
        given: &impl serde::Serialize,
        work: impl FnOnce(&Context<'_>, &Env<'_>, &Arguments) -> Result<T>,
    ) -> Done<T> {
        let before = self.requests();
        let (asked, meanwhile) =
            (|operation: &str| self.asked(operation, before), || self.meanwhile(host, entry));
        let root = self.folder(host);
        let disk = TroubledDisk::new(&root, trouble, &asked, &meanwhile);
        self.arm(trouble);
        let engine = self.engine_calls();
        let outcome = self.run_on(&disk, operation, given, work);
        let steps = disk.calls() + self.engine_calls() - engine + self.requests() - before;
        self.await_hooks();
        self.calm();
        let is_engine_left = self.engine.lock().unwrap_or_else(PoisonError::into_inner).take().is_some();
        let (mut has_died, mut has_struck) = (false, disk.has_struck());
        match trouble {
            Trouble::Crash { loss, .. } | Trouble::Lie { loss, .. } => {
                has_died = has_struck;
                disk.dying.power_cut(&root, *loss);
                // After its end otherwise.
                has_struck = true;
            }
            Trouble::Service { operation, skip, .. } => has_struck = asked(operation) > *skip,
            Trouble::Engine { .. } => has_struck = !is_engine_left,
            Trouble::None | Trouble::Disk { .. } | Trouble::Meanwhile { .. } => {}
        }
        let creates = asked("create_certificate");
        Done { outcome, has_struck, has_died, creates, steps }
    }

    /// The number of the last request to the service.
    fn requests(&self) -> usize {
        let last = self.stand.sandbox.requests().last().map(|request| request.number);
        last.map_or(0, |number| usize::try_from(number).expect("a few"))
    }

    /// How many requests of an operation came after that one.
    fn asked(&self, operation: &str, after: usize) -> usize {
        let is_it = |request: &zerossl_sandbox::Asked| {
            request.number > after as u64 && request.operation == Some(operation)
        };
        self.stand.sandbox.requests().iter().filter(|request| is_it(request)).count()
    }

    fn engine_calls(&self) -> usize {
        self.memory.as_ref().map_or(0, |memory| memory.calls().len())
    }

    pub(super) fn run_on<T>(
        &self,
        storage: &dyn Storage,
        operation: &'static Operation,
        given: &impl serde::Serialize,
        work: impl FnOnce(&Context<'_>, &Env<'_>, &Arguments) -> Result<T>,
    ) -> Result<T> {
        self.client().enter(operation, None, |context| {
            let arguments = parameter::check(operation.parameters, crate::json::encode(given)?)?;
            self.within(context, storage, |env| work(context, env, &arguments))
        })
    }

    /// The environment of a call.
    pub(super) fn within<T>(
        &self,
        _: &Context<'_>,
        storage: &dyn Storage,
        work: impl FnOnce(&Env<'_>) -> T,
    ) -> T {
        let records =
            self.memory.as_ref().map(|memory| Arc::new(Records::new(Arc::clone(memory) as _, seal(&[1]))));
        let clock = Skewed { clock: SandboxClock::new(&self.stand.sandbox), minutes: self.skew };
        let fleet = records.as_ref().map(|records| Fleet { records, lease: LEASE });
        work(&Env { storage, clock: &clock, fleet })
    }

    /// Waits for answers however busy the machine is.
    pub(super) fn client(&self) -> Client {
        Client::builder()
            .access_key(self.stand.sandbox.access_key())
            .base_url(self.stand.sandbox.base_url())
            .requests_per_second(0.0)
            .max_retries(0)
            .timeout(Duration::from_secs(30))
            .build()
            .expect("settings")
    }

    /// Another process of the host, which does not wait long, or another host, which has the time to take over.
    fn meanwhile(&self, host: usize, entry: usize) {
        let (other, deadline) = if self.memory.is_some() { (1 - host, None) } else { (host, Some(5.0)) };
        let wanted = Obtain { deadline, ..self.wanted(other, entry, &self.wishes[entry]) };
        let outcome = std::thread::scope(|scope| {
            let work = scope.spawn(|| self.run_on(&Disk, Obtain::OPERATION, &wanted, crate::obtain::run_in));
            work.join().expect("no panic")
        });
        assert!(outcome.as_ref().err().map(crate::Error::kind) != Some(Kind::Internal), "{outcome:?}");
    }

    fn arm(&self, trouble: &Trouble) {
        match trouble {
            Trouble::Engine { call, fault } => {
                *self.engine.lock().unwrap_or_else(PoisonError::into_inner) = Some((*call, *fault));
            }
            Trouble::Service { operation, skip, times, fault } => {
                let (when, reply) = answer(*fault);
                self.stand.pass(operation, *skip);
                self.stand.strike(operation, *times, when, reply);
            }
            _ => {}
        }
    }
}

fn answer(fault: ServiceFault) -> (When, Reply) {
    match fault {
        ServiceFault::Lost => (When::After, Reply::broken(WireFault::Reset)),
        ServiceFault::NotSent => (When::Before, Reply::page(502)),
        ServiceFault::Cut => (When::After, Reply::broken(WireFault::Truncate)),
        ServiceFault::Page => (When::After, Reply::page(504)),
        ServiceFault::Html => (When::After, Reply::text(200, "<html>a page</html>")),
        ServiceFault::Object => (When::After, Reply::new(200, Body::Json(json!({})))),
        // Not carried out, by what it means.
        ServiceFault::TooMany => (When::Before, Reply::too_many_requests("7200")),
        ServiceFault::Refused(code) => (When::Before, Reply::refusal(code).expect("a code")),
        ServiceFault::Late(minutes) => {
            let by = MINUTE * u32::try_from(minutes).expect("a few");
            (When::Late { by }, Reply::page(504))
        }
    }
}
