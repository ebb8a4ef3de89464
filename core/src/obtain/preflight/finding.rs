//! The result of a check that found a problem.

use std::fmt;

use serde::Serialize;

/// A problem that would keep the service from validating a name, or that prevented our own check.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The name that cannot be validated.
    pub(crate) domain: String,
    /// What was checked: `file`, `cname` or `caa`.
    pub(crate) what: &'static str,
    /// The place: a URL or a record's name.
    pub(crate) location: String,
    pub(crate) expected: String,
    /// What was found, on one line.
    pub(crate) found: String,
    /// What to do.
    pub(crate) advice: String,
    /// False if it proves nothing: a query without an answer, an address that was not connected to.
    pub(crate) certain: bool,
}

/// A clause on one line; it can follow "we found that".
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { domain, location, found, advice, .. } = self;
        let verdict = if self.certain { "is not as expected" } else { "could not be judged" };
        write!(f, "{location} {verdict} (for {domain}): {found}; {advice}")
    }
}

/// What was checked and what is expected. The result is added later.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) domain: String,
    pub(super) what: &'static str,
    pub(super) location: String,
    pub(super) expected: String,
}

impl Place {
    /// The service will not accept this.
    pub(super) fn wrong(&self, found: impl Into<String>, advice: impl Into<String>) -> Finding {
        Finding {
            domain: self.domain.clone(),
            what: self.what,
            location: self.location.clone(),
            expected: self.expected.clone(),
            found: found.into(),
            advice: advice.into(),
            certain: true,
        }
    }

    /// It is not known whether the service will accept this.
    pub(super) fn unclear(&self, found: impl Into<String>, advice: impl Into<String>) -> Finding {
        Finding { certain: false, ..self.wrong(found, advice) }
    }

    /// A query that got no answer.
    pub(super) fn unanswered(&self, found: impl Into<String>) -> Finding {
        self.unclear(
            found,
            "this proves nothing, but the CA will not fare better if it lasts: check the zone's name servers",
        )
    }

    pub(super) fn no_name(&self) -> Finding {
        self.unclear("it is no name that DNS could be asked for", "check the name")
    }

    pub(super) fn too_late(&self) -> Finding {
        self.unclear("the time was over", "raise `timeout`, or try again later")
    }
}
