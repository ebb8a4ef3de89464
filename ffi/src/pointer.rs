//! Pointers from C become references, and objects become pointers for C.
//!
//! C promises what the header says: a pointer is NULL, or one of this library that was not freed yet; a text ends with
//! NUL; `error` and `event_json` are variables that may be written. Only the exports hear that promise, so only they
//! call the unsafe functions here. All other files get references.

#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::{CStr, c_char};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

use crate::count;

/// A variable of the caller that an export writes, or `None` for NULL. Its old value is never read.
///
/// A cell, and no exclusive reference: the callback of `zerossl_run` may write the same `error` in calls of its own.
pub(crate) type Place<'a, T> = Variable<'a, *mut T>;

/// The same for any type.
pub(crate) type Variable<'a, T> = Option<&'a Cell<MaybeUninit<T>>>;

/// Moves an object to the heap, and gives C the pointer to it. It lives until [`free`].
pub(crate) fn hand_out<T>(object: T) -> *mut T {
    count::made();
    Box::into_raw(Box::new(object))
}

/// The object behind a pointer; `None` for NULL.
///
/// # Safety
///
/// The pointer is NULL, or it leads to a `T` that is neither freed nor borrowed mutably during `'a`. Other threads may
/// share the object, so `T` is `Sync`: see [`Shared`].
pub(crate) unsafe fn object<'a, T>(object: *const T) -> Option<&'a T> {
    // SAFETY: as above.
    unsafe { object.as_ref() }
}

/// A text; `None` for NULL.
///
/// # Safety
///
/// The pointer is NULL, or it leads to bytes that end with NUL. They are neither changed nor freed during `'a`.
pub(crate) unsafe fn text<'a>(text: *const c_char) -> Option<&'a CStr> {
    // SAFETY: as above; it is not NULL.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
}

/// A variable of the caller; `None` for NULL.
///
/// # Safety
///
/// The pointer is NULL, or it leads to a variable that exists during `'a`, and that no other thread uses during `'a`.
/// The variable may be uninitialized.
pub(crate) unsafe fn place<'a, T>(place: *mut *mut T) -> Place<'a, T> {
    // SAFETY: as above.
    unsafe { variable(place) }
}

/// An object that the caller changes; `None` for NULL.
///
/// # Safety
///
/// The pointer is NULL, or it leads to a `T` that is not freed, and that nothing else uses during `'a`.
pub(crate) unsafe fn exclusive<'a, T>(object: *mut T) -> Option<&'a mut T> {
    // SAFETY: as above.
    unsafe { object.as_mut() }
}

/// A number of the caller, to be written; `None` for NULL.
///
/// # Safety
///
/// The pointer is NULL, or it leads to a variable that exists during `'a`, and that no other thread uses during `'a`.
/// The variable may be uninitialized.
pub(crate) unsafe fn variable<'a, T>(variable: *mut T) -> Variable<'a, T> {
    // SAFETY: as above; `Cell` and `MaybeUninit` have the layout of what they hold.
    unsafe { variable.cast::<Cell<MaybeUninit<T>>>().as_ref() }
}

/// Frees an object if it agrees; does nothing for NULL.
///
/// # Safety
///
/// The pointer is NULL, or it comes from [`hand_out`] and was not freed yet, and nothing else uses the object any more.
/// An object that does not come from [`hand_out`] must not agree.
pub(crate) unsafe fn free<T>(object: *mut T, agrees: impl FnOnce(&T) -> bool) {
    // SAFETY: the reference ends with this line.
    if unsafe { object.as_ref() }.is_some_and(agrees) {
        count::freed();
        // SAFETY: it agreed, so it comes from `hand_out`, and this is its only owner.
        drop(unsafe { Box::from_raw(object) });
    }
}

/// Writes to a variable of the caller; does nothing for NULL.
pub(crate) fn write<T>(place: Place<'_, T>, value: impl FnOnce() -> *mut T) {
    if let Some(place) = place {
        place.set(MaybeUninit::new(value()));
    }
}

/// The same for any type.
pub(crate) fn set<T>(variable: Variable<'_, T>, value: T) {
    if let Some(variable) = variable {
        variable.set(MaybeUninit::new(value));
    }
}

/// The compiler checks that what C may share between threads is safe to share.
pub(crate) struct Shared<T: Send + Sync>(PhantomData<T>);
