//! The client: settings, connections, and the two ways to run an operation.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
#[cfg(feature = "testing")]
use std::time::Duration;
use std::time::Instant;

use serde_json::{Map, Value};
use zeroize::Zeroize;

use crate::cancel::CancelToken;
use crate::connection::{Connection, Shared};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::event::{Event, EventType};
use crate::log_lines::LogLines;
use crate::op::{Channel, Op};
use crate::operation::{Operation, Request};
use crate::parameter::{self, Given};
use crate::recorder::{Exchange, Recorder};
use crate::secret::Secret;
use crate::settings::ClientBuilder;
use crate::{json, operations};

/// A client of the service. Clones and threads share its connections and its rate limit.
#[derive(Clone)]
pub struct Client {
    connection: Shared,
    cancel: CancelToken,
    lines: Option<LogLines>,
    recorder: Option<Recorder>,
}

impl Client {
    /// A client with this access key and the default for every other setting.
    pub fn new(access_key: impl Into<Secret>) -> Result<Self> {
        Self::builder().access_key(access_key).build()
    }

    /// A builder for a client with other settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The same client. Its calls, iterators and ops also end when this token is cancelled, in addition to the tokens
    /// it already has.
    #[must_use]
    pub fn cancelled_by(&self, token: &CancelToken) -> Self {
        Self { cancel: self.cancel.or(token), ..self.clone() }
    }

    /// For a thread that must not call the callback of the client's own token.
    pub(crate) fn only_cancelled_by(&self, token: &CancelToken) -> Self {
        Self { cancel: token.clone(), ..self.clone() }
    }

    /// The same client. Its calls pass their log lines to `take`, on the thread of the call. For bindings whose host
    /// has its own log. The log lines of an op are events.
    #[must_use]
    pub fn logging_to(&self, take: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.logging_with(move |line, _| take(line))
    }

    fn logging_with(&self, take: impl Fn(&str, Map<String, Value>) + Send + Sync + 'static) -> Self {
        Self { lines: Some(LogLines(Arc::new(take))), ..self.clone() }
    }

    /// The same client. Its calls pass each request and answer to `take`, on the thread of the call, as they went over
    /// the wire; the access key is left out. They may hold other secrets. For programs that record what the service
    /// answers.
    #[must_use]
    pub fn recording_to(&self, take: impl Fn(Exchange) + Send + Sync + 'static) -> Self {
        Self { recorder: Some(Recorder(Arc::new(take))), ..self.clone() }
    }

    /// Moves the calendar of this client and its clones forwards, for a rehearsal with a sandbox: `obtain` and its
    /// relatives see the later day. An error unless the host of `base_url` is loopback.
    #[cfg(feature = "testing")]
    pub fn advance_clock(&self, by: Duration) -> Result<()> {
        self.connection.clock.advance(by)
    }

    /// Sends a typed request.
    ///
    /// ```no_run
    /// # fn main() -> zerossl::Result<()> {
    /// let client = zerossl::Client::new("the access key")?;
    /// let certificate = client.send(&zerossl::GetCertificate::new("0123456789abcdef0123456789abcdef"))?;
    /// println!("{:?} until {:?}", certificate.common_name, certificate.expires);
    /// # Ok(()) }
    /// ```
    pub fn send<R: Request>(&self, request: &R) -> Result<R::Answer> {
        let operation = R::OPERATION;
        let mut json = self.run(operation, None, || json::encode(request))?;
        let answer = json::decode(&json).map_err(|error| error.during(operation.name));
        if operation.answer.has_secret() {
            json.zeroize();
        }
        answer
    }

    /// Runs an operation by its name. The parameters are a JSON object, as text or as a value. The answer is stable
    /// JSON.
    ///
    /// ```no_run
    /// # fn main() -> zerossl::Result<()> {
    /// let client = zerossl::Client::new("the access key")?;
    /// println!("{}", client.call("list_certificates", r#"{"status": ["issued"]}"#)?);
    /// # Ok(()) }
    /// ```
    pub fn call(&self, operation: &str, parameters: impl Given) -> Result<String> {
        self.run(operations::find(operation)?, None, || parameters.into_object("parameters"))
    }

