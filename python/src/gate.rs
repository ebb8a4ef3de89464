//! The one way between us and the interpreter, which closes when the interpreter ends.
//!
//! A thread that comes to a finalizing interpreter is ended on the spot (before Python 3.14), by unwinding its stack,
//! which Rust's frames do not allow: the process dies. So no thread may be in our code and on its way to the interpreter
//! at that moment. Whoever is in our code and attached, or about to attach, is counted here. At the end of all at-exit
//! hooks the gate closes, waits for those who are counted, and lets nobody pass any more but the thread that ends the
//! interpreter: all others stay where they are, until the process is gone.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::prelude::*;

/// How often a thread is in our code and attached, or on its way there.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// This thread's part of [`INSIDE`].
    static HELD: Cell<usize> = const { Cell::new(0) };
    /// Whether this thread ends the interpreter, and so may pass.
    static ENDS: Cell<bool> = const { Cell::new(false) };
}

/// Only Python code that a value of the caller's runs could take as long.
const PATIENCE: Duration = Duration::from_secs(5);

/// In our code and attached, until it is dropped. It belongs to everything that may run Python code.
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

/// Goes to the interpreter for a moment, in the middle of detached work; nothing if there is none.
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

/// Counts this thread in again; where the gate is closed, it never returns.
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

/// Registered as an at-exit hook by the name of nobody else, so that it is dropped when all of them have run, and before
/// the interpreter is finalizing.
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
        // Somebody may also have cleared the list of hooks.
        if self.was_called.load(Ordering::SeqCst) {
            Python::try_attach(close);
        }
    }
}

fn close(py: Python<'_>) {
    ENDS.set(true);
    IS_CLOSED.store(true, Ordering::SeqCst);
    let end = Instant::now() + PATIENCE;
    while INSIDE.load(Ordering::SeqCst) > HELD.get() && Instant::now() < end {
        // To wake us would cost every call something.
        detached(py, || thread::sleep(Duration::from_millis(1)));
    }
}

/// In a child of fork there is no thread but this one, and the interpreter goes on.
#[pyfunction]
fn after_fork() {
    INSIDE.store(HELD.get(), Ordering::SeqCst);
    IS_CLOSED.store(false, Ordering::SeqCst);
    ENDS.set(false);
}

/// Puts the gate up, once for an interpreter.
pub(crate) fn install(py: Python<'_>) -> PyResult<()> {
    py.import("atexit")?.call_method1("register", (AtExit::default(),))?;
    let hooks = pyo3::types::PyDict::new(py);
    hooks.set_item("after_in_child", wrap_pyfunction!(after_fork, py)?)?;
    py.import("os")?.call_method("register_at_fork", (), Some(&hooks))?;
    Ok(())
}
