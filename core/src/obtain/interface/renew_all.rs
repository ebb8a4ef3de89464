//! What `renew_all` takes and answers.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::obtain::Outcome;
use crate::answers::Extra;
use crate::parameter::{Parameter, ParameterKind};
use crate::shape::{Field, FieldKind, Shape};
use crate::time::Time;

/// Goes through a store and does for every entry what `obtain` would, by the parameters that it was last called with.
///
/// It goes on after a failure. If there was one, the error is of the first one's kind and has the whole report as its
/// [`details`](crate::Error::details).
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RenewAll {
    /// The folder of all entries.
    pub directory: PathBuf,
    /// How many entries are worked on at once; 4 if absent.
    pub jobs: Option<u64>,
    /// How many new orders are made at most; the entries that would need another are left for the next run.
    pub max_orders: Option<u64>,
    /// No network for entries whose certificate is good; what was revoked goes unnoticed.
    pub offline: Option<bool>,
}

impl RenewAll {
    /// All entries in this folder.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), jobs: None, max_orders: None, offline: None }
    }
}

/// What became of all entries of a store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Renewals {
    /// How many entries failed.
    pub failed: u64,
    /// Each entry, the one with the least time left first.
    pub results: Vec<Renewal>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What became of one entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Renewal {
    /// The entry.
    pub name: String,
    /// What came of it; none if it failed.
    pub outcome: Option<Outcome>,
    /// The certificate, or the order that waits.
    pub id: Option<String>,
    /// When the leaf in place ends.
    pub expires: Option<Time>,
    /// Whole days until then.
    pub days_left: Option<u64>,
    /// Why it failed: an error in its JSON form.
    pub error: Option<Value>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What `renew_all` takes.
pub(crate) static PARAMETERS: &[Parameter] = &[
    Parameter::required("directory", ParameterKind::Text, "The folder of all entries."),
    Parameter::optional(
        "jobs",
        ParameterKind::Integer(1, 32),
        "How many entries are worked on at once; 4 by default.",
    ),
    Parameter::optional(
        "max_orders",
        ParameterKind::Integer(0, u64::MAX),
        "How many new orders are made at most, refused ones left out; what would need another is `postponed` to the next run.",
    ),
    Parameter::optional(
        "offline",
        ParameterKind::Flag,
        "No network for entries whose certificate is good; what was revoked goes unnoticed.",
    ),
];

pub(crate) static RENEWALS: Shape = Shape::new(
    "Renewals",
    &[
        Field::new("failed", FieldKind::Count, "How many entries failed.").required(),
        Field::new(
            "results",
            FieldKind::Objects(&RENEWAL),
            "Each entry, the one with the least time left first.",
        )
        .required(),
    ],
);

static RENEWAL: Shape = Shape::new(
    "Renewal",
    &[
        Field::new("name", FieldKind::Text, "The entry.").required(),
        Field::new("outcome", FieldKind::Text, "As `obtain` has it, or postponed; none if it failed."),
        Field::new("id", FieldKind::Text, "The certificate, or the order that waits."),
        Field::new("expires", FieldKind::Time, "When the leaf in place ends."),
        Field::new("days_left", FieldKind::Count, "Whole days until then."),
        Field::new("error", FieldKind::Any, "Why it failed: an error in its JSON form."),
    ],
);
