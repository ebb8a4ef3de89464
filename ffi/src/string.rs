//! Strings for C. They are wiped when they are freed.

#![allow(unsafe_code)]

use std::ffi::c_char;

use memchr::memchr;
use zerossl::{Error, Kind, Result};

use crate::bytes;
use crate::memory::wipe;

/// The text for C, without a copy. A text with a NUL inside cannot be a C string.
pub(crate) fn hand_out(text: String) -> Result<*mut c_char> {
    let mut bytes = text.into_bytes();
    if memchr(0, &bytes).is_some() {
        wipe(&mut bytes);
        return Err(Error::new(Kind::Internal, "the text holds a NUL; please report this"));
    }
    let length = bytes.len();
    let (memory, _) = bytes::hand_out(bytes).ok_or_else(|| no_memory(length))?;
    Ok(memory.cast())
}

/// A copy of the text for C.
pub(crate) fn copy(text: &str) -> Result<*mut c_char> {
    let mut copied = String::new();
    copied.try_reserve_exact(text.len() + 1).map_err(|_| no_memory(text.len()))?;
    copied.push_str(text);
    hand_out(copied)
}

/// The error of a copy that is too large.
pub(crate) fn no_memory(bytes: usize) -> Error {
    let message = format!(
        "no memory for a copy of {bytes} bytes; ask for less at once, or raise the limit (`ulimit -v`)"
    );
    Error::new(Kind::Resource, message)
}

/// Wipes and frees a string; does nothing for NULL.
///
/// # Safety
///
/// The pointer is NULL, or it comes from [`hand_out`] and was not freed yet, and nothing else uses the string any more.
pub(crate) unsafe fn free(string: *mut c_char) {
    // SAFETY: as above.
    unsafe { bytes::free(string.cast()) };
}

#[cfg(test)]
mod tests {
    use std::ptr;

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
