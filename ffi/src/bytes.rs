//! Bytes for C: memory of libc's malloc, with its length, that is wiped when it is freed. Strings are such bytes, too.

#![allow(unsafe_code)]

use std::{ptr, slice};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroize;

use crate::count;

/// The bytes that a text is in base64.
pub(crate) fn decode(base64: &[u8]) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(base64).ok()
}

/// A copy for C, and its length; the bytes themselves are wiped. None if there is no memory for it.
pub(crate) fn hand_out(mut bytes: Vec<u8>) -> Option<(*mut u8, usize)> {
    let copied = copy(&bytes).map(|copy| (copy, bytes.len()));
    bytes.zeroize();
    copied
}

/// A copy with a NUL at its end.
pub(crate) fn copy(bytes: &[u8]) -> Option<*mut u8> {
    // SAFETY: malloc takes any size.
    let memory = unsafe { libc::malloc(bytes.len().checked_add(1)?) }.cast::<u8>();
    if memory.is_null() {
        return None;
    }
    // SAFETY: the new memory has room for the bytes and the NUL.
    unsafe {
        ptr::copy_nonoverlapping(bytes.as_ptr(), memory, bytes.len());
        memory.add(bytes.len()).write(0);
    }
    count::made();
    Some(memory)
}

/// Wipes and frees memory of [`copy`]; does nothing for NULL. All of it is wiped, whatever the host has written into it.
///
/// # Safety
///
/// The pointer is NULL, or it comes from [`copy`] and was not freed yet, and nothing else uses the memory any more.
pub(crate) unsafe fn free(memory: *mut u8) {
    if memory.is_null() {
        return;
    }
    count::freed();
    // SAFETY: it comes from `malloc`, so all of its room may be written, and this is its only owner.
    unsafe {
        slice::from_raw_parts_mut(memory, libc::malloc_usable_size(memory.cast())).zeroize();
        libc::free(memory.cast());
    }
}
