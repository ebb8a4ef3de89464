//! Calls that are carried out, though not as they should be.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::operation;
use crate::settings::seconds;
use crate::spelling::Spelling;

/// Something odd about the next calls of an operation. It does not replace the
/// answer as a [`Fault`](crate::Fault) does; a call may meet several.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quirk {
    /// The operation, by name; any for which it makes sense if absent.
    pub operation: Option<String>,
    /// How many calls meet it; `usize::MAX` is always.
    pub times: usize,
    /// What is odd.
    pub effect: Effect,
}

/// What a [`Quirk`] does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Effect {
    /// `list_certificates` shows what was that long ago.
    Lag {
        /// How long ago.
        #[serde(with = "seconds")]
        seconds: Duration,
    },
    /// `verify_domains` fails with code 0, and goes on all the same if what it
    /// looked for was there.
    FailAndGoOn,
    /// `verify_domains` accepts, and the certificate is never issued.
    Stall,
    /// `create_certificate` gives hashes that are not those of the request.
    ForeignHashes,
    /// Certificates have no `expires` unless issued.
    NullExpires,
    /// Certificates have `validation: []`.
    EmptyValidation,
    /// Numbers come as text and text as numbers, flags as numbers, maps as
    /// lists where they are empty.
    WrongTypes,
    /// Names are spelled otherwise: in `common_name`, `additional_domains`, and
    /// wherever a name is a key. Several of them make one spelling.
    SpellNames {
        /// How.
        spelling: Spelling,
    },
    /// The names within validation values are spelled otherwise: hosts in URLs,
    /// and the names and targets of records.
    SpellValues {
        /// How.
        spelling: Spelling,
    },
    /// Certificates for a wildcard have its apex among `additional_domains`.
    WithApex {
        /// Whether validation values are given for the apex, too.
        validation: bool,
    },
}

impl Effect {
    /// Whether it makes sense for an operation.
    pub(crate) fn suits(self, name: &str) -> bool {
        let shows_certificates = [
            operation::CREATE_CERTIFICATE,
            operation::VERIFY_DOMAINS,
            operation::GET_CERTIFICATE,
            operation::LIST_CERTIFICATES,
        ]
        .contains(&name);
        match self {
            Self::Lag { .. } => name == operation::LIST_CERTIFICATES,
            Self::FailAndGoOn | Self::Stall => name == operation::VERIFY_DOMAINS,
            Self::ForeignHashes => name == operation::CREATE_CERTIFICATE,
            Self::NullExpires | Self::EmptyValidation | Self::SpellValues { .. } | Self::WithApex { .. } => {
                shows_certificates
            }
            Self::SpellNames { .. } => shows_certificates || name == operation::VERIFICATION_STATUS,
            Self::WrongTypes => true,
        }
    }
}

/// What one call meets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Met(pub(crate) Vec<Effect>);

impl Met {
    pub(crate) fn has(&self, effect: Effect) -> bool {
        self.0.contains(&effect)
    }

    pub(crate) fn lag(&self) -> Option<Duration> {
        self.0.iter().find_map(|effect| match effect {
            Effect::Lag { seconds } => Some(*seconds),
            _ => None,
        })
    }
}
