//! What an argument must be; the error names it.

use std::ffi::CStr;

use zerossl::{Error, Result};

/// An object that must not be NULL.
pub(crate) fn object<'a, T>(object: Option<&'a T>, argument: &str) -> Result<&'a T> {
    object.ok_or_else(|| null(argument))
}

/// A text that may be NULL.
pub(crate) fn text<'a>(text: Option<&'a CStr>, argument: &str) -> Result<Option<&'a str>> {
    text.map(CStr::to_str).transpose().map_err(|error| {
        Error::invalid(argument, format!("not UTF-8 (byte {}); all texts are UTF-8", error.valid_up_to()))
    })
}

/// A text that must not be NULL.
pub(crate) fn required_text<'a>(value: Option<&'a CStr>, argument: &str) -> Result<&'a str> {
    text(value, argument)?.ok_or_else(|| null(argument))
}

pub(crate) fn null(argument: &str) -> Error {
    Error::invalid(argument, "it is NULL; check the call before, whose result this should be")
}
