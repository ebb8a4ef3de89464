//! Runs an operation by its table entry.

use serde_json::{Map, Value};

use crate::context::Context;
use crate::error::Result;
use crate::operation::{Operation, Request, Run};
use crate::{json, parameter};

impl Context<'_> {
    /// Runs an operation: checks the parameters against its table first. The answer is stable JSON.
    pub(crate) fn run(&self, operation: &'static Operation, given: Map<String, Value>) -> Result<String> {
        let arguments = parameter::check(operation.parameters, given)?;
        match &operation.run {
            Run::Endpoint(endpoint) => self.call(endpoint, &arguments, operation.answer),
            Run::Steps(steps) => steps(self, &arguments),
        }
    }

    /// Runs a typed request as a step of another operation.
    pub(crate) fn send<R: Request>(&self, request: &R) -> Result<R::Answer> {
        json::decode(&self.run(R::OPERATION, json::encode(request)?)?)
    }
}
