//! One exchange with an endpoint: sends the request and reads the answer.

use crate::attempts::Delivered;
use crate::context::Context;
use crate::endpoint::Endpoint;
use crate::error::{Error, Kind, Result};
use crate::parameter::Arguments;
use crate::reading::{self, Reading};
use crate::refusal::Refusal;
use crate::shape::Shape;
use crate::{excerpt, outgoing};

impl Context<'_> {
    /// One exchange with an endpoint. The answer is read as this shape.
    pub(crate) fn call(
        &self,
        endpoint: &Endpoint,
        arguments: &Arguments,
        shape: &'static Shape,
    ) -> Result<String> {
        self.read(&self.deliver(endpoint, arguments)?, shape)
    }

    /// One exchange with an endpoint. The answer is not changed.
    pub(crate) fn deliver(&self, endpoint: &Endpoint, arguments: &Arguments) -> Result<Delivered> {
        let outgoing = outgoing::build(self.connection, endpoint, arguments)?;
        self.attempt(&outgoing, endpoint.path, endpoint.repeat.is_harmless(arguments))
    }

    /// Reads an answer as this shape. The service's refusal becomes an error.
    pub(crate) fn read(&self, delivered: &Delivered, shape: &'static Shape) -> Result<String> {
        match reading::read(shape, &delivered.answer.body) {
            Reading::Answer(answer) if !is_redirect(delivered) => Ok(answer),
            Reading::Answer(_) | Reading::Unreadable => Err(self.unusable(delivered, None)),
            Reading::Incomplete(why) => Err(self.unusable(delivered, Some(&why))),
            Reading::Refused(refusal) => Err(refused(delivered, refusal)),
            Reading::NoMemory => {
                let error = std::io::ErrorKind::OutOfMemory.into();
                Err(Error::resource("no memory for the answer", &error)
                    .uncertain()
                    .repeatable_if(delivered.harmless))
            }
        }
    }

    /// The error for an answer that is neither a success nor a refusal.
    pub(crate) fn unusable(&self, delivered: &Delivered, why: Option<&str>) -> Error {
        let answer = &delivered.answer;
        let excerpt = match &answer.encoding {
            Some(name) => format!("it is {} bytes, compressed with {name}", answer.body.len()),
            None => excerpt::of(&answer.body, &self.connection.cleaner),
        };
        let message = match (answer.status, why) {
            (429, _) => {
                let message =
                    "the service says that these are too many requests; slow down, or lower `requests_per_second`";
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
            format!(
                "unusable answer of {} (HTTP {}): {message}; {excerpt}",
                self.connection.transport.peer(),
                answer.status
            ),
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
