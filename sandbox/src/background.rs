//! What happens by itself, without a call: the second look at orders that are
//! to be issued, and calls that are carried out later than they were answered.
//! Nobody who calls waits for the network on behalf of another order.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use crate::dispatch::Dispatcher;
use crate::service::Service;
use crate::state::signed;
use crate::validation::{Look, Method};

/// What is under way.
pub(crate) struct Background {
    dispatcher: Arc<Dispatcher>,
    service: Arc<Service>,
    under_way: Mutex<usize>,
    less: Condvar,
    last_look: AtomicU64,
}

/// How many orders are looked at, and calls carried out, at the same time.
const AT_ONCE: usize = 100;

impl Background {
    pub(crate) fn new(dispatcher: Arc<Dispatcher>) -> Self {
        Self {
            service: Arc::clone(&dispatcher.service),
            dispatcher,
            under_way: Mutex::default(),
            less: Condvar::new(),
            last_look: AtomicU64::default(),
        }
    }

    fn under_way(&self) -> MutexGuard<'_, usize> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For how many more there is room.
    fn room(&self) -> usize {
        AT_ONCE.saturating_sub(*self.under_way())
    }

    /// Whether nothing is under way any more by that time.
    fn is_idle_by(&self, end: Instant) -> bool {
        let left = end.saturating_duration_since(Instant::now());
        let waited = self.less.wait_timeout_while(self.under_way(), left, |count| *count > 0);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

/// One thing under way: it counts for as long as it lives.
struct Task(Arc<Background>);

impl Task {
    fn begin(background: &Arc<Background>) -> Self {
        *background.under_way() += 1;
        Self(Arc::clone(background))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        *self.0.under_way() -= 1;
        self.0.less.notify_all();
        self.0.service.changed.notify_one();
    }
}

/// A look under way. However it ends, its order is told.
struct SecondLook {
    task: Task,
    order: String,
    number: u64,
    began: OffsetDateTime,
    passed: bool,
}

impl SecondLook {
    fn take(mut self, look: &Look, method: Method) {
        self.passed = look.domain_control(method).is_ok() && look.caa().is_ok();
    }
}

impl Drop for SecondLook {
    fn drop(&mut self) {
        /// When to look once more at an order whose proof is gone.
        const AGAIN: Duration = Duration::from_secs(5);
        self.task.0.service.raw_state().orders.change(&self.order, |order| {
            // Another one, say of the time before a reset, has no say.
            if order.look == Some(self.number) {
                order.look = None;
                order.awaits_second_look = !self.passed;
                if !self.passed {
                    order.ready_at = Some(self.began.saturating_add(signed(AGAIN)));
                }
            }
        });
    }
}

/// Runs it on a thread of its own; where there is none to be had, it is dropped.
fn on_a_thread(run: impl FnOnce() + Send + 'static) {
    let _ = std::thread::Builder::new().name("background".to_owned()).spawn(run);
}

impl Background {
    /// Starts what is due by now, and does not wait for it.
    fn start_due(self: &Arc<Self>) {
        while self.room() > 0
            && let Some(late) = self.dispatcher.take_late(|_| true)
        {
            let task = Task::begin(self);
            on_a_thread(move || task.0.dispatcher.carry_out_late(late));
        }
        let began = self.service.raw_state().clock.now();
        let due = self.service.raw_state().orders.to_look_at(began, self.room());
        for order in due {
            // Others begin looks meanwhile.
            if self.room() == 0 {
                break;
            }
            let number = self.last_look.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some((look, method)) = self.begin_look(&order, number) {
                let task = Task::begin(self);
                let second = SecondLook { task, order, number, began, passed: false };
                on_a_thread(move || second.take(&look, method));
            }
        }
    }

    /// Notes that an order is looked at, unless it is already.
    fn begin_look(&self, order: &str, number: u64) -> Option<(Look, Method)> {
        let mut state = self.service.raw_state();
        state.orders.change(order, |order| order.next_look().map(|_| order.look = Some(number)))??;
        let order = state.orders.get(order)?;
        Some((self.service.look(&state, order), order.method?))
    }

    /// Does all that is due by now, and waits until it is done, though no
    /// longer than a look may take.
    pub(crate) fn catch_up(self: &Arc<Self>) {
        /// For what is beside the network.
        const MORE: Duration = Duration::from_secs(1);
        let (now, timeout) = {
            let state = self.service.raw_state();
            (state.clock.now(), state.settings.validation_timeout)
        };
        let end = Instant::now() + timeout + MORE;
        self.dispatcher.carry_out_due();
        loop {
            self.start_due();
            let is_idle = self.is_idle_by(end);
            if !is_idle || Instant::now() >= end || self.next_due().is_none_or(|when| when > now) {
                return;
            }
        }
    }

    /// When something is due next that nobody does yet.
    fn next_due(&self) -> Option<OffsetDateTime> {
        let look = self.service.raw_state().orders.next_look();
        self.dispatcher.next_late().into_iter().chain(look).min()
    }
}

/// Starts what is due when it is due, for as long as the runtime is there.
pub(crate) async fn tend(background: Arc<Background>) {
    /// No shorter, where something due cannot be started yet, and no longer, so
    /// that every timer can run.
    const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(3600));
    loop {
        background.start_due();
        let now = background.service.raw_state().clock.now();
        let pause =
            background.next_due().map_or(PAUSES.1, |when| (when - now).try_into().unwrap_or_default());
        tokio::select! {
            () = background.service.changed.notified() => {}
            () = tokio::time::sleep(pause.clamp(PAUSES.0, PAUSES.1)) => {}
        }
    }
}
