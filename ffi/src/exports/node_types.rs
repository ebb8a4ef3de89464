//! What a value of a document is.

/// zerossl_node_type: there is no such value; the node is NULL.
pub const ZEROSSL_NODE_ABSENT: i32 = 0;
/// zerossl_node_type: null.
pub const ZEROSSL_NODE_NULL: i32 = 1;
/// zerossl_node_type: true or false.
pub const ZEROSSL_NODE_FLAG: i32 = 2;
/// zerossl_node_type: a number.
pub const ZEROSSL_NODE_NUMBER: i32 = 3;
/// zerossl_node_type: a text.
pub const ZEROSSL_NODE_TEXT: i32 = 4;
/// zerossl_node_type: an array.
pub const ZEROSSL_NODE_ARRAY: i32 = 5;
/// zerossl_node_type: an object.
pub const ZEROSSL_NODE_OBJECT: i32 = 6;