    /// Checks the parameters of an operation as [`Client::call`] does, without running it.
    ///
    /// ```
    /// let client = zerossl::Client::new("key")?;
    /// let error = client.check("list_certificates", r#"{"limit": 0}"#).unwrap_err();
    /// assert_eq!(error.parameter(), Some("limit"));
    /// # Ok::<(), zerossl::Error>(())
    /// ```
    pub fn check(&self, operation: &str, parameters: impl Given) -> Result<()> {
        let operation = operations::find(operation)?;
        self.enter(operation, None, |_| {
            parameter::check(operation.parameters, parameters.into_object("parameters")?).map(drop)
        })
    }

    /// Starts an operation on its own thread. The [`Op`] gives its events, takes replies and cancels it; the client's
    /// token cancels it too.
    pub fn start(&self, operation: &str, parameters: impl Given) -> Result<Op> {
        let operation = operations::find(operation)?;
        let given = parameters.into_object("parameters").map_err(|error| error.during(operation.name))?;
        self.connection.check_process().map_err(|error| error.during(operation.name))?;
        let client = self.clone();
        Op::start(&self.cancel, move |channel| client.run(operation, Some(channel), || Ok(given)))
            .map_err(|error| error.during(operation.name))
    }

    /// Does the same as [`Client::call`], but on its own thread and with log lines as events. A list is one page.
    pub fn start_call(&self, operation: &str, parameters: impl Given) -> Result<Op> {
        let operation = operations::find(operation)?;
        let given = parameters.into_object("parameters").map_err(|error| error.during(operation.name))?;
        self.connection.check_process().map_err(|error| error.during(operation.name))?;
        let client = self.clone();
        let work = move |channel: &Channel| {
            let log = channel.clone();
            client
                .only_cancelled_by(channel.cancel_token())
                .logging_with(move |line, facts| log.tell(Event::new(EventType::Log, line, facts)))
                .run(operation, None, || Ok(given))
        };
        Op::start(&self.cancel, work).map_err(|error| error.during(operation.name))
    }

    /// Runs one operation with the parameters that `given` returns.
    pub(crate) fn run(
        &self,
        operation: &'static Operation,
        events: Option<&Channel>,
        given: impl FnOnce() -> Result<Map<String, Value>>,
    ) -> Result<String> {
        self.enter(operation, events, |context| context.run(operation, given()?))
    }

    /// All work goes through here: it notices a fork, turns a panic into an error, cleans errors and adds the
    /// operation's name.
    pub(crate) fn enter<T>(
        &self,
        operation: &'static Operation,
        events: Option<&Channel>,
        work: impl FnOnce(&Context<'_>) -> Result<T>,
    ) -> Result<T> {
        let work = || {
            self.connection.check_process()?;
            // An op has its own token, so cancelling it does not affect its client.
            let cancel = events.map_or(&self.cancel, Channel::cancel_token);
            let deadline = Instant::now() + self.connection.timeout;
            work(&Context {
                operation: operation.name,
                connection: &self.connection,
                cancel,
                deadline,
                events,
                lines: self.lines.as_ref(),
                recorder: self.recorder.as_ref(),
                pause: None,
                is_single: false,
            })
        };
        let outcome =
            catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(Error::panicked(&*panic)));
        outcome.map_err(|error| error.cleaned(&self.connection.cleaner).during(operation.name))
    }
}

impl ClientBuilder {
    /// Checks the settings and makes the client. Nothing is sent.
    pub fn build(self) -> Result<Client> {
        let connection = Shared::new(Connection::new(self).map_err(Error::on_one_line)?);
        Ok(Client { connection, cancel: CancelToken::never(), lines: None, recorder: None })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.connection.fmt(f)
    }
}

// Checked at compile time.
const _: () = {
    const fn shared_by_threads<T: Send + Sync>() {}
    shared_by_threads::<Client>();
    shared_by_threads::<Op>();
    shared_by_threads::<Error>();
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoints::GetCertificate;
    use crate::error::Kind;

    #[test]
    fn a_panic_in_an_operation_is_an_error_without_its_secrets() {
        let client = Client::new("s3cret").expect("settings");
        let outcome: Result<()> = client.enter(GetCertificate::OPERATION, None, |_| panic!("at s3cret"));
        let error = outcome.expect_err("it panicked");
        assert_eq!((error.kind(), error.operation()), (Kind::Internal, Some("get_certificate")));
        assert!(error.message().contains("at [secret]"), "{error}");
    }
}
