//! ureq's errors as ours: what went wrong, with which host, and whether the request may have been carried out.

use std::io;
use std::time::Instant;

use super::{Transport, Watch};
use crate::error::{Error, Kind};

pub(super) fn classify(error: ureq::Error, watch: &Watch, transport: &Transport) -> Error {
    let error = describe(error, watch, transport);
    if watch.sent { error.uncertain() } else { error }
}

fn describe(error: ureq::Error, watch: &Watch, transport: &Transport) -> Error {
    let host = &transport.host;
    if watch.cancel.is_cancelled() {
        return Error::new(Kind::Cancelled, "cancelled by the caller");
    }
    let now = Instant::now();
    if now >= watch.deadline {
        let doing = if watch.sent { "before the answer was complete" } else { "before the request was sent" };
        return Error::new(
            Kind::Timeout,
            format!("the time-out came {doing} ({host}); raise `timeout`, or try again later"),
        );
    }
    if watch.connect_deadline.is_some_and(|end| now >= end) {
        let message =
            format!("no connection to {host} within `connect_timeout`; check the network and `base_url`");
        return Error::new(Kind::Timeout, message);
    }
    match error {
        ureq::Error::Io(error) => match tls_error(&error) {
            Some(tls) => tls_failure(host, tls),
            None => network_failure(host, watch.sent, &error),
        },
        ureq::Error::Rustls(error) => tls_failure(host, &error),
        ureq::Error::Tls(_) | ureq::Error::TlsRequired | ureq::Error::Pem(_) => {
            Error::new(Kind::Tls, format!("no secure connection to {host} could be made"))
        }
        ureq::Error::HostNotFound => Error::new(
            Kind::Network,
            format!(
                "no address was found for {host} (or the proxy); check `base_url` and the DNS of this machine"
            ),
        ),
        ureq::Error::ConnectProxyFailed(why) => {
            Error::new(Kind::Network, format!("the proxy did not connect us to {host}: {why}; check `proxy`"))
        }
        ureq::Error::BodyExceedsLimit(limit) => Error::new(
            Kind::Response,
            format!("the answer is larger than {limit} bytes; raise `max_response_bytes` if that is right"),
        ),
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) | ureq::Error::BodyStalled => {
            Error::new(Kind::Response, format!("{host} did not answer in HTTP; check `base_url`"))
        }
        // Whatever else there is may quote the URL.
        _ => Error::new(Kind::Network, format!("the exchange with {host} failed; try again later")),
    }
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

fn tls_failure(host: &str, error: &rustls::Error) -> Error {
    let advice = match error {
        rustls::Error::InvalidCertificate(_) => {
            "; if a CA of your own signed it, give its certificate as `ca_file`"
        }
        rustls::Error::InvalidMessage(_) => "; is this an HTTPS port?",
        _ => "",
    };
    Error::new(Kind::Tls, format!("no secure connection to {host}: {error}{advice}"))
}

fn network_failure(host: &str, sent: bool, error: &io::Error) -> Error {
    let what = match (error.kind(), sent) {
        (io::ErrorKind::ConnectionRefused, _) => format!("{host} refused the connection"),
        (io::ErrorKind::UnexpectedEof, true) => {
            format!("{host} closed the connection before the answer was complete")
        }
        (_, true) => {
            format!("the connection to {host} broke off before the answer was complete ({})", plain(error))
        }
        (_, false) => format!("no connection to {host} ({})", plain(error)),
    };
    Error::new(Kind::Network, format!("{what}; check the network and `base_url`, or try again later"))
}

/// The system's own words; anything that a library wrapped may quote more than we want to show.
fn plain(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(_) => error.to_string(),
        None => error.kind().to_string(),
    }
}
