//! A name that the service could not validate.

use serde::{Deserialize, Serialize};

/// A name whose validation failed (ZeroSSL REST API, Verify Domains).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailedDomain {
    /// What the service checked: a URL or a record's name.
    pub location: Option<String>,
    /// What it expected there.
    pub expected: Option<String>,
    /// What it found instead.
    pub found: Option<String>,
    /// The service's reason, such as `wrong_file_content`.
    pub reason: Option<String>,
}

impl FailedDomain {
    pub(super) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        [&mut self.location, &mut self.expected, &mut self.found, &mut self.reason].into_iter().flatten()
    }
}
