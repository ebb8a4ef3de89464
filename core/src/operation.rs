//! What an operation is: a name, a table of parameters, the shape of the answer, and a way to run.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::endpoint::Endpoint;
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
