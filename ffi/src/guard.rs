//! The guard around every export: it turns a panic into an error, and prints nothing.
//!
//! It takes a closure, so that exports are plain functions, which the formatter and the header generator
//! understand.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use zerossl::{Error, Kind, Result};

use crate::error::zerossl_error;
use crate::left;
use crate::pointer::{self, Place};

/// Runs the work of an export that reports no error; a panic gives `failed`.
pub(crate) fn guard<T>(failed: T, work: impl FnOnce() -> T) -> T {
    install_hook();
    left::end_what_was_left();
    let _inside = Inside::enter();
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(failed)
}

/// Runs the work of an export that reports errors: `*error` is written in any case, and an error gives `failed`, or
/// its number where the export returns numbers.
pub(crate) fn guard_with<T: Failing>(error: Place<'_, zerossl_error>, work: impl FnOnce() -> Result<T>) -> T {
    let panicked = || Err(Error::new(Kind::Internal, "a bug in libzerossl; please report this"));
    match guard(None, || Some(work())).unwrap_or_else(panicked) {
        Ok(value) => {
            pointer::write(error, std::ptr::null_mut);
            value
        }
        Err(failure) => {
            let failed = T::failed(failure.kind());
            pointer::write(error, || zerossl_error::hand_out(failure));
            failed
        }
    }
}

/// Runs the work of an export that a signal handler may call: it neither allocates nor uses thread-local storage, and it
/// has nothing that could panic.
pub(crate) fn guard_in_handler<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// What an export returns when it fails.
pub(crate) trait Failing {
    fn failed(kind: Kind) -> Self;
}

impl<T> Failing for *mut T {
    fn failed(_: Kind) -> Self {
        std::ptr::null_mut()
    }
}

impl Failing for i32 {
    fn failed(kind: Kind) -> Self {
        kind.code()
    }
}

thread_local! {
    /// How many exports are under way on this thread: a callback may call another one.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

struct Inside;

impl Inside {
    fn enter() -> Self {
        let _ = DEPTH.try_with(|depth| depth.set(depth.get() + 1));
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let _ = DEPTH.try_with(|depth| depth.set(depth.get().saturating_sub(1)));
    }
}

/// Runs the host's code inside an export: its panics are its own. If it does not come back, nothing is left to undo.
pub(crate) fn outside(code: impl FnOnce()) {
    let depth = DEPTH.try_with(|depth| depth.replace(0)).unwrap_or_default();
    code();
    let _ = DEPTH.try_with(|inside| inside.set(depth));
}

/// Silences panics inside exports and on threads of this library. All others reach the previous hook.
fn install_hook() {
    // An atomic flag, and no lock: in a child of fork, the thread that installs the hook may be missing, and
    // nobody may wait for it.
    static IS_INSTALLED: AtomicBool = AtomicBool::new(false);
    if IS_INSTALLED.load(Ordering::Relaxed) || IS_INSTALLED.swap(true, Ordering::Relaxed) {
        return;
    }
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !is_ours() {
            before(info);
        }
    }));
}

fn is_ours() -> bool {
    let is_inside = DEPTH.try_with(|depth| depth.get() > 0).unwrap_or(false);
    is_inside || thread::current().name().is_some_and(|name| name.starts_with("zerossl-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_gives_the_failed_value() {
        assert_eq!(guard(7, || panic!("on purpose")), 7);
        assert_eq!(guard(7, || 8), 8);
        assert!(!is_ours());
    }

    #[test]
    fn a_panic_of_the_host_is_its_own() {
        // Looked at outside: the guard takes an assertion that fails for a panic.
        let found = guard(None, || {
            let before = is_ours();
            let mut during = None;
            outside(|| during = Some(is_ours()));
            Some((before, during, is_ours()))
        });
        assert_eq!(found, Some((true, Some(false), true)));
    }

    #[test]
    fn a_panic_becomes_an_internal_error() {
        assert_eq!(guard_with::<i32>(None, || panic!("on purpose")), Kind::Internal.code());
    }

    #[test]
    fn no_export_goes_without() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/exports");
        let mut exports = 0;
        for file in std::fs::read_dir(folder).expect("the exports") {
            let text = std::fs::read_to_string(file.expect("a file").path()).expect("Rust");
            for export in text.split("#[unsafe(no_mangle)]").skip(1) {
                let body = export.split_once(" {\n").expect("a function").1;
                let end = body.find("\n}\n").expect("its end");
                assert!(
                    ["    guard(", "    guard_with(", "    guard_in_handler("]
                        .iter()
                        .any(|guard| body[..end].contains(guard)),
                    "{export}"
                );
                exports += 1;
            }
        }
        assert!(exports > 30, "{exports}");
    }
}
