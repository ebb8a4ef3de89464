//! The answer of operations that only succeed or fail.

use crate::declare::answer;

answer! {
    /// It was done.
    pub struct Success: SUCCESS {
        /// True: a failure is an error.
        success: bool = Flag.required();
        ..extra
    }
}
