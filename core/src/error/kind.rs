//! The list of kinds: their numbers are for ever.

use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $name:literal, retryable: $retryable:literal;)*) => {
        /// What went wrong, in one word; the same list in every language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Kind { $($(#[$doc])* $variant,)* }

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

            /// Whether errors of this kind are worth repeating, unless more is known.
            pub(crate) const fn retryable(self) -> bool {
                match self { $(Kind::$variant => $retryable,)* }
            }
        }
    };
}

kinds! {
    /// Bad UTF-8, bad JSON, an unknown or wrong parameter or setting.
    InvalidArgument = -1, "invalid_argument", retryable: false;
    /// The service said no.
    Api = -2, "api", retryable: false;
    /// The access key was refused or is missing.
    Auth = -3, "auth", retryable: false;
    /// Too many requests, also after the retries.
    RateLimited = -4, "rate_limited", retryable: true;
    /// No connection, a reset, a short body.
    Network = -5, "network", retryable: true;
    /// The server's certificate or the handshake.
    Tls = -6, "tls", retryable: false;
    /// The deadline came first.
    Timeout = -7, "timeout", retryable: true;
    /// An answer that cannot be used: HTML, empty, not JSON, too large, a redirect.
    Response = -8, "response", retryable: false;
    /// The service could not see that the names are controlled.
    Validation = -9, "validation", retryable: true;
    /// Cancelled by the caller.
    Cancelled = -10, "cancelled", retryable: true;
    /// A file could not be read or written.
    Storage = -11, "storage", retryable: false;
    /// A client of the parent process was used in a child.
    Forked = -12, "forked", retryable: false;
    /// Another process works on the entry.
    Busy = -13, "busy", retryable: true;
    /// A create whose outcome cannot be told.
    Ambiguous = -14, "ambiguous", retryable: false;
    /// The result of an op that still runs was asked for.
    NotReady = -15, "not_ready", retryable: true;
    /// A caught panic: a bug of this library.
    Internal = -99, "internal", retryable: false;
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
