//! The answer of operations that only succeed or fail.

use crate::declare::answer;

answer! {
    /// The operation succeeded.
    pub struct Success: SUCCESS {
        /// Always true: a failure is an error.
        success: bool = Flag.required();
        ..extra
    }
}
