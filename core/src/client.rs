//! The client: settings, connections, and the two ways to run an operation.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use zeroize::Zeroize;

use crate::base_url::BaseUrl;
use crate::cancel::CancelToken;
use crate::clean::Cleaner;
use crate::context::{self, Context};
use crate::error::{Error, Kind, Result};
use crate::log_events::LogLines;
use crate::op::{Channel, Op};
use crate::operation::{Operation, Request};
use crate::pace::Pace;
use crate::pages::Certificates;
use crate::secret::Secret;
use crate::settings::{Auth, ClientBuilder};
use crate::transport::Transport;
use crate::{operations, parameter, transport};

/// A client of the service. Clone it, share it between threads: connections and pace are shared.
#[derive(Clone)]
pub struct Client {
    core: Arc<Core>,
    cancel: CancelToken,
    lines: Option<LogLines>,
}

/// What all clones of a client share.
pub(crate) struct Core {
    pub(crate) transport: Transport,
    pub(crate) base_url: BaseUrl,
    access_key: Option<Secret>,
    pub(crate) auth: Auth,
    pub(crate) timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) pace: Pace,
    pub(crate) cleaner: Cleaner,
    /// Connections and locks do not survive a fork.
    process: u32,
}

impl Client {
    /// A client with this access key and every other setting at its default.
    pub fn new(access_key: impl Into<Secret>) -> Result<Self> {
        Self::builder().access_key(access_key).build()
    }

    /// Settings on the way to a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn with_settings(settings: ClientBuilder) -> Result<Self> {
        let base_url = settings.base_url.as_ref().map_or(BaseUrl::DEFAULT, Secret::reveal);
        let base_url = BaseUrl::parse(base_url)?;
        let environment = |name: &str| std::env::var(name).ok();
        let proxy = transport::proxy::choose(settings.proxy.as_ref(), &base_url, environment);
        let transport = Transport::new(&settings, proxy.as_ref(), &base_url)?;
        // Its user part is a secret, too.
        let settings = ClientBuilder { proxy: proxy.map(|choice| choice.url), ..settings };
        let core = Core {
            base_url,
            auth: settings.auth,
            timeout: settings.timeout,
            max_retries: settings.max_retries,
            pace: Pace::new(settings.requests_per_second),
            cleaner: settings.cleaner(),
            process: std::process::id(),
            access_key: settings.access_key,
            transport,
        };
        Ok(Self { core: Arc::new(core), cancel: CancelToken::never(), lines: None })
    }

    /// The same client, whose calls, iterators and ops end when this token is cancelled, too: beside those that this
    /// client listens to.
    #[must_use]
    pub fn cancelled_by(&self, token: &CancelToken) -> Self {
        Self { cancel: self.cancel.or(token), ..self.clone() }
    }

    /// For a thread that must not ask what the client's own token asks.
    pub(crate) fn only_cancelled_by(&self, token: &CancelToken) -> Self {
        Self { cancel: token.clone(), ..self.clone() }
    }

    /// The same client, whose calls give their log lines to `take`, on the thread of the call; for bindings, whose host
    /// has a log of its own. The lines of an op are events.
    #[must_use]
    pub fn logging_to(&self, take: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { lines: Some(LogLines(Arc::new(take))), ..self.clone() }
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
        let mut json = self.run(operation, None, || context::encode(request))?;
        let answer = context::decode(&json).map_err(|error| error.during(operation.name));
        if operation.answer.has_secret() {
            json.zeroize();
        }
        answer
    }

    /// Runs an operation by its name, with its parameters as a JSON object; the answer is stable JSON.
    ///
    /// ```no_run
    /// # fn main() -> zerossl::Result<()> {
    /// let client = zerossl::Client::new("the access key")?;
    /// println!("{}", client.call("list_certificates", r#"{"status": ["issued"]}"#)?);
    /// # Ok(()) }
    /// ```
    pub fn call(&self, operation: &str, parameters: &str) -> Result<String> {
        self.run(operations::find(operation)?, None, || parameter::parse(parameters))
    }

    /// Starts an operation on a thread of its own; it is pulled, answered and cancelled through the [`Op`], and by the
    /// client's token.
    pub fn start(&self, operation: &str, parameters: &str) -> Result<Op> {
        let operation = operations::find(operation)?;
        let given = parameter::parse(parameters).map_err(|error| error.during(operation.name))?;
        self.core.check_process().map_err(|error| error.during(operation.name))?;
        Op::start(self.clone(), operation, given, &self.cancel)
    }

    /// Does what [`Client::call`] does on a thread of its own, with the lines of our log as events: a list is one page.
    pub fn start_call(&self, operation: &str, parameters: &str) -> Result<Op> {
        let operation = operations::find(operation)?;
        let given = parameter::parse(parameters).map_err(|error| error.during(operation.name))?;
        self.core.check_process().map_err(|error| error.during(operation.name))?;
        Op::start_call(self.clone(), operation, given, &self.cancel)
    }

    /// All certificates that match, page after page as they are needed.
    ///
    /// None comes twice, and none is missed that was there throughout, also while others come and go.
    #[must_use]
    pub fn certificates(&self, list: operations::ListCertificates) -> Certificates {
        Certificates::new(self.clone(), list)
    }

    /// Runs one operation with the parameters that `given` makes.
    pub(crate) fn run(
        &self,
        operation: &'static Operation,
        events: Option<&Channel>,
        given: impl FnOnce() -> Result<Map<String, Value>>,
    ) -> Result<String> {
        self.enter(operation, events, |context| context.run(operation, given()?))
    }

    /// The one gate for all work: a fork is noticed, a panic becomes an error, and errors are cleaned and named.
    pub(crate) fn enter<T>(
        &self,
        operation: &'static Operation,
        events: Option<&Channel>,
        work: impl FnOnce(&Context<'_>) -> Result<T>,
    ) -> Result<T> {
        let work = || {
            self.core.check_process()?;
            // An op has a token of its own, so that cancelling it leaves its client alone.
            let cancel = events.map_or(&self.cancel, Channel::cancel_token);
            let deadline = Instant::now() + self.core.timeout;
            work(&Context {
                core: &self.core,
                cancel,
                deadline,
                events,
                lines: self.lines.as_ref(),
                is_single: false,
            })
        };
        let outcome = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(panicked(&*panic)));
        outcome.map_err(|error| error.cleaned(&self.core.cleaner).during(operation.name))
    }
}

