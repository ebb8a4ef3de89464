//! For tests of a counting build; not in the header, not in the library that is installed.

#![allow(clippy::missing_panics_doc, reason = "it is caught")]

use crate::{count, guard::guard};

/// The number of objects of this library that the host holds.
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn zerossl_testing_live() -> i64 {
    guard(-1, count::live)
}

/// Panics inside the guard; the returned number shows that it was caught.
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn zerossl_testing_panic() -> i32 {
    guard(-99, || panic!("on purpose"))
}
