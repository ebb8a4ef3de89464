//! Everything that can go wrong, as one type for all languages.
//!
//! An [`Error`] has a one-line description ([`Error::message`]), a [`Kind`], and more fields that depend on the kind. C
//! gets [`Error::to_json`], and Python turns it into attributes.

pub(crate) mod codes;
mod failed_domain;
mod kind;
mod wait;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use std::{fmt, io};

use serde_json::{Map, Value, json};

pub use codes::{CODES, KnownCode};
pub use failed_domain::FailedDomain;
pub use kind::Kind;

use crate::clean::Cleaner;
use crate::excerpt::message;

/// The result of everything in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, for which name, and what to do.
///
/// It never contains a secret: the access key and other secrets are removed from all texts that come from outside.
#[derive(Clone, PartialEq)]
pub struct Error(Box<Fields>);

#[derive(Clone, PartialEq)]
struct Fields {
    kind: Kind,
    message: String,
    operation: Option<&'static str>,
    retryable: bool,
    retry_after: Option<Duration>,
    http_status: Option<u16>,
    api_code: Option<i64>,
    api_type: Option<String>,
    details: Option<Value>,
    parameter: Option<String>,
    domains: BTreeMap<String, FailedDomain>,
    candidates: Vec<Value>,
    path: Option<String>,
    errno: Option<i32>,
    uncertain: bool,
}

