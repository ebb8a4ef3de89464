//! The proxy, if any: from the setting, or from the environment if the setting says so.

mod exceptions;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::IpAddr;

use ureq::ProxyProtocol;

use crate::base_url::BaseUrl;
use crate::error::{Error, Result};
use crate::port;
use crate::secret::Secret;

const SETTING: &str = "proxy";
/// In curl's order.
const VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
/// The port of an `http://` proxy from the environment without a port: what works with curl has to work here.
const PORT_OF_CURL: u16 = 1080;
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// The proxy, and where it is configured.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) url: Secret,
    /// The setting, or an environment variable.
    source: &'static str,
}

/// The proxy: `setting`, or the one of the environment if the setting is `env`.
pub(crate) fn choose(
    setting: Option<&Secret>,
    base_url: &BaseUrl,
    environment: impl Fn(&str) -> Option<String>,
) -> Option<Choice> {
    let setting = setting?;
    if setting.reveal() != "env" {
        return Some(Choice { url: setting.clone(), source: SETTING });
    }
    // This machine needs no proxy, and a proxy would see the key.
    if base_url.is_plain {
        return None;
    }
    let value = |name: &str| environment(name).filter(|value| !value.is_empty());
    let exceptions = EXCEPTIONS.iter().find_map(|name| value(name)).unwrap_or_default();
    let (source, url) = VARIABLES.iter().find_map(|name| Some((*name, value(name)?)))?;
    (!exceptions::cover(base_url.authority.host(), &exceptions)).then(|| Choice { url: url.into(), source })
}

/// A usable proxy.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    pub(super) ureq: ureq::Proxy,
    source: &'static str,
}

impl Proxy {
    pub(super) fn new(choice: &Choice, base_url: &BaseUrl) -> Result<Self> {
        // No message quotes the URL: it may contain a password.
        let refuse = |why: &str| {
            let why = match choice.source {
                SETTING => why.to_owned(),
                variable => format!("{variable} in the environment: {why}"),
            };
            Err(Error::invalid(SETTING, why))
        };
        let url = choice.url.reveal();
        // Then the apparent host, port and path are a user and a password.
        if url.rsplit_once('@').is_some_and(|(before, _)| {
            before.split_once("://").map_or(before, |(_, rest)| rest).contains(['/', '?', '#'])
        }) {
            return refuse("in a user or password, `/`, `?` and `#` are written %2F, %3F and %23");
        }
        let Ok(proxy) = ureq::Proxy::new(url) else {
            return refuse("expected the URL of an HTTP proxy (http://host:port), or `env`");
        };
        let port = match proxy.uri().authority().map(port::of).transpose() {
            Ok(port) => port.flatten(),
            Err(why) => return refuse(why),
        };
        if !matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https) {
            return refuse("only HTTP proxies are supported (http://host:port), not SOCKS");
        }
        if base_url.is_plain && !is_loopback(proxy.host()) {
            return refuse(
                "a plain http `base_url` is on this machine; sent through a proxy elsewhere, the key would be seen",
            );
        }
        let is_environments = choice.source != SETTING;
        if is_environments && port.is_none() && proxy.protocol() == ProxyProtocol::Http {
            return match with_port(&proxy, PORT_OF_CURL) {
                Ok(ureq) => Ok(Self { ureq, source: choice.source }),
                Err(_) => refuse("expected the URL of an HTTP proxy with a port (http://host:port)"),
            };
        }
        Ok(Self { ureq: proxy, source: choice.source })
    }

    /// Where it is configured, for messages.
    pub(super) fn place(&self) -> String {
        match self.source {
            SETTING => "`proxy`".to_owned(),
            variable => format!("`{variable}` in the environment"),
        }
    }

    pub(super) fn has_credentials(&self) -> bool {
        self.ureq.username().is_some() || self.ureq.password().is_some()
    }
}

/// Host and port, never the user.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the proxy {}:{}", self.ureq.host(), self.ureq.port())
    }
}

/// The same proxy, at this port.
fn with_port(proxy: &ureq::Proxy, port: u16) -> Result<ureq::Proxy, ureq::Error> {
    let mut builder = ureq::Proxy::builder(proxy.protocol()).host(proxy.host()).port(port);
    if let Some(name) = proxy.username() {
        builder = builder.username(name);
    }
    if let Some(password) = proxy.password() {
        builder = builder.password(password);
    }
    builder.build()
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    address.map_or(host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}
