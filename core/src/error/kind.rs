//! The list of kinds. Their numbers never change.

use std::fmt;

macro_rules! kinds {
    ($($variant:ident = $code:literal, $name:literal, retryable: $retryable:literal, $meaning:literal;)*) => {
        /// What went wrong, in one word. The list is the same in every language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Kind { $(#[doc = $meaning] $variant,)* }

        impl Kind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &[Kind] = &[$(Kind::$variant,)*];

            /// The number that C returns.
            #[must_use]
            pub const fn code(self) -> i32 {
                match self { $(Kind::$variant => $code,)* }
            }

            /// The word in the JSON form.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$variant => $name,)* }
            }

            /// When it happens, in one sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Kind::$variant => $meaning,)* }
            }

            /// Whether errors of this kind are retryable, unless more is known.
            pub(crate) const fn retryable(self) -> bool {
                match self { $(Kind::$variant => $retryable,)* }
            }
        }
    };
}

kinds! {
    InvalidArgument = -1, "invalid_argument", retryable: false, "Bad UTF-8, bad JSON, an unknown or wrong parameter or setting.";
    Api = -2, "api", retryable: false, "The service refused the request.";
    Auth = -3, "auth", retryable: false, "The access key was refused or is missing.";
    RateLimited = -4, "rate_limited", retryable: true, "Too many requests, even after the retries.";
    Network = -5, "network", retryable: true, "No connection, a reset, a short body.";
    Tls = -6, "tls", retryable: false, "The server's certificate or the TLS handshake failed.";
    Timeout = -7, "timeout", retryable: true, "The deadline passed.";
    Response = -8, "response", retryable: false, "An answer that cannot be used: HTML, empty, not JSON, too large, a redirect.";
    Validation = -9, "validation", retryable: true, "The service could not validate the names.";
    Cancelled = -10, "cancelled", retryable: true, "Cancelled by the caller.";
    Storage = -11, "storage", retryable: false, "A file could not be read or written.";
    Forked = -12, "forked", retryable: false, "A client of the parent process was used in a child.";
    Busy = -13, "busy", retryable: true, "Another process works on the entry.";
    Ambiguous = -14, "ambiguous", retryable: false, "An order whose outcome is not known.";
    NotReady = -15, "not_ready", retryable: true, "The op still runs, so it has no result yet.";
    Resource = -16, "resource", retryable: true, "No descriptor, thread or memory is left.";
    Internal = -99, "internal", retryable: false, "A caught panic: a bug of this library.";
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
