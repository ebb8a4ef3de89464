//! What TLS has to prove.

/// `PGSSLMODE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger::postgresql) enum Mode {
    /// No TLS.
    Disable,
    /// TLS if the server has it, whoever it is.
    Prefer,
    /// TLS, whoever the server is.
    Require,
    /// TLS with a server that a trusted CA knows.
    VerifyCa,
    /// TLS with the server that was meant.
    VerifyFull,
}

impl Mode {
    pub(in crate::ledger::postgresql) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "disable" => Self::Disable,
            "allow" | "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return None,
        })
    }
}
