//! The targets of the checks.

use super::caa;
use super::finding::Place;
use crate::obtain::challenge::Challenge;

/// One target.
#[derive(Clone, Debug)]
pub(super) enum CheckTarget {
    Challenge(Challenge),
    /// The CAA records of this name.
    Caa(String),
}

impl CheckTarget {
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Challenge(challenge) => {
                let (what, expected) = match challenge {
                    Challenge::File { content, .. } => ("file", content),
                    Challenge::Record { target, .. } => ("cname", target),
                };
                Place {
                    domain: challenge.domain().to_owned(),
                    what,
                    location: challenge.location().to_owned(),
                    expected: expected.clone(),
                }
            }
            Self::Caa(name) => Place {
                domain: name.clone(),
                what: "caa",
                location: caa::host(name).to_owned(),
                expected: caa::EXPECTED.to_owned(),
            },
        }
    }
}
