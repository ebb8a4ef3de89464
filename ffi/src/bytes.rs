//! Bytes for C: memory of libc's malloc, with its length, that is wiped when it is freed. Strings are such bytes, too.

#![allow(unsafe_code)]

use std::mem::ManuallyDrop;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::count;
use crate::memory::{wipe, wipe_and_free};

/// The bytes that a text is in base64.
pub(crate) fn decode(base64: &[u8]) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(base64).ok()
}

/// The memory of these bytes for C, with a NUL at its end, and their length. None if there is no memory for the NUL.
pub(crate) fn hand_out(mut bytes: Vec<u8>) -> Option<(*mut u8, usize)> {
    let length = bytes.len();
    if length == bytes.capacity() {
        // Growing may leave a copy behind, so it is done here.
        let mut roomier = Vec::new();
        let reserved = roomier.try_reserve_exact(length + 1);
        if reserved.is_ok() {
            roomier.extend_from_slice(&bytes);
        }
        wipe(&mut bytes);
        reserved.ok()?;
        bytes = roomier;
    }
    bytes.push(0);
    count::made();
    Some((ManuallyDrop::new(bytes).as_mut_ptr(), length))
}

/// Wipes and frees memory of [`hand_out`]; does nothing for NULL.
///
/// # Safety
///
/// The pointer is NULL, or it comes from [`hand_out`] and was not freed yet, and nothing else uses the memory any more.
pub(crate) unsafe fn free(memory: *mut u8) {
    if !memory.is_null() {
        count::freed();
        // SAFETY: as above.
        unsafe { wipe_and_free(memory) };
    }
}
