//! The answer of operations that only succeed or fail.

use serde::{Deserialize, Serialize};

use super::extra::Extra;
use crate::shape::{Field, FieldKind, Shape};

/// It was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Success {
    /// True: a failure is an error.
    pub success: bool,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

pub(crate) static SUCCESS: Shape = Shape::new(
    "Success",
    &[Field::new("success", FieldKind::Flag, "True: a failure is an error.").required()],
);
