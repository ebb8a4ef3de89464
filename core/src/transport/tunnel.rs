//! A tunnel through an HTTP proxy: CONNECT (RFC 9110, section 9.3.6).
//!
//! ureq's own connector reports failures only as texts. This one returns the proxy's answer, so that an error can name
//! the cause.

use std::fmt;
use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, NextTimeout, Transport, TransportAdapter,
};
use zeroize::Zeroizing;

use super::watch;

/// The head of a proxy's answer is short.
const MAX_HEAD: usize = 32 << 10;

/// Connects through the proxy, if there is one.
#[derive(Debug)]
pub(super) struct TunnelConnector {
    pub(super) proxy: Option<ureq::Proxy>,
    pub(super) user_agent: String,
    /// For the connection to the proxy itself.
    pub(super) config: Config,
}

/// The failures of a proxy.
#[derive(Debug)]
pub(super) enum ProxyFailure {
    Refused {
        status: u16,
        /// The authentication schemes that it offers.
        schemes: Vec<String>,
    },
    HungUp,
    NotHttp,
}

impl fmt::Display for ProxyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the proxy did not connect us")
    }
}

impl std::error::Error for ProxyFailure {}

impl<In: Transport> Connector<In> for TunnelConnector {
    type Out = Either<In, Tunnel>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if let Some(transport) = chained {
            return Ok(Some(Either::A(transport)));
        }
        // The same chain makes the connection to the proxy, with a configuration without a proxy.
        let Some(proxy) = self.proxy.as_ref().filter(|_| details.config.proxy().is_some()) else {
            return Ok(None);
        };
        watch::at_proxy(true);
        let addrs = details.resolver.resolve(proxy.uri(), details.config, details.timeout)?;
        let to_proxy = ConnectionDetails {
            uri: proxy.uri(),
            addrs,
            config: &self.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        let transport = (details.run_connector)(&to_proxy)?;
        let mut adapter = TransportAdapter::new(transport, details.current_time.clone());
        adapter.set_timeout(details.timeout);
        adapter.write_all(self.request(proxy, details).as_bytes())?;
        adapter.flush()?;
        let mut transport = adapter.into_inner();
        await_tunnel(&mut *transport, details.timeout)?;
        watch::at_proxy(false);
        Ok(Some(Either::B(Tunnel(transport))))
    }
}

impl TunnelConnector {
    fn request(&self, proxy: &ureq::Proxy, details: &ConnectionDetails<'_>) -> Zeroizing<String> {
        let host = details.uri.host().unwrap_or_default();
        let port = details.uri.port_u16().unwrap_or(if details.needs_tls() { 443 } else { 80 });
        let mut head = Zeroizing::new(format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n"));
        if proxy.username().is_some() || proxy.password().is_some() {
            let (user, password) =
                (proxy.username().unwrap_or_default(), proxy.password().unwrap_or_default());
            let credentials = Zeroizing::new(format!("{user}:{password}"));
            let credentials = Zeroizing::new(BASE64_STANDARD.encode(credentials.as_bytes()));
            head.extend(["Proxy-Authorization: Basic ", credentials.as_str(), "\r\n"]);
        }
        head.extend(["User-Agent: ", &self.user_agent, "\r\n\r\n"]);
        head
    }
}

/// Reads the proxy's answer. Everything after it comes from the service.
fn await_tunnel(transport: &mut dyn Transport, timeout: NextTimeout) -> Result<(), Error> {
    let failed = |failure| Err(Error::Other(Box::new(failure)));
    let mut is_open = true;
    loop {
        let input = transport.buffers().input();
        // Buffered input is parsed first: an interim answer may be followed by the next one.
        if !(input.starts_with(b"HTTP/") || b"HTTP/".starts_with(input)) || input.len() > MAX_HEAD {
            return failed(ProxyFailure::NotHttp);
        }
        let Some(length) = head_length(input) else {
            if !is_open {
                return failed(ProxyFailure::HungUp);
            }
            is_open = transport.await_input(timeout)?;
            continue;
        };
        let head = String::from_utf8_lossy(&input[..length]).into_owned();
        match status(&head) {
            Some(100..200) => transport.buffers().input_consume(length),
            Some(200..300) => {
                transport.buffers().input_consume(length);
                return Ok(());
            }
            Some(status) => {
                let schemes = head.lines().filter_map(authentication_scheme).collect();
                return failed(ProxyFailure::Refused { status, schemes });
            }
            None => return failed(ProxyFailure::NotHttp),
        }
    }
}

/// The length including the empty line.
fn head_length(input: &[u8]) -> Option<usize> {
    let ends = |end: &[u8]| input.windows(end.len()).position(|part| part == end).map(|at| at + end.len());
    ends(b"\r\n\r\n").into_iter().chain(ends(b"\n\n")).min()
}

/// `HTTP/1.1 200 Connection established`
fn status(head: &str) -> Option<u16> {
    let code = head.lines().next()?.split(' ').find(|part| !part.is_empty() && !part.starts_with("HTTP/"))?;
    code.trim_end().parse().ok().filter(|status| (100..1000).contains(status))
}

/// `Proxy-Authenticate: NTLM`
fn authentication_scheme(line: &str) -> Option<String> {
    let (name, value) = line.split_once(':')?;
    let scheme = value.split_whitespace().next()?;
    let is_word =
        scheme.len() <= 20 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (name.eq_ignore_ascii_case("proxy-authenticate") && is_word).then(|| scheme.to_owned())
}

/// The connection through the proxy. It is not secure yet, even if the connection to the proxy is.
#[derive(Debug)]
pub(super) struct Tunnel(Box<dyn Transport>);

impl Transport for Tunnel {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }
}
