//! One HTTP exchange with the service: what ureq does for us, and what it must not do.
//!
//! No redirect is followed (it would carry the key elsewhere), nothing is repeated here, no proxy is taken from the
//! environment unasked, and no error of ureq gets out: some of them quote the whole URL, key included.

mod failure;
mod outermost;
mod proxy;
mod resolver;
mod tcp;
mod tls;
mod watch;

use std::time::{Duration, Instant, SystemTime};

use ureq::Agent;
use ureq::http::{HeaderMap, Request, header};
use ureq::unversioned::transport::{ConnectProxyConnector, Connector, RustlsConnector};

use crate::base_url::BaseUrl;
use crate::error::Result;
use crate::settings::ClientBuilder;
use outermost::OutermostConnector;
use resolver::CachingResolver;
use tcp::TcpConnector;
pub(crate) use watch::Watch;

/// Connections to the service, shared by all threads of a client.
#[derive(Debug)]
pub(crate) struct Transport {
    agent: Agent,
    resolver: CachingResolver,
    host: String,
    connect_timeout: Duration,
    max_response_bytes: u64,
}

/// One request, ready to go.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: &'static str,
    /// With the query; may hold the key.
    pub(crate) url: String,
    pub(crate) authorization: Option<String>,
    pub(crate) json: Option<Vec<u8>>,
}

/// One answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// `Retry-After`, seconds or date.
    pub(crate) retry_after: Option<Duration>,
    /// The server's clock.
    pub(crate) date: Option<SystemTime>,
}

impl Transport {
    pub(crate) fn new(settings: &ClientBuilder, base_url: &BaseUrl) -> Result<Self> {
        let resolver = CachingResolver::default();
        let version = env!("CARGO_PKG_VERSION");
        let user_agent = match &settings.user_agent {
            Some(name) => format!("libzerossl/{version} {name}"),
            None => format!("libzerossl/{version}"),
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .https_only(!base_url.is_plain)
            .proxy(proxy::choose(settings, base_url)?)
            .tls_config(tls::config(settings)?)
            .user_agent(user_agent)
            .accept("application/json")
            .accept_encoding("identity")
            .max_idle_connections(32)
            .max_idle_connections_per_host(32)
            .input_buffer_size(64 << 10)
            .output_buffer_size(16 << 10)
            .build();
        let connector =
            ().chain(ConnectProxyConnector::default())
                .chain(TcpConnector)
                .chain(RustlsConnector::default())
                .chain(OutermostConnector { service: base_url.authority.clone() });
        Ok(Self {
            agent: Agent::with_parts(config, connector, resolver.clone()),
            resolver,
            host: base_url.authority.to_string(),
            connect_timeout: settings.connect_timeout,
            max_response_bytes: settings.max_response_bytes,
        })
    }

    /// Sends one request and reads the whole answer, under the watch's token and deadline.
    pub(crate) fn exchange(&self, outgoing: &Outgoing, mut watch: Watch) -> Result<Incoming> {
        watch.connect_deadline = Some(Instant::now() + self.connect_timeout);
        let (outcome, watch) = watch::under(watch, || self.run(outgoing));
        outcome.map_err(|error| {
            if !watch.sent {
                self.resolver.forget();
            }
            failure::classify(error, &watch, self)
        })
    }

    fn run(&self, outgoing: &Outgoing) -> Result<Incoming, ureq::Error> {
        let mut request = Request::builder().method(outgoing.method).uri(&outgoing.url);
        if let Some(authorization) = &outgoing.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let answer = match &outgoing.json {
            Some(json) => self
                .agent
                .run(request.header(header::CONTENT_TYPE, "application/json").body(json.as_slice())?),
            None => self.agent.run(request.body(())?),
        };
        let (head, mut body) = answer?.into_parts();
        let date = header_date(&head.headers, &header::DATE);
        Ok(Incoming {
            status: head.status.as_u16(),
            body: body.with_config().limit(self.max_response_bytes).read_to_vec()?,
            retry_after: retry_after(&head.headers, date),
            date,
        })
    }
}

fn header_date(headers: &HeaderMap, name: &header::HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

/// `Retry-After` (RFC 9110, section 10.2.3); a date is compared with the server's own clock where it tells it.
fn retry_after(headers: &HeaderMap, server_now: Option<SystemTime>) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = header_date(headers, &header::RETRY_AFTER)?;
    Some(date.duration_since(server_now.unwrap_or_else(SystemTime::now)).unwrap_or_default())
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing").field("method", &self.method).finish_non_exhaustive()
    }
}
