//! An operation: a name, a table of parameters, the shape of the answer, and a function to run it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::parameter::{Arguments, Parameter};
use crate::shape::Shape;

/// An operation, the same in every language. The table [`OPERATIONS`](crate::OPERATIONS) has all of them.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The name. The source file, the C function, the Python method and the folder of test cases have the same name.
    pub name: &'static str,
    /// What it does, in one or two sentences.
    pub summary: &'static str,
    /// Where the service documents it.
    pub source: &'static str,
    /// The parameters.
    pub parameters: &'static [Parameter],
    /// The answer.
    pub answer: &'static Shape,
    pub(crate) run: Run,
}

/// A typed request. Send it with [`Client::send`](crate::Client::send).
///
/// Its JSON form has the parameters of the operation, so typed and JSON requests are processed in the same way.
pub trait Request: Serialize {
    /// The type of the answer.
    type Answer: DeserializeOwned;
    /// The operation's entry in the table.
    const OPERATION: &'static Operation;
}

/// How an operation runs.
#[derive(Debug)]
pub(crate) enum Run {
    /// One HTTP exchange.
    Endpoint(Endpoint),
    /// Several HTTP exchanges, or none.
    Steps(fn(&Context<'_>, &Arguments) -> Result<String>),
}
