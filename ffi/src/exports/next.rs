//! What zerossl_op_next found.

/// zerossl_op_next: the operation has ended and all events were read; ask for zerossl_op_result.
pub const ZEROSSL_DONE: i32 = 0;
/// zerossl_op_next: here is an event.
pub const ZEROSSL_EVENT: i32 = 1;
/// zerossl_op_next: nothing new in the given time.
pub const ZEROSSL_PENDING: i32 = 2;
