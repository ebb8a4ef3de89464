//! What an operation is: a name, a table of parameters, the shape of the answer, and a way to run.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::error::Result;
use crate::parameter::{Arguments, Parameter};
use crate::shape::Shape;

/// An operation as every language sees it. The table of all of them is [`OPERATIONS`](crate::OPERATIONS).
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The one word for it: the source file, the C function, the Python method, the folder of test cases.
    pub name: &'static str,
    /// What it does, in a sentence or two.
    pub summary: &'static str,
    /// Where it is documented.
    pub source: &'static str,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// What it answers.
    pub answer: &'static Shape,
    pub(crate) run: Run,
}

/// A typed request: send it with [`Client::send`](crate::Client::send).
///
/// Its JSON form has the parameters of its operation, so typed requests and JSON ones take the same way.
pub trait Request: Serialize {
    /// What comes back.
    type Answer: DeserializeOwned;
    /// The operation's row in the table.
    const OPERATION: &'static Operation;
}

/// How an operation runs.
#[derive(Debug)]
pub(crate) enum Run {
    /// One HTTP exchange.
    Endpoint(Endpoint),
    /// More than that, or none.
    Steps(fn(&Context<'_>, &Arguments) -> Result<String>),
}

/// One HTTP method and path of the service. Parameters that the path names in braces go there; the others go into the
/// query of a GET, or into the JSON body of a POST.
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

/// Whether a request that may have been carried out can be sent again without harm.
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

    /// A POST, which is not repeated unless it says so.
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
