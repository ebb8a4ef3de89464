//! Converts ureq's errors: what went wrong, with which host, and whether the request may have been carried out.

mod tls;

use std::fmt;
use std::io;
use std::time::Instant;

use super::proxy::Proxy;
use super::tunnel::ProxyFailure;
use super::watch::Watch;
use crate::error::{Error, Kind};

pub(super) fn classify(
    error: ureq::Error,
    watch: &Watch,
    service: &str,
    setting: &'static str,
    proxy: Option<&Proxy>,
) -> Error {
    let peer = Peer { service, setting, proxy, is_proxy: watch.is_at_proxy };
    let error = describe(error, watch, &peer);
    if watch.sent { error.uncertain() } else { error }
}

/// The hosts of the exchange.
pub(super) struct Peer<'a> {
    pub(super) service: &'a str,
    /// The one that the host comes from.
    pub(super) setting: &'static str,
    pub(super) proxy: Option<&'a Proxy>,
    pub(super) is_proxy: bool,
}

impl<'a> Peer<'a> {
    /// The proxy, if it caused the failure.
    fn proxy(&self) -> Option<&'a Proxy> {
        self.proxy.filter(|_| self.is_proxy)
    }

    /// The settings to check.
    fn settings(&self) -> String {
        match self.proxy {
            Some(proxy) if self.is_proxy => proxy.place(),
            Some(proxy) => format!("`{}` and {}", self.setting, proxy.place()),
            None => format!("`{}`", self.setting),
        }
    }
}

impl fmt::Display for Peer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.proxy {
            Some(proxy) if self.is_proxy => proxy.fmt(f),
            Some(proxy) => write!(f, "{} (through {proxy})", self.service),
            None => f.write_str(self.service),
        }
    }
}

fn describe(error: ureq::Error, watch: &Watch, peer: &Peer<'_>) -> Error {
    if watch.cancel.is_cancelled() {
        return Error::new(Kind::Cancelled, "cancelled by the caller");
    }
    let now = Instant::now();
    if now >= watch.deadline {
        return Error::new(Kind::Timeout, timed_out(watch, peer));
    }
    if watch.connect_deadline.is_some_and(|end| now >= end) {
        let what = match peer.proxy() {
            Some(proxy) => format!("{proxy} did not connect us to {}", peer.service),
            None => format!("no connection to {peer}"),
        };
        let message = format!("{what} within `connect_timeout`; check the network and {}", peer.settings());
        return Error::new(Kind::Timeout, message);
    }
    match error {
        ureq::Error::Io(error) => match tls_error(&error) {
            Some(tls) => tls_failure(peer, tls),
            None if Error::is_resource(&error) => {
                Error::resource(&format!("no connection to {peer} could be made"), &error)
            }
            None => network_failure(peer, watch.sent, &error),
        },
        ureq::Error::Rustls(error) => tls_failure(peer, &error),
        ureq::Error::Tls(_) | ureq::Error::TlsRequired | ureq::Error::Pem(_) => Error::new(
            Kind::Tls,
            format!("no secure connection to {peer} could be made; check {}", peer.settings()),
        ),
        ureq::Error::HostNotFound => Error::new(
            Kind::Network,
            format!("no address was found for {peer}; check {} and the DNS of this machine", peer.settings()),
        ),
        ureq::Error::Other(error) => match (error.downcast_ref::<ProxyFailure>(), peer.proxy) {
            (Some(failure), Some(proxy)) => proxy_failure(failure, proxy, peer),
            _ => Error::new(Kind::Network, format!("the exchange with {peer} failed; try again later")),
        },
        ureq::Error::BodyExceedsLimit(limit) => Error::new(
            Kind::Response,
            format!(
                "the answer of {peer} is larger than {limit} bytes; raise `max_response_bytes` if that is right"
            ),
        ),
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) | ureq::Error::BodyStalled => {
            Error::new(Kind::Response, format!("{peer} did not answer in HTTP; check {}", peer.settings()))
        }
        // Any other error may quote the URL.
        _ => Error::new(Kind::Network, format!("the exchange with {peer} failed; try again later")),
    }
}

