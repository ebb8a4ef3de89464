//! What this version does not know of an answer.

use serde_json::{Map, Value};

/// Fields that this version does not know, as they came.
pub type Extra = Map<String, Value>;
