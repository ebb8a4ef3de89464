//! Pointers from C: the only place that looks at them.
//!
//! The exports are `unsafe`: whoever calls one has promised what the header says, namely that a pointer is NULL or
//! one that we handed out and that was not freed yet, that texts end with NUL, and that `error` and the like are
//! places that may be written. The functions here rest on that promise, and are called by exports only.

#![allow(unsafe_code)]

use std::ffi::{CStr, c_char};
use std::marker::PhantomData;

use zerossl::{Error, Result};

use crate::count;

/// An object that C holds; it must not be used after C gave it back.
pub(crate) fn hand_out<T>(object: T) -> *mut T {
    count::made();
    Box::into_raw(Box::new(object))
}

/// The object behind a pointer, for the time of a call; `None` for NULL.
pub(crate) fn look<'a, T>(object: *const T) -> Option<&'a T> {
    // SAFETY: NULL or from `hand_out`, not freed during the call; shared by threads, so `T` is `Sync` (see `Shared`).
    unsafe { object.as_ref() }
}

/// The object behind a pointer that must not be NULL; the error names the argument.
pub(crate) fn needed<'a, T>(object: *const T, argument: &str) -> Result<&'a T> {
    look(object).ok_or_else(|| null(argument))
}

/// Takes an object back from C; `None` for NULL.
pub(crate) fn take_back<T>(object: *mut T) -> Option<Box<T>> {
    if object.is_null() {
        return None;
    }
    count::freed();
    // SAFETY: from `hand_out`, and given back once.
    Some(unsafe { Box::from_raw(object) })
}

/// A text from C; `None` for NULL. The error names the argument.
pub(crate) fn text<'a>(text: *const c_char, argument: &str) -> Result<Option<&'a str>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: it ends with NUL, and stays as it is during the call.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map(Some).map_err(|error| {
        Error::invalid(argument, format!("not UTF-8 (byte {}); all texts are UTF-8", error.valid_up_to()))
    })
}

/// A text that must not be NULL.
pub(crate) fn needed_text<'a>(pointer: *const c_char, argument: &str) -> Result<&'a str> {
    text(pointer, argument)?.ok_or_else(|| null(argument))
}

fn null(argument: &str) -> Error {
    Error::invalid(argument, "it is NULL; check the call before, whose result this should be")
}

/// Writes to a place of the caller's, without reading what was there; does nothing for NULL.
pub(crate) fn write<T>(place: *mut *mut T, value: *mut T) {
    write_with(place, || value);
}

/// The same, with a value that is made only if there is a place for it.
pub(crate) fn write_with<T>(place: *mut *mut T, value: impl FnOnce() -> *mut T) {
    if !place.is_null() {
        // SAFETY: the caller's variable.
        unsafe { place.write(value()) };
    }
}

/// Checked by the compiler: what C shares between threads may be shared.
pub(crate) struct Shared<T: Send + Sync>(PhantomData<T>);
