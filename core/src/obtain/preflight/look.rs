//! One look: its subjects, side by side, until the deadline.

use std::time::Instant;

use tokio::time::timeout_at;

use super::connect_to::ConnectTo;
use super::dns::Dns;
use super::finding::{Finding, Place};
use super::run::together;
use super::{Limits, Preflight, caa, file, record};
use crate::obtain::challenge::Challenge;

/// What is looked at.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    Challenge(Challenge),
    /// CAA records for this name.
    Caa(String),
}

/// What all of it needs.
pub(super) struct Look {
    pub(super) dns: Dns,
    pub(super) connect_to: ConnectTo,
    pub(super) limits: Limits,
    pub(super) deadline: tokio::time::Instant,
    /// When waiting for records ends, for all together.
    pub(super) patience_ends: tokio::time::Instant,
}

impl Look {
    pub(super) fn new(preflight: Preflight, deadline: Instant) -> Self {
        let Preflight { whom, connect_to, limits } = preflight;
        let patience_ends = deadline.min(Instant::now() + limits.patience);
        Self {
            dns: Dns::new(whom, limits.question),
            connect_to,
            limits,
            deadline: deadline.into(),
            patience_ends: patience_ends.into(),
        }
    }

    /// Findings in the order of the subjects.
    pub(super) async fn all(&self, subjects: &[Subject]) -> Vec<Finding> {
        /// A server that is asked for more may take it for an attack.
        const AT_ONCE: usize = 16;
        let mut findings = Vec::new();
        for some in subjects.chunks(AT_ONCE) {
            findings
                .extend(together(some.iter().map(|subject| self.at(subject))).await.into_iter().flatten());
        }
        findings
    }

    async fn at(&self, subject: &Subject) -> Option<Finding> {
        let place = subject.place();
        let look = async {
            match subject {
                Subject::Challenge(Challenge::File { url, content, .. }) => {
                    file::check(self, &place, url, content).await
                }
                Subject::Challenge(Challenge::Record { name, target, .. }) => {
                    record::check(self, &place, name, target).await
                }
                Subject::Caa(name) => caa::check(self, &place, name).await,
            }
        };
        match timeout_at(self.deadline, look).await {
            Ok(finding) => finding,
            Err(_) => Some(place.too_late()),
        }
    }
}

impl Subject {
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
