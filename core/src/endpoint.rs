//! One HTTP method and path of the service, and whether a request may be repeated.

use crate::parameter::Arguments;

/// One HTTP method and path of the service. Parameters that the path has in braces are put there. The others go into
/// the query of a GET, or into the JSON body of a POST.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) repeat: Repeat,
    pub(crate) needs_key: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
}

/// Whether it is harmless to repeat a request that may have been carried out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Repeat {
    Harmless,
    Never,
    When(fn(&Arguments) -> bool),
}

impl Endpoint {
    /// A GET, which is harmless to repeat.
    pub(crate) const fn get(path: &'static str) -> Self {
        Self { method: Method::Get, path, repeat: Repeat::Harmless, needs_key: true }
    }

    /// A POST, which is not repeated by default.
    pub(crate) const fn post(path: &'static str) -> Self {
        Self { method: Method::Post, path, repeat: Repeat::Never, needs_key: true }
    }

    pub(crate) const fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    pub(crate) const fn without_key(mut self) -> Self {
        self.needs_key = false;
        self
    }
}

impl Repeat {
    pub(crate) fn is_harmless(self, arguments: &Arguments) -> bool {
        match self {
            Self::Harmless => true,
            Self::Never => false,
            Self::When(condition) => condition(arguments),
        }
    }
}
