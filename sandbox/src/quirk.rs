//! Calls that are carried out, but not correctly.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::operation;
use crate::settings::seconds;
use crate::spelling::Spelling;

/// Something odd about the next calls of an operation. It does not replace the answer as a
/// [`Fault`](crate::Fault) does; several may apply to one call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quirk {
    /// The operation, by name. If absent: every operation that this quirk fits.
    pub operation: Option<String>,
    /// How many calls it applies to; `usize::MAX` means always.
    pub times: usize,
    /// What it does.
    pub effect: Effect,
}

/// What a [`Quirk`] does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Effect {
    /// `list_certificates` shows an old state.
    Lag {
        /// The age of that state.
        #[serde(with = "seconds")]
        seconds: Duration,
    },
    /// `verify_domains` fails with code 0. The validation continues all the same if the proof was found.
    FailAndGoOn,
    /// `verify_domains` accepts, and the certificate is never issued.
    Stall,
    /// `create_certificate` answers with hashes that do not belong to the request.
    ForeignHashes,
    /// Certificates have no `expires` before they are issued.
    NullExpires,
    /// Certificates have `validation: []`.
    EmptyValidation,
    /// Numbers become text, text becomes numbers, flags become numbers, and empty maps become lists.
    WrongTypes,
    /// Names have another spelling: in `common_name`, `additional_domains`, and wherever a name is a key.
    /// Several such quirks are combined.
    SpellNames {
        /// How.
        spelling: Spelling,
    },
    /// The names within validation values have another spelling: hosts in URLs, and the names and targets of
    /// records.
    SpellValues {
        /// How.
        spelling: Spelling,
    },
    /// Wildcard certificates have their apex in `additional_domains`.
    WithApex {
        /// Whether the apex has validation values, too.
        validation: bool,
    },
}

impl Effect {
    /// Whether it fits an operation.
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

/// The quirks that apply to one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effects(pub(crate) Vec<Effect>);

impl Effects {
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
