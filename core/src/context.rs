//! One call on its way: everything an operation needs to run.

use std::time::Instant;

use serde_json::{Map, Value};

use crate::attempts::Delivered;
use crate::cancel::CancelToken;
use crate::client::Core;
use crate::error::{Error, Kind, Refusal, Result};
use crate::log_events::LogLines;
use crate::op::Channel;
use crate::operation::{Endpoint, Operation, Request, Run};
use crate::parameter::{self, Arguments};
use crate::reading::{self, Reading};
use crate::shape::Shape;
use crate::{excerpt, outgoing};

/// The client's parts, the token and the deadline of a call, and where its events go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) core: &'a Core,
    pub(crate) cancel: &'a CancelToken,
    pub(crate) deadline: Instant,
    /// Only an op has one.
    pub(crate) events: Option<&'a Channel>,
    /// Whoever wants the log lines of plain calls.
    pub(crate) lines: Option<&'a LogLines>,
    /// Whether nothing is sent a second time.
    pub(crate) is_single: bool,
}

impl Context<'_> {
    /// Runs an operation: checks what was given against its table, then does it. The answer is stable JSON.
    pub(crate) fn run(&self, operation: &'static Operation, given: Map<String, Value>) -> Result<String> {
        let arguments = parameter::check(operation.parameters, given)?;
        match &operation.run {
            Run::Endpoint(endpoint) => self.call(endpoint, &arguments, operation.answer),
            Run::Steps(steps) => steps(self, &arguments),
        }
    }

    /// Runs a typed request as a step of another operation.
    pub(crate) fn send<R: Request>(&self, request: &R) -> Result<R::Answer> {
        decode(&self.run(R::OPERATION, encode(request)?)?)
    }

    /// One exchange with an endpoint, read as this shape.
    pub(crate) fn call(
        &self,
        endpoint: &Endpoint,
        arguments: &Arguments,
        shape: &'static Shape,
    ) -> Result<String> {
        self.read(&self.deliver(endpoint, arguments)?, shape)
    }

    /// One exchange with an endpoint, its answer as it came.
    pub(crate) fn deliver(&self, endpoint: &Endpoint, arguments: &Arguments) -> Result<Delivered> {
        let outgoing = outgoing::build(self.core, endpoint, arguments)?;
        self.attempt(&outgoing, endpoint.path, endpoint.repeat.is_harmless(arguments))
    }

    /// Reads an answer as this shape; the service's refusal becomes the error.
    pub(crate) fn read(&self, delivered: &Delivered, shape: &'static Shape) -> Result<String> {
        match reading::read(shape, &delivered.answer.body) {
            Reading::Answer(answer) if !is_redirect(delivered) => Ok(answer),
            Reading::Answer(_) | Reading::Unreadable => Err(self.unusable(delivered, None)),
            Reading::Incomplete(why) => Err(self.unusable(delivered, Some(&why))),
            Reading::Refused(refusal) => Err(refused(delivered, refusal)),
        }
    }

    /// The error for an answer that says neither yes nor no.
    pub(crate) fn unusable(&self, delivered: &Delivered, why: Option<&str>) -> Error {
        let answer = &delivered.answer;
        let excerpt = match &answer.encoding {
            Some(name) => format!("it is {} bytes, compressed with {name}", answer.body.len()),
            None => excerpt::of(&answer.body, &self.core.cleaner),
        };
        let message = match (answer.status, why) {
            (429, _) => {
                let message = "too many requests; slow down, or lower `requests_per_second`";
                return Error::new(Kind::RateLimited, message)
                    .with_http_status(429)
                    .with_retry_after(answer.retry_after);
            }
            (300..400, _) => {
                "it redirects, which is not followed since it would carry the access key elsewhere; \
                              check `base_url`"
                    .to_owned()
            }
            (500.., _) => "the service is in trouble; try again later".to_owned(),
            _ if answer.encoding.is_some() => {
                "no content encoding was asked for, and we cannot take this one off; see what stands between, such as a proxy"
                    .to_owned()
            }
            (_, Some(why)) => format!("{why}; the service may have changed, or `base_url` leads elsewhere"),
            (_, None) => "it is not the service's JSON; check `base_url` and what stands between".to_owned(),
        };
        Error::response(
            answer.status,
            format!("unusable answer (HTTP {}): {message}; {excerpt}", answer.status),
        )
        .with_retry_after(answer.retry_after)
        .uncertain()
        .repeatable_if(delivered.harmless)
    }
}

/// The service's refusal as an error.
pub(crate) fn refused(delivered: &Delivered, refusal: Refusal) -> Error {
    let answer = &delivered.answer;
    let error = refusal.into_error(answer.status).with_retry_after(answer.retry_after);
    error.repeatable_if(delivered.harmless)
}

fn is_redirect(delivered: &Delivered) -> bool {
    (300..400).contains(&delivered.answer.status)
}

/// A typed request's parameters.
pub(crate) fn encode<R: Request>(request: &R) -> Result<Map<String, Value>> {
    match serde_json::to_value(request) {
        Ok(Value::Object(parameters)) => Ok(parameters),
        _ => Err(Error::new(Kind::InvalidArgument, "the request has no JSON form")),
    }
}

/// A typed answer from stable JSON, which always fits: the reader made it so.
pub(crate) fn decode<'a, T: serde::Deserialize<'a>>(answer: &'a str) -> Result<T> {
    serde_json::from_str(answer).map_err(|error| {
        Error::new(Kind::Internal, format!("the answer does not fit its type ({error}); please report this"))
    })
}

/// Stable JSON from an answer that was put together here.
pub(crate) fn to_json<T: serde::Serialize>(answer: &T) -> Result<String> {
    serde_json::to_string(answer).map_err(|error| {
        Error::new(Kind::Internal, format!("the answer has no JSON form ({error}); please report this"))
    })
}