impl Error {
    /// An error of this kind. For bindings, whose own failures use the same type.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Fields {
            kind,
            message: message.into(),
            operation: None,
            retryable: kind.retryable(),
            retry_after: None,
            http_status: None,
            api_code: None,
            api_type: None,
            details: None,
            parameter: None,
            domains: BTreeMap::new(),
            candidates: Vec::new(),
            path: None,
            errno: None,
            uncertain: false,
        }))
    }

    /// A wrong parameter or setting. `parameter` is its name, with a position inside it where that helps: `domains[2]`.
    pub fn invalid(parameter: impl Into<String>, why: impl fmt::Display) -> Self {
        let parameter = parameter.into();
        let mut error = Self::new(Kind::InvalidArgument, format!("`{parameter}`: {why}"));
        error.0.parameter = Some(parameter);
        error
    }

    pub(crate) fn cancelled() -> Self {
        Self::new(Kind::Cancelled, "cancelled by the caller")
    }

    /// The system has nothing left: no descriptor, no thread, no memory.
    pub(crate) fn resource(what: &str, error: &io::Error) -> Self {
        let message = format!(
            "{what} ({error}); close what is not needed, or raise the limits of this process (`ulimit -n`, `ulimit -u`)"
        );
        Self::new(Kind::Resource, message).with_errno_of(error)
    }

    /// Whether the system has nothing left, which is no fault of the file, host or command that it was wanted for.
    #[doc(hidden)]
    #[must_use]
    pub fn is_resource(error: &io::Error) -> bool {
        use nix::libc::{EAGAIN, EMFILE, ENFILE, ENOBUFS, ENOMEM};
        error.kind() == io::ErrorKind::OutOfMemory
            || matches!(error.raw_os_error(), Some(EMFILE | ENFILE | ENOBUFS | ENOMEM | EAGAIN))
    }

    /// The error for a panic.
    pub(crate) fn panicked(panic: &(dyn std::any::Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied();
        let what =
            text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
        Self::new(Kind::Internal, format!("a bug in libzerossl ({what}); please report this"))
    }

    pub(crate) fn response(http_status: u16, message: impl Into<String>) -> Self {
        let mut error = Self::new(Kind::Response, message);
        error.0.http_status = Some(http_status);
        error.0.retryable = http_status >= 500;
        error
    }

    /// A failure with a file or folder: its path, and what failed.
    pub(crate) fn storage(path: impl AsRef<Path>, message: impl fmt::Display) -> Self {
        let path = path.as_ref().display().to_string();
        let mut error = Self::new(Kind::Storage, format!("{path}: {message}"));
        error.0.path = Some(path);
        error
    }

    /// Adds the number of the system's error, if it has one.
    pub(crate) fn with_errno_of(mut self, error: &io::Error) -> Self {
        self.0.errno = error.raw_os_error();
        self
    }

    pub(crate) fn with_domains(mut self, domains: impl IntoIterator<Item = (String, FailedDomain)>) -> Self {
        self.0.domains = domains.into_iter().collect();
        self
    }

    /// Adds a clause to the message.
    pub(crate) fn and_say(mut self, more: &str) -> Self {
        self.0.message.extend(["; ", more]);
        self
    }

    /// Adds details that are too long for the message, or must not be in it.
    pub(crate) fn with_details(mut self, details: Value) -> Self {
        self.0.details = Some(details);
        self
    }

    pub(crate) fn retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    /// A request that may have been carried out is retryable only if repeating it is harmless.
    pub(crate) fn repeatable_if(mut self, harmless: bool) -> Self {
        self.0.retryable &= harmless || !self.0.uncertain;
        self
    }

    /// The request was sent, and its outcome is not known.
    pub(crate) fn uncertain(self) -> Self {
        self.uncertain_if(true)
    }

    pub(crate) fn uncertain_if(mut self, uncertain: bool) -> Self {
        self.0.uncertain = uncertain;
        self
    }

    pub(crate) fn is_uncertain(&self) -> bool {
        self.0.uncertain
    }

    /// Whether it is this error of the service: by its type, or by its number if it has no type.
    pub(crate) fn is(&self, known: &KnownCode) -> bool {
        known.is_meant_by(self.0.api_type.as_deref(), self.0.api_code)
    }

    pub(crate) fn is_one_of(&self, known: &[KnownCode]) -> bool {
        known.iter().any(|known| self.is(known))
    }

    /// Adds what the service's refusal contains.
    pub(crate) fn with_refusal(
        mut self,
        code: Option<i64>,
        api_type: Option<String>,
        details: Option<Value>,
    ) -> Self {
        self.0.api_code = code;
        self.0.api_type = api_type;
        self.0.details = details;
        self
    }

    pub(crate) fn with_http_status(mut self, status: u16) -> Self {
        self.0.http_status = Some(status);
        self
    }

    /// Copies what another error says about the service's answer.
    pub(crate) fn with_status_of(mut self, other: &Self) -> Self {
        self.0.http_status = other.0.http_status;
        self.0.api_code = other.0.api_code;
        self.0.api_type.clone_from(&other.0.api_type);
        self
    }

    /// The pause that the service asks for.
    pub(crate) fn with_retry_after(self, pause: Option<Duration>) -> Self {
        self.with_pause(pause, "the answer asks to wait for")
    }

    /// The time until a limit of this library is over.
    pub(crate) fn with_limit_for(self, pause: Duration) -> Self {
        self.with_pause(Some(pause), "or wait for")
    }

    fn with_pause(mut self, pause: Option<Duration>, request: &str) -> Self {
        self.0.retry_after = pause;
        match pause.and_then(wait::in_words) {
            Some(words) => self.and_say(&format!("{request} {words}")),
            None => self,
        }
    }

    pub(crate) fn with_candidates(mut self, candidates: Vec<Value>) -> Self {
        self.0.candidates = candidates;
        self
    }

    /// Sets the operation, in the field and at the start of the message. The innermost name is kept.
    #[must_use]
    pub fn during(mut self, operation: &'static str) -> Self {
        if self.0.operation.is_none() {
            self.0.operation = Some(operation);
            self.0.message.insert_str(0, ": ");
            self.0.message.insert_str(0, operation);
        }
        self
    }

    /// Removes every secret from the texts that came from outside.
    pub(crate) fn cleaned(mut self, cleaner: &Cleaner) -> Self {
        let fields = &mut *self.0;
        let known = codes::find(fields.api_type.as_deref(), fields.api_code);
        let known = known.filter(|known| fields.api_type.as_deref() == Some(known.api_type));
        let own = known.map(|known| known.words(fields.api_code)).unwrap_or_default();
        cleaner.clean_text_around(&own, &mut fields.message);
        for text in [&mut fields.api_type, &mut fields.parameter, &mut fields.path].into_iter().flatten() {
            if known.is_none_or(|known| text != known.api_type) {
                cleaner.clean_text(text);
            }
        }
        fields.details.iter_mut().chain(&mut fields.candidates).for_each(|value| cleaner.clean_json(value));
        for failed in fields.domains.values_mut() {
            failed.texts().for_each(|text| cleaner.clean_text(text));
        }
        self.on_one_line()
    }

    /// After the cleaning: half of a secret would not be recognised.
    pub(crate) fn on_one_line(mut self) -> Self {
        message(&mut self.0.message);
        self
    }

    /// The kind of the error.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// One line of English: the operation, what went wrong, what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The operation that failed; `None` for settings of a client.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// Whether the same call can be made again later without harm and may then work.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long the service asks the client to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The HTTP status of the answer, if there was one.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// The service's error number. It is not unique, see [`Error::api_type`].
    #[must_use]
    pub fn api_code(&self) -> Option<i64> {
        self.0.api_code
    }

    /// The service's error type, such as `certificate_not_found`.
    #[must_use]
    pub fn api_type(&self) -> Option<&str> {
        self.0.api_type.as_deref()
    }

    /// What the service added to its error, unchanged.
    #[must_use]
    pub fn details(&self) -> Option<&Value> {
        self.0.details.as_ref()
    }

    /// Kind `invalid_argument`: the parameter or setting.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        self.0.parameter.as_deref()
    }

    /// Kind `validation`: each name that failed, with what was expected and what was found.
    #[must_use]
    pub fn domains(&self) -> &BTreeMap<String, FailedDomain> {
        &self.0.domains
    }

    /// Kind `ambiguous`: certificates (in their JSON form) that may belong to the order whose answer was lost.
    #[must_use]
    pub fn candidates(&self) -> &[Value] {
        &self.0.candidates
    }

    /// Kind `storage`: the file or folder.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// Kinds `storage` and `resource`: the number of the system's error, if the system refused.
    #[must_use]
    pub fn errno(&self) -> Option<i32> {
        self.0.errno
    }

    /// The error as one JSON object: `code`, `kind`, `message`, `operation`, `retryable`, `retry_after` (seconds),
    /// `http_status`, `api_code`, `api_type`, `details`, and what the kind adds.
    #[must_use]
    pub fn to_json(&self) -> String {
        let fields = &*self.0;
        let mut object = Map::new();
        let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
        put("code", fields.kind.code().into());
        put("kind", fields.kind.name().into());
        put("message", fields.message.as_str().into());
        put("operation", fields.operation.into());
        put("retryable", fields.retryable.into());
        put("retry_after", fields.retry_after.map(|pause| pause.as_secs_f64()).into());
        put("http_status", fields.http_status.into());
        put("api_code", fields.api_code.into());
        put("api_type", fields.api_type.as_deref().into());
        put("details", fields.details.clone().unwrap_or_default());
        match fields.kind {
            Kind::InvalidArgument => put("parameter", fields.parameter.as_deref().into()),
            Kind::Validation => put("domains", json!(fields.domains)),
            Kind::Ambiguous => put("candidates", fields.candidates.as_slice().into()),
            Kind::Storage => {
                put("errno", fields.errno.into());
                put("path", fields.path.as_deref().into())
            }
            Kind::Resource => put("errno", fields.errno.into()),
            _ => None,
        };
        Value::Object(object).to_string()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({})", self.to_json())
    }
}

impl std::error::Error for Error {}
