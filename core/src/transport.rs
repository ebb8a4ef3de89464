//! One HTTP exchange with a server, mostly the service: what ureq does for us, and what it must not do.
//!
//! Redirects are not followed (they would send the key elsewhere), nothing is repeated here, no proxy of the
//! environment is used unless requested, and ureq's errors are never shown: some of them quote the whole URL with the
//! key.

#[cfg(feature = "postgresql")]
pub(crate) mod dial;
mod encoding;
mod failure;
mod outermost;
pub(crate) mod proxy;
pub(crate) mod resolver;
mod tcp;
mod tls;
mod tunnel;
mod watch;

use std::io::{self, Read};
use std::time::{Duration, Instant, SystemTime};

use ureq::http::{HeaderMap, HeaderName, Request, header};
use ureq::unversioned::transport::{Connector, RustlsConnector};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

use crate::base_url::BaseUrl;
use crate::error::{Kind, Result};
use crate::settings::{CONNECT_TIMEOUT, ClientBuilder, MAX_RESPONSE_BYTES};
use outermost::OutermostConnector;
use proxy::{Choice, Proxy};
use resolver::CachingResolver;
use tcp::TcpConnector;
use tunnel::TunnelConnector;
pub(crate) use watch::Watch;

/// Connections to a server, shared by all threads of a client.
#[derive(Debug)]
pub(crate) struct Transport {
    agent: Agent,
    resolver: CachingResolver,
    host: String,
    /// Where the host comes from, for messages.
    setting: &'static str,
    proxy: Option<Proxy>,
    connect_timeout: Duration,
    max_response_bytes: u64,
}

/// One request that is ready to send.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: &'static str,
    /// With the query. May contain the key.
    pub(crate) url: Zeroizing<String>,
    pub(crate) headers: Vec<(HeaderName, Zeroizing<String>)>,
    /// None for a GET and a DELETE. Other methods may have an empty body.
    pub(crate) body: Option<Vec<u8>>,
}

/// One answer with any status.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// The content encoding that could not be decoded.
    pub(crate) encoding: Option<String>,
    /// `Retry-After`, from seconds or a date.
    pub(crate) retry_after: Option<Duration>,
    /// Only a shared store has use for it.
    #[cfg(feature = "s3")]
    pub(crate) etag: Option<String>,
    /// The server's clock.
    pub(crate) date: Option<SystemTime>,
}

/// Longer than the pause between two polls (30 s), shorter than servers usually wait (60 s and more).
const MAX_IDLE_AGE: Duration = Duration::from_secs(45);

impl Transport {
    pub(crate) fn new(settings: &ClientBuilder, proxy: Option<&Choice>, base_url: &BaseUrl) -> Result<Self> {
        let resolver = CachingResolver::default();
        let version = env!("CARGO_PKG_VERSION");
        let user_agent = match &settings.user_agent {
            Some(name) => format!("libzerossl/{version} {name}"),
            None => format!("libzerossl/{version}"),
        };
        let proxy = proxy.map(|choice| Proxy::new(choice, base_url)).transpose()?;
        let tls = tls::config(settings)?;
        let config = |proxy: Option<ureq::Proxy>, https_only| {
            Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .https_only(https_only)
                .proxy(proxy)
                .tls_config(tls.clone())
                .user_agent(&user_agent)
                .accept("application/json")
                .accept_encoding("identity")
                .max_idle_age(MAX_IDLE_AGE)
                .max_idle_connections(32)
                .max_idle_connections_per_host(32)
                .input_buffer_size(64 << 10)
                .output_buffer_size(16 << 10)
                .build()
        };
        let through = proxy.as_ref().map(|proxy| proxy.ureq.clone());
        let tunnel = TunnelConnector {
            proxy: through.clone(),
            config: config(None, false),
            user_agent: user_agent.clone(),
        };
        let connector =
            ().chain(tunnel).chain(TcpConnector).chain(RustlsConnector::default()).chain(OutermostConnector);
        Ok(Self {
            agent: Agent::with_parts(config(through, !base_url.is_plain), connector, resolver.clone()),
            resolver,
            host: base_url.authority.to_string(),
            setting: base_url.setting,
            proxy,
            connect_timeout: settings.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            max_response_bytes: settings.max_response_bytes.unwrap_or(MAX_RESPONSE_BYTES),
        })
    }

    /// Who answers: the service, or what it is reached through.
    pub(crate) fn peer(&self) -> String {
        failure::Peer {
            service: &self.host,
            setting: self.setting,
            proxy: self.proxy.as_ref(),
            is_proxy: false,
        }
        .to_string()
    }

    /// Sends one request and reads the whole answer. The watch has the token and the deadline.
    pub(crate) fn exchange(&self, outgoing: &Outgoing, mut watch: Watch) -> Result<Incoming> {
        watch.connect_deadline = Some(Instant::now() + self.connect_timeout);
        let (outcome, watch) = watch::under(watch, || self.run(outgoing));
        outcome.map_err(|error| {
            let error = failure::classify(error, &watch, &self.host, self.setting, self.proxy.as_ref());
            if !watch.sent && error.kind() == Kind::Network {
                self.resolver.forget();
            }
            error
        })
    }

    fn run(&self, outgoing: &Outgoing) -> Result<Incoming, ureq::Error> {
        let mut request = Request::builder().method(outgoing.method).uri(outgoing.url.as_str());
        for (name, value) in &outgoing.headers {
            request = request.header(name, value.as_str());
        }
        let answer = match &outgoing.body {
            None => self.agent.run(request.body(())?),
            // An empty body is sent with its length: some servers refuse a POST without one.
            Some(body) => self.agent.run(request.body(body.as_slice())?),
        };
        let (head, mut body) = answer?.into_parts();
        let date = header_date(&head.headers, &header::DATE);
        let limit = self.max_response_bytes;
        let (body, encoding) = encoding::decode(read(&mut body, limit)?, &head.headers, limit)?;
        Ok(Incoming {
            status: head.status.as_u16(),
            body,
            encoding,
            retry_after: retry_after(&head.headers, date),
            #[cfg(feature = "s3")]
            etag: head.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned),
            date,
        })
    }
}

/// Reads a body. If its length is known, the memory is allocated once: growing a large buffer returns pages to the
/// system and requests them again, which costs more than reading.
fn read(body: &mut Body, limit: u64) -> Result<Vec<u8>, ureq::Error> {
    /// A large buffer would have to be zeroed before each body. This one is, and stays in the processor's first cache.
    const PIECE_LEN: usize = 1536;
    let length = body.content_length().unwrap_or_default().min(limit);
    let mut bytes = Vec::new();
    let no_room = |_| io::Error::from(io::ErrorKind::OutOfMemory);
    bytes.try_reserve_exact(usize::try_from(length).unwrap_or_default()).map_err(no_room)?;
    let mut reader = body.with_config().limit(limit).reader();
    let mut piece = [0; PIECE_LEN];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(bytes),
            Ok(read) => {
                bytes.try_reserve(read).map_err(no_room)?;
                bytes.extend_from_slice(&piece[..read]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn header_date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

/// `Retry-After` (RFC 9110, section 10.2.3). A date is compared with the server's own clock if it is known.
fn retry_after(headers: &HeaderMap, server_now: Option<SystemTime>) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    retry_after_of(value, server_now.unwrap_or_else(SystemTime::now))
}

pub(crate) fn retry_after_of(value: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing").field("method", &self.method).finish_non_exhaustive()
    }
}