impl Core {
    pub(crate) fn access_key(&self) -> Result<&Secret> {
        self.access_key.as_ref().ok_or_else(|| {
            let message =
                "no access key; give the setting `access_key`, or set ZEROSSL_ACCESS_KEY in the environment";
            Error::new(Kind::Auth, message)
        })
    }

    fn check_process(&self) -> Result<()> {
        if self.process == std::process::id() {
            return Ok(());
        }
        let message = "this client was made before the process forked; make a new one in the child";
        Err(Error::new(Kind::Forked, message))
    }
}

/// The error that a panic becomes.
pub(crate) fn panicked(panic: &(dyn std::any::Any + Send)) -> Error {
    let what =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let what = what.unwrap_or("no message");
    Error::new(Kind::Internal, format!("a bug in libzerossl ({what}); please report this"))
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.fmt(f)
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url)
            .field("auth", &self.auth)
            .finish_non_exhaustive()
    }
}

// Checked here and now: whoever breaks it is told by the compiler.
const _: () = {
    const fn shared_by_threads<T: Send + Sync>() {}
    shared_by_threads::<Client>();
    shared_by_threads::<Op>();
    shared_by_threads::<Error>();
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::GetCertificate;

    #[test]
    fn a_panic_in_an_operation_is_an_error_without_its_secrets() {
        let client = Client::new("s3cret").expect("settings");
        let outcome: Result<()> = client.enter(GetCertificate::OPERATION, None, |_| panic!("at s3cret"));
        let error = outcome.expect_err("it panicked");
        assert_eq!((error.kind(), error.operation()), (Kind::Internal, Some("get_certificate")));
        assert!(error.message().contains("at [secret]"), "{error}");
    }
}
