//! An answer as it is sent, and the faults on the wire.

use std::time::Duration;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::php_json;

/// A complete HTTP answer, from the sandbox or from a test instead.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Header fields. `Content-Type` follows from the body unless given.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// How long the answer is delayed.
    pub delay: Duration,
    /// What goes wrong on the wire.
    pub fault: Option<WireFault>,
}

/// The body of a [`Reply`].
#[derive(Clone, Debug)]
pub enum Body {
    /// A JSON value.
    Json(Value),
    /// Text; `text/html` if it starts with `<`, `text/plain` otherwise.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
    /// Status, headers and body of the real answer. Only for [`When::After`](crate::When::After): otherwise
    /// there is no real answer.
    AsIs,
}

/// What can go wrong while an answer is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireFault {
    /// The connection is reset without an answer.
    Reset,
    /// The answer never comes.
    Hang,
    /// `Content-Length` is larger than what is sent; then the connection ends.
    Truncate,
    /// The body is sent byte by byte.
    Drip {
        /// The pause before each byte.
        every: Duration,
    },
}

impl Reply {
    /// An answer with this status and body, without faults.
    #[must_use]
    pub fn new(status: u16, body: Body) -> Self {
        Self { status, headers: Vec::new(), body, delay: Duration::ZERO, fault: None }
    }

    /// A JSON answer.
    #[must_use]
    pub fn json(status: u16, value: Value) -> Self {
        Self::new(status, Body::Json(value))
    }

    /// A text answer, such as an HTML page of a gateway.
    #[must_use]
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::new(status, Body::Text(text.into()))
    }

    /// The page of a gateway, for example with status 504.
    #[must_use]
    pub fn page(status: u16) -> Self {
        let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        Self::text(status, page(&format!("{status} {}", reason.unwrap_or("Error"))))
    }

    /// The page of a gateway that limits the rate, with status 429. `retry_after` is a number of seconds or a
    /// date.
    #[must_use]
    pub fn too_many_requests(retry_after: impl Into<String>) -> Self {
        Self::page(429).with_header("retry-after", retry_after)
    }

    /// A rate limit of the service: its JSON, with status 200. The type begins with `rate_limit`.
    #[must_use]
    pub fn rate_limited(kind: &str, retry_after: impl Into<String>) -> Self {
        let error = json!({"success": false, "error": {"code": 429, "type": kind}});
        Self::json(200, error).with_header("retry-after", retry_after)
    }

    /// An answer with a fault on the wire. Its content is the real answer, if there is one.
    #[must_use]
    pub fn broken(fault: WireFault) -> Self {
        Self::new(200, Body::AsIs).with_fault(fault)
    }

    /// Adds a header field.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Delays the answer.
    #[must_use]
    pub fn with_delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Adds a fault on the wire.
    #[must_use]
    pub fn with_fault(mut self, fault: WireFault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// This reply instead of `real`; what it leaves open is taken from `real`.
    pub(crate) fn in_place_of(mut self, real: Self) -> Self {
        if matches!(self.body, Body::AsIs) {
            self.status = real.status;
            self.body = real.body;
            let mut headers = real.headers;
            headers.append(&mut self.headers);
            self.headers = headers;
        }
        self
    }

    /// The same answer with changed JSON. An answer that is not JSON stays unchanged.
    pub(crate) fn with_json(mut self, change: impl FnOnce(Value) -> Value) -> Self {
        if let Body::Bytes(bytes) = &self.body
            && let Ok(value) = serde_json::from_slice(bytes)
            && let Ok(text) = php_json::to_string(&change(value))
        {
            self.body = Body::Bytes(text.into_bytes());
        }
        self
    }

    /// The error code, if this is a refusal.
    pub(crate) fn error_code(&self) -> Option<i64> {
        #[derive(Deserialize)]
        struct Refused {
            error: Error,
        }
        #[derive(Deserialize)]
        struct Error {
            code: Value,
        }
        let code = match &self.body {
            Body::Json(value) => value.pointer("/error/code")?.clone(),
            // A refusal begins with one of these two members. Other answers do not, so lists are not parsed.
            Body::Bytes(bytes) if bytes.starts_with(b"{\"success\"") || bytes.starts_with(b"{\"error\"") => {
                serde_json::from_slice::<Refused>(bytes).ok()?.error.code
            }
            Body::Text(text) => serde_json::from_str::<Refused>(text).ok()?.error.code,
            _ => return None,
        };
        code.as_i64().or_else(|| code.as_str()?.parse().ok())
    }

    pub(crate) fn with_header_unless_given(self, name: &str, value: impl FnOnce() -> String) -> Self {
        if self.gives(name) { self } else { self.with_header(name, value()) }
    }

    fn gives(&self, name: &str) -> bool {
        self.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name))
    }

    /// The content type that follows from the body, unless one is given.
    pub(crate) fn content_type(&self) -> Option<&'static str> {
        if self.gives("content-type") {
            return None;
        }
        match &self.body {
            Body::Json(_) => Some("application/json"),
            Body::Text(text) if text.trim_start().starts_with('<') => Some("text/html"),
            Body::Text(_) => Some("text/plain; charset=utf-8"),
            Body::Bytes(_) => Some("application/octet-stream"),
            Body::AsIs => None,
        }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self.body {
            Body::Json(value) => value.to_string().into_bytes(),
            Body::Text(text) => text.into_bytes(),
            Body::Bytes(bytes) => bytes,
            Body::AsIs => Vec::new(),
        }
    }
}

/// An error page of the web server in front of the service.
pub(crate) fn page(title: &str) -> String {
    format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n\
         <center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
}
