//! The gate between native code and the interpreter. It closes when the interpreter ends.
//!
//! Before Python 3.14, a thread that attaches to a finalizing interpreter is terminated at once, by unwinding
//! its stack. Rust's frames do not allow that, so the process would abort. So no thread may be in native code
//! and about to attach at that moment. Threads in native code that are attached, or about to attach, are
//! counted here. After all at-exit hooks, the gate closes and waits for the counted threads. From then on
//! only the thread that ends the interpreter may pass; all others wait until the process is gone.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::prelude::*;

/// The number of entries into native code by threads that are attached, or about to attach.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// This thread's share of [`INSIDE`].
    static HELD: Cell<usize> = const { Cell::new(0) };
    /// Whether this thread ends the interpreter, and so may pass the closed gate.
    static ENDS: Cell<bool> = const { Cell::new(false) };
}

/// The longest wait at the end. Only Python code of the caller's values could take that long.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// Counts the thread as inside until it is dropped. Everything that may run Python code needs one.
pub(crate) struct Inside(());

impl Inside {
    pub(crate) fn enter(py: Python<'_>) -> Self {
        come_back(1);
        if is_shut() {
            detached(py, || ());
        }
        Self(())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        leave(1);
    }
}

/// Does some work while other threads have the interpreter.
#[expect(clippy::disallowed_methods, reason = "this is the gate")]
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
    py.detach(|| {
        // Dropped before the thread attaches again, also when the work panics.
        let _outside = Outside::go();
        work()
    })
}

/// Attaches to the interpreter for a moment, during detached work. `None` if there is no interpreter.
#[expect(clippy::disallowed_methods, reason = "this is the gate")]
pub(crate) fn attached<T>(work: impl for<'py> FnOnce(Python<'py>) -> T) -> Option<T> {
    pass(1);
    let outcome = Python::try_attach(work);
    leave(1);
    outcome
}

struct Outside(usize);

impl Outside {
    fn go() -> Self {
        let held = HELD.get();
        leave(held);
        Self(held)
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        pass(self.0);
    }
}

/// Counts this thread again. If the gate is closed, it never returns.
fn pass(times: usize) {
    come_back(times);
    if is_shut() {
        leave(times);
        loop {
            thread::park();
        }
    }
}

fn is_shut() -> bool {
    IS_CLOSED.load(Ordering::SeqCst) && !ENDS.get()
}

fn come_back(times: usize) {
    HELD.set(HELD.get() + times);
    INSIDE.fetch_add(times, Ordering::SeqCst);
}

fn leave(times: usize) {
    HELD.set(HELD.get() - times);
    INSIDE.fetch_sub(times, Ordering::SeqCst);
}

/// Registered as an at-exit hook, and referenced by nothing else. So it is dropped after all hooks have run,
/// and before the interpreter is finalizing.
#[pyclass(frozen, module = "libzerossl._native")]
#[derive(Default)]
struct AtExit {
    was_called: AtomicBool,
}

#[pymethods]
impl AtExit {
    fn __call__(&self) {
        self.was_called.store(true, Ordering::SeqCst);
    }
}

impl Drop for AtExit {
    #[expect(clippy::disallowed_methods, reason = "this is the gate")]
    fn drop(&mut self) {
        // The program may also have cleared the list of hooks.
        if self.was_called.load(Ordering::SeqCst) {
            Python::try_attach(close);
        }
    }
}

fn close(py: Python<'_>) {
    ENDS.set(true);
    IS_CLOSED.store(true, Ordering::SeqCst);
    let end = Instant::now() + MAX_WAIT;
    while INSIDE.load(Ordering::SeqCst) > HELD.get() && Instant::now() < end {
        // Sleeps in a loop: to wake this thread would make every call slower.
        detached(py, || thread::sleep(Duration::from_millis(1)));
    }
}

/// In a child of fork, this is the only thread, and the interpreter keeps running.
#[pyfunction]
fn after_fork() {
    INSIDE.store(HELD.get(), Ordering::SeqCst);
    IS_CLOSED.store(false, Ordering::SeqCst);
    ENDS.set(false);
}

/// Installs the gate, once per interpreter.
pub(crate) fn install(py: Python<'_>) -> PyResult<()> {
    py.import("atexit")?.call_method1("register", (AtExit::default(),))?;
    let hooks = pyo3::types::PyDict::new(py);
    hooks.set_item("after_in_child", wrap_pyfunction!(after_fork, py)?)?;
    py.import("os")?.call_method("register_at_fork", (), Some(&hooks))?;
    Ok(())
}
