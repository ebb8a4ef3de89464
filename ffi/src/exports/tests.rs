//! How the guard reports errors, as C sees it.

use std::ptr;

use zerossl::Kind;

use super::{zerossl_error_code, zerossl_error_free};
use crate::guard::guard_with;
use crate::pointer::place;

#[test]
fn a_panic_is_reported_as_an_internal_error() {
    let mut error = ptr::dangling_mut();
    // SAFETY: a variable of this test.
    let code: i32 = guard_with(unsafe { place(&raw mut error) }, || panic!("on purpose"));
    assert_eq!(code, Kind::Internal.code());
    // SAFETY: the guard has made the error; it is freed once.
    unsafe {
        assert_eq!(zerossl_error_code(error), Kind::Internal.code());
        zerossl_error_free(error);
    }
}

#[test]
fn success_sets_the_error_to_null() {
    let mut error = ptr::dangling_mut();
    // SAFETY: a variable of this test.
    assert_eq!(guard_with(unsafe { place(&raw mut error) }, || Ok(3)), 3);
    assert!(error.is_null());
}
