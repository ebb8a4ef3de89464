//! The settings of a client: a builder in Rust, a JSON object in C, keywords in Python. One table for all of them.

use std::path::PathBuf;
use std::time::Duration;

use crate::clean::Cleaner;
use crate::error::{Error, Result};
use crate::parameter::{self, Given, Parameter, ParameterKind};
use crate::secret::Secret;

/// Every setting, as in C and Python.
pub const SETTINGS: &[Parameter] = &[
    Parameter::optional(
        "access_key",
        ParameterKind::Text,
        "The account's access key; by default the environment's `ZEROSSL_ACCESS_KEY`. A missing key is an error at the first call that needs it.",
    ),
    Parameter::optional(
        "base_url",
        ParameterKind::Text,
        "The base URL of the service; by default the environment's `ZEROSSL_BASE_URL`, then `https://api.zerossl.com`. Plain `http` is allowed for loopback hosts only.",
    ),
    Parameter::optional(
        "auth",
        ParameterKind::OneOf(&["query", "header"]),
        "How the key is sent: `query` (default, as the service's overview documents it) or `header` (recommended by the service since August 2026; keeps the key out of the logs of proxies).",
    ),
    Parameter::optional(
        "timeout",
        ParameterKind::Seconds,
        "The time limit of one call with its retries, in seconds; 60 by default.",
    ),
    Parameter::optional(
        "connect_timeout",
        ParameterKind::Seconds,
        "The time limit of one connection with its TLS handshake, in seconds; 10 by default.",
    ),
    Parameter::optional(
        "max_retries",
        ParameterKind::Integer(0, 100),
        "How often a failed request is repeated if that is harmless; 3 by default.",
    ),
    Parameter::optional(
        "requests_per_second",
        ParameterKind::Number,
        "The rate limit, shared by all threads of a client; 5 by default, 0 for no limit.",
    ),
    Parameter::optional(
        "roots",
        ParameterKind::OneOf(&["bundled", "system"]),
        "The trusted CAs for the service's certificate: the bundled list of Mozilla (default) or the system's.",
    ),
    Parameter::optional("ca_file", ParameterKind::Text, "A PEM file of CAs that replaces `roots`."),
    Parameter::optional(
        "proxy",
        ParameterKind::Text,
        "The URL of an HTTP proxy, or `env` for the environment's `https_proxy`, `all_proxy` and `no_proxy`, as curl reads them; none by default.",
    ),
    Parameter::optional(
        "user_agent",
        ParameterKind::Text,
        "Your program's name; it follows `libzerossl/VERSION`.",
    ),
    Parameter::optional(
        "max_response_bytes",
        ParameterKind::Integer(1, 1 << 30),
        "A larger answer is an error; 16 MiB by default, 1 GiB at most.",
    ),
];

/// How the access key is sent. It is never sent both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// As the query parameter `access_key`, as documented in the service's overview.
    #[default]
    Query,
    /// As `Authorization: ApiKey KEY`, which the service recommends since August 2026: the key is then not in the logs
    /// of proxies and servers, which contain URLs.
    Header,
}

/// The trusted CAs for the service's certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Roots {
    /// Mozilla's list at the time of the build.
    #[default]
    Bundled,
    /// The system's list.
    System,
}

/// A builder for a [`Client`](crate::Client). [`ClientBuilder::build`] reports wrong settings.
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientBuilder {
    pub(crate) access_key: Option<Secret>,
    // Both may contain a user and a password.
    pub(crate) base_url: Option<Secret>,
    pub(crate) proxy: Option<Secret>,
    pub(crate) auth: Auth,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) requests_per_second: f64,
    pub(crate) roots: Roots,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) user_agent: Option<String>,
    pub(crate) max_response_bytes: u64,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            access_key: None,
            base_url: None,
            proxy: None,
            auth: Auth::default(),
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            max_retries: 3,
            requests_per_second: 5.0,
            roots: Roots::default(),
            ca_file: None,
            user_agent: None,
            max_response_bytes: 16 << 20,
        }
    }
}

impl ClientBuilder {
    /// The account's access key. Default: the environment's `ZEROSSL_ACCESS_KEY`.
    pub fn access_key(mut self, key: impl Into<Secret>) -> Self {
        self.access_key = Some(key.into());
        self
    }

