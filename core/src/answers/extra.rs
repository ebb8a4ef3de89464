//! Fields of an answer that this version does not know.

use serde_json::{Map, Value};

/// Fields that this version does not know, unchanged.
pub type Extra = Map<String, Value>;
