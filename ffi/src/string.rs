//! Strings for C. They are allocated with libc's malloc, so that a host that calls `free` does not crash.
//! They are wiped when they are freed.

#![allow(unsafe_code)]

use std::ffi::c_char;
use std::{ptr, slice};

use zeroize::Zeroize;
use zerossl::{Error, Kind, Result};

use crate::count;

/// A copy of the text for C; the text itself is wiped. A text with a NUL inside cannot be a C string.
pub(crate) fn hand_out(mut text: String) -> Result<*mut c_char> {
    let copied = copy(&text);
    text.zeroize();
    copied
}

fn copy(text: &str) -> Result<*mut c_char> {
    if text.as_bytes().contains(&0) {
        return Err(Error::new(Kind::Internal, "the text holds a NUL; please report this"));
    }
    // SAFETY: malloc takes any size.
    let string = unsafe { libc::malloc(text.len() + 1) }.cast::<u8>();
    if string.is_null() {
        return Err(Error::new(Kind::Internal, "out of memory"));
    }
    // SAFETY: the new memory has room for the text and its NUL.
    unsafe {
        ptr::copy_nonoverlapping(text.as_ptr(), string, text.len());
        string.add(text.len()).write(0);
    }
    count::made();
    Ok(string.cast())
}

/// Wipes and frees a string; does nothing for NULL.
///
/// # Safety
///
/// The pointer is NULL, or it comes from [`hand_out`] and was not freed yet, and nothing else uses the string any more.
/// The string was not made longer.
pub(crate) unsafe fn free(string: *mut c_char) {
    if string.is_null() {
        return;
    }
    count::freed();
    // SAFETY: it comes from `malloc` in `copy`, ends with NUL, and this is its only owner.
    unsafe {
        slice::from_raw_parts_mut(string.cast::<u8>(), libc::strlen(string)).zeroize();
        libc::free(string.cast());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pointer;

    #[test]
    fn there_and_back() {
        for text in ["", "x", "ключ"] {
            let string = hand_out(text.to_owned()).expect("no NUL inside");
            // SAFETY: the string was just made; it is freed once, after the last use.
            unsafe {
                assert_eq!(pointer::text(string).and_then(|text| text.to_str().ok()), Some(text));
                free(string);
            }
        }
        // SAFETY: NULL.
        unsafe { free(ptr::null_mut()) };
        assert!(hand_out("a\0b".to_owned()).is_err());
    }
}
