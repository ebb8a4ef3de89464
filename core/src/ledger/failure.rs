//! Failures on the way to an engine.

use crate::error::{Error, Kind};

/// A failure of a call to the engine: of the kind `storage`, unless it is no fault of the store.
pub(super) fn of(place: &str, error: Error) -> Error {
    match error.kind() {
        Kind::Cancelled | Kind::Resource => error,
        _ => Error::storage(place, error.message())
            .retryable(error.is_retryable())
            .uncertain_if(error.is_uncertain()),
    }
}
