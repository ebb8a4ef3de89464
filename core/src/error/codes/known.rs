//! A known error of the service.

/// A known error of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownCode {
    /// The service's number.
    pub code: i64,
    /// The service's type.
    pub api_type: &'static str,
    /// What it means and what to do.
    pub meaning: &'static str,
    /// Whether it is temporary: the call may be made again later.
    pub passing: bool,
}

pub(super) const fn lasting(code: i64, api_type: &'static str, meaning: &'static str) -> KnownCode {
    KnownCode { code, api_type, meaning, passing: false }
}

pub(super) const fn passing(code: i64, api_type: &'static str, meaning: &'static str) -> KnownCode {
    KnownCode { code, api_type, meaning, passing: true }
}

impl KnownCode {
    /// Whether the service means this error: the type decides, or the number if there is no type.
    pub(crate) fn is_meant_by(&self, api_type: Option<&str>, code: Option<i64>) -> bool {
        api_type.map_or(code == Some(self.code), |word| word == self.api_type)
    }

    /// What a message says of it, with the number that the service gave. These are words of our own.
    pub(crate) fn words(&self, code: Option<i64>) -> String {
        let number = code.map(|code| format!(" ({code})")).unwrap_or_default();
        format!("{}{number}: {}", self.api_type, self.meaning)
    }
}
