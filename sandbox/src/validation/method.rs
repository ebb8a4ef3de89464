//! The four methods to prove control over a name.

use crate::rules::names::Name;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Email,
    Record,
    File,
    FileOverHttps,
}

impl Method {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let all = [Self::Email, Self::Record, Self::File, Self::FileOverHttps];
        all.into_iter().find(|method| method.as_str() == text)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Record => "CNAME_CSR_HASH",
            Self::File => "HTTP_CSR_HASH",
            Self::FileOverHttps => "HTTPS_CSR_HASH",
        }
    }

    /// A file proves nothing for a wildcard, and an address has neither records nor mail.
    pub(crate) fn suits(self, name: &Name) -> bool {
        let by_file = matches!(self, Self::File | Self::FileOverHttps);
        match name {
            Name::Domain(_) => true,
            Name::Wildcard(_) => !by_file,
            Name::Ip(_) => by_file,
        }
    }
}