    /// The base URL of the service. Default: the environment's `ZEROSSL_BASE_URL`, then `https://api.zerossl.com`.
    /// Plain `http` is refused unless the host is loopback.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into().into());
        self
    }

    /// How the access key is sent. Default: [`Auth::Query`].
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// The time limit of one call with its retries. Default: 60 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The time limit of one connection with its TLS handshake. Default: 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How often a failed request is repeated if that is harmless. Default: 3.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// The rate limit, shared by all threads of a client. Default: 5; 0 means no limit.
    pub fn requests_per_second(mut self, pace: f64) -> Self {
        self.requests_per_second = pace;
        self
    }

    /// The trusted CAs for the service's certificate. Default: [`Roots::Bundled`].
    pub fn roots(mut self, roots: Roots) -> Self {
        self.roots = roots;
        self
    }

    /// A PEM file of CAs. It replaces [`ClientBuilder::roots`].
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// The URL of an HTTP proxy (it gets a CONNECT request), or `env` for the proxy of the environment (`https_proxy`,
    /// `all_proxy`, `no_proxy`, as curl reads them). Default: none.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into().into());
        self
    }

    /// Your program's name. It is appended to `libzerossl/VERSION`.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = Some(name.into());
        self
    }

    /// A larger answer is an error. Default: 16 MiB; at most 1 GiB.
    pub fn max_response_bytes(mut self, bytes: u64) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Settings as a JSON object; [`SETTINGS`] has its members. An unknown or wrong one is an error that names it.
    pub fn from_json(json: impl Given) -> Result<Self> {
        let given = parameter::check(SETTINGS, json.into_object()?)?;
        let mut settings = Self::default();
        let text = |name| given.text(name).map(str::to_owned);
        let seconds = |name| given.number(name).map(Duration::from_secs_f64);
        settings.access_key = given.text("access_key").map(Secret::from);
        settings.base_url = given.text("base_url").map(Secret::from);
        settings.proxy = given.text("proxy").map(Secret::from);
        if given.text("auth") == Some("header") {
            settings.auth = Auth::Header;
        }
        if given.text("roots") == Some("system") {
            settings.roots = Roots::System;
        }
        settings.timeout = seconds("timeout").unwrap_or(settings.timeout);
        settings.connect_timeout = seconds("connect_timeout").unwrap_or(settings.connect_timeout);
        if let Some(retries) = given.integer("max_retries") {
            settings.max_retries = u32::try_from(retries).unwrap_or(u32::MAX);
        }
        settings.requests_per_second =
            given.number("requests_per_second").unwrap_or(settings.requests_per_second);
        settings.ca_file = text("ca_file").map(PathBuf::from);
        settings.user_agent = text("user_agent");
        settings.max_response_bytes =
            given.integer("max_response_bytes").unwrap_or(settings.max_response_bytes);
        Ok(settings)
    }

    pub(crate) fn with_environment(mut self) -> Self {
        let from = |name| std::env::var(name).ok().filter(|value| !value.is_empty()).map(Secret::from);
        self.access_key = self.access_key.or_else(|| from("ZEROSSL_ACCESS_KEY"));
        self.base_url = self.base_url.or_else(|| from("ZEROSSL_BASE_URL"));
        self
    }

    pub(crate) fn checked(self) -> Result<Self> {
        if let Some(key) = &self.access_key
            && (key.reveal().is_empty() || !key.reveal().bytes().all(|byte| byte.is_ascii_graphic()))
        {
            return Err(Error::invalid(
                "access_key",
                "it is empty, or holds a space, a line break or a character that no key has; copy it again",
            ));
        }
        for (name, timeout) in [("timeout", self.timeout), ("connect_timeout", self.connect_timeout)] {
            if timeout.is_zero() || timeout > Duration::from_secs(1_000_000_000) {
                return Err(Error::invalid(name, "expected more than 0 seconds and less than 1,000,000,000"));
            }
        }
        if !(1..=1 << 30).contains(&self.max_response_bytes) {
            return Err(Error::invalid("max_response_bytes", "expected a number from 1 to 1 GiB"));
        }
        if !(0.0..=1e6).contains(&self.requests_per_second) {
            return Err(Error::invalid(
                "requests_per_second",
                "expected a number from 0 (no limit) to 1,000,000",
            ));
        }
        if self
            .user_agent
            .as_ref()
            .is_some_and(|name| name.contains(|c: char| !c.is_ascii_graphic() && c != ' '))
        {
            return Err(Error::invalid("user_agent", "expected plain ASCII text"));
        }
        Ok(self)
    }

    /// Collects every secret in the settings.
    pub(crate) fn cleaner(&self) -> Cleaner {
        let mut cleaner = Cleaner::default();
        if let Some(key) = &self.access_key {
            cleaner.learn(key.reveal());
        }
        for url in [&self.base_url, &self.proxy].into_iter().flatten() {
            cleaner.learn_user_part(url.reveal());
        }
        cleaner
    }
}