fn timed_out(watch: &Watch, peer: &Peer<'_>) -> String {
    match peer.proxy() {
        _ if watch.sent => format!(
            "the time-out came before the answer was complete ({peer}); raise `timeout`, or try again later"
        ),
        Some(proxy) => format!(
            "the time-out came before {proxy} had connected us to {}; check {}, or raise `timeout`",
            peer.service,
            proxy.place()
        ),
        None => format!(
            "the time-out came before the request was sent ({peer}); raise `timeout`, or try again later"
        ),
    }
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

fn tls_failure(peer: &Peer<'_>, error: &rustls::Error) -> Error {
    let plain = match peer.proxy() {
        Some(proxy) => format!("if it takes plain HTTP, write http:// in {}", proxy.place()),
        None => format!("is this an HTTPS port? Check {}", peer.settings()),
    };
    let (what, advice) = tls::words(error, &peer.settings(), &plain);
    Error::new(Kind::Tls, format!("no secure connection to {peer}: {what}; {advice}"))
}

fn network_failure(peer: &Peer<'_>, sent: bool, error: &io::Error) -> Error {
    let what = match (error.kind(), sent) {
        (io::ErrorKind::ConnectionRefused, _) => format!("{peer} refused the connection"),
        (io::ErrorKind::UnexpectedEof, true) => {
            format!("{peer} closed the connection before the answer was complete")
        }
        (_, true) => {
            format!("the connection to {peer} broke off before the answer was complete ({})", plain(error))
        }
        (_, false) => format!("no connection to {peer} ({})", plain(error)),
    };
    let message = format!("{what}; check the network and {}, or try again later", peer.settings());
    Error::new(Kind::Network, message)
}

/// The proxy is reachable, and does not do what it is asked.
fn proxy_failure(failure: &ProxyFailure, proxy: &Proxy, peer: &Peer<'_>) -> Error {
    let (service, setting, place) = (peer.service, peer.setting, proxy.place());
    let message = match failure {
        ProxyFailure::Refused { status: 407, schemes } if has_no_basic(schemes) => format!(
            "{proxy} takes credentials by {} only (HTTP 407), and we know Basic; allow that there, or use another one in {place}",
            schemes.join(" or ")
        ),
        ProxyFailure::Refused { status: 407, .. } if proxy.has_credentials() => {
            format!("{proxy} did not accept the credentials (HTTP 407); check user and password in {place}")
        }
        ProxyFailure::Refused { status: 407, .. } => format!(
            "{proxy} wants credentials (HTTP 407); put them into {place}: http://user:password@host:port"
        ),
        ProxyFailure::Refused { status: 403, .. } => {
            format!(
                "{proxy} does not let us through to {service} (HTTP 403); allow it there, or check {place}"
            )
        }
        ProxyFailure::Refused { status: status @ 500.., .. } => format!(
            "{proxy} could not connect us to {service} (HTTP {status}); check {place} and `{setting}`, or try again later"
        ),
        ProxyFailure::Refused { status, .. } => format!(
            "{proxy} did not connect us to {service} (HTTP {status}); is it an HTTP proxy that knows CONNECT? Check {place}"
        ),
        ProxyFailure::HungUp => format!(
            "{proxy} closed the connection when it was asked for {service}; check {place}, or try again later"
        ),
        ProxyFailure::NotHttp => {
            format!("{proxy} did not answer in HTTP; is it an HTTP proxy? Check {place}")
        }
    };
    Error::new(Kind::Network, message)
}

fn has_no_basic(schemes: &[String]) -> bool {
    !schemes.is_empty() && schemes.iter().all(|scheme| !scheme.eq_ignore_ascii_case("basic"))
}

/// The system's own text, without its number. Texts that a library has wrapped may contain too much.
fn plain(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(_) => error.to_string().split(" (os error").next().unwrap_or_default().to_owned(),
        None => error.kind().to_string(),
    }
}
