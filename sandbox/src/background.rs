//! Background work: rechecks of orders before they are issued, and calls that are carried out after they were
//! answered. So no call waits for the network because of another order.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use crate::dispatch::Dispatcher;
use crate::service::Service;
use crate::state::signed;
use crate::validation::{Check, Method};

/// The running tasks.
pub(crate) struct Background {
    dispatcher: Arc<Dispatcher>,
    service: Arc<Service>,
    running: Mutex<usize>,
    finished: Condvar,
    last_recheck: AtomicU64,
}

/// How many rechecks and late calls run at the same time.
const MAX_TASKS: usize = 100;

impl Background {
    pub(crate) fn new(dispatcher: Arc<Dispatcher>) -> Self {
        Self {
            service: Arc::clone(&dispatcher.service),
            dispatcher,
            running: Mutex::default(),
            finished: Condvar::new(),
            last_recheck: AtomicU64::default(),
        }
    }

    fn running(&self) -> MutexGuard<'_, usize> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many more tasks may start.
    fn room(&self) -> usize {
        MAX_TASKS.saturating_sub(*self.running())
    }

    /// Waits until no task runs, at most until `end`. Returns whether none runs.
    fn is_idle_by(&self, end: Instant) -> bool {
        let left = end.saturating_duration_since(Instant::now());
        let waited = self.finished.wait_timeout_while(self.running(), left, |count| *count > 0);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

/// A running task. It is counted until it is dropped.
struct Task(Arc<Background>);

impl Task {
    fn begin(background: &Arc<Background>) -> Self {
        *background.running() += 1;
        Self(Arc::clone(background))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        *self.0.running() -= 1;
        self.0.finished.notify_all();
        self.0.service.changed.notify_one();
    }
}

/// A running recheck. When it is dropped, for whatever reason, its order is updated.
struct Recheck {
    task: Task,
    order: String,
    number: u64,
    began: OffsetDateTime,
    passed: bool,
}

impl Recheck {
    fn run(mut self, check: &Check, method: Method) {
        self.passed = check.domain_control(method).is_ok() && check.caa().is_ok();
    }
}

impl Drop for Recheck {
    fn drop(&mut self) {
        /// The pause before the next recheck of an order without a valid proof.
        const PAUSE: Duration = Duration::from_secs(5);
        self.task.0.service.raw_state().orders.change(&self.order, |order| {
            // A stale recheck, as from before a reset, is ignored.
            if order.running_recheck == Some(self.number) {
                order.running_recheck = None;
                order.awaits_recheck = !self.passed;
                if !self.passed {
                    order.ready_at = Some(self.began.saturating_add(signed(PAUSE)));
                }
            }
        });
    }
}

/// Runs it on its own thread. If no thread can be created, it is dropped.
fn on_a_thread(run: impl FnOnce() + Send + 'static) {
    let _ = std::thread::Builder::new().name("background".to_owned()).spawn(run);
}

impl Background {
    /// Starts everything that is due, without waiting for it.
    fn start_due(self: &Arc<Self>) {
        while self.room() > 0
            && let Some(late) = self.dispatcher.take_late(|_| true)
        {
            let task = Task::begin(self);
            on_a_thread(move || task.0.dispatcher.carry_out_late(late));
        }
        let began = self.service.raw_state().clock.now();
        let due = self.service.raw_state().orders.due_rechecks(began, self.room());
        for order in due {
            // Other threads may start rechecks at the same time.
            if self.room() == 0 {
                break;
            }
            let number = self.last_recheck.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some((check, method)) = self.begin_recheck(&order, number) {
                let task = Task::begin(self);
                let recheck = Recheck { task, order, number, began, passed: false };
                on_a_thread(move || recheck.run(&check, method));
            }
        }
    }

    /// Marks an order as being rechecked, unless a recheck is already running.
    fn begin_recheck(&self, order: &str, number: u64) -> Option<(Check, Method)> {
        let mut state = self.service.raw_state();
        state
            .orders
            .change(order, |order| order.next_recheck().map(|_| order.running_recheck = Some(number)))??;
        let order = state.orders.get(order)?;
        Some((self.service.check(&state, order), order.method?))
    }

    /// Does everything that is due, and waits until it is done, at most for the time limit of a check.
    pub(crate) fn catch_up(self: &Arc<Self>) {
        /// Extra time for the work other than network requests.
        const EXTRA: Duration = Duration::from_secs(1);
        let (now, timeout) = {
            let state = self.service.raw_state();
            (state.clock.now(), state.settings.validation_timeout)
        };
        let end = Instant::now() + timeout + EXTRA;
        self.dispatcher.carry_out_due();
        loop {
            self.start_due();
            let is_idle = self.is_idle_by(end);
            if !is_idle || Instant::now() >= end || self.next_due().is_none_or(|when| when > now) {
                return;
            }
        }
    }

    /// When the next task is due that is not running yet.
    fn next_due(&self) -> Option<OffsetDateTime> {
        let recheck = self.service.raw_state().orders.next_recheck();
        self.dispatcher.next_late().into_iter().chain(recheck).min()
    }
}

/// Starts each task when it is due, until the runtime ends.
pub(crate) async fn run(background: Arc<Background>) {
    /// The minimum is for a task that is due but cannot start yet. The maximum keeps within what timers
    /// support.
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
