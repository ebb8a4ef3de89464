//! The proxy, if any: the one that is given, or the environment's when that is asked for.

use std::net::IpAddr;

use ureq::{Proxy, ProxyProtocol};

use crate::base_url::BaseUrl;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// The proxy's URL: `setting`, or what the environment says where that is `env`.
pub(crate) fn choose(
    setting: Option<&Secret>,
    base_url: &BaseUrl,
    environment: impl Fn(&str) -> Option<String>,
) -> Option<Secret> {
    let setting = setting?;
    if setting.reveal() != "env" {
        return Some(setting.clone());
    }
    // What goes to this machine itself needs no proxy, and would show its key to one.
    if base_url.is_plain {
        return None;
    }
    let first =
        |names: &[&str]| names.iter().find_map(|name| environment(name).filter(|value| !value.is_empty()));
    let exceptions = first(&["NO_PROXY", "no_proxy"]).unwrap_or_default();
    let url = first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])?;
    (!is_excepted(base_url.authority.host(), &exceptions)).then(|| url.into())
}

pub(super) fn parse(url: &Secret, base_url: &BaseUrl) -> Result<Proxy> {
    // No message quotes the URL: it may hold a password.
    let refuse = |why: &str| Err(Error::invalid("proxy", why));
    match Proxy::new(url.reveal()) {
        Ok(proxy) if !matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https) => {
            refuse("only HTTP proxies are supported (http://host:port), not SOCKS")
        }
        Ok(proxy) if base_url.is_plain && !is_loopback(proxy.host()) => refuse(
            "a plain http `base_url` is on this machine; sent through a proxy elsewhere, the key would be seen",
        ),
        Ok(proxy) => Ok(proxy),
        Err(_) => refuse("expected the URL of an HTTP proxy (http://host:port), or `env`"),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    address.map_or(host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

/// `NO_PROXY` as curl reads it: names with everything below them, `*` for all.
fn is_excepted(host: &str, exceptions: &str) -> bool {
    let host = host.to_ascii_lowercase();
    exceptions.split(',').map(str::trim).filter(|name| !name.is_empty()).any(|name| {
        let name = name.to_ascii_lowercase();
        let name = name.trim_start_matches("*.").trim_start_matches('.');
        name == "*" || host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_cover_a_name_and_all_below_it() {
        for exceptions in ["*", "zerossl.com", ".zerossl.com", "*.zerossl.com", "a.com, API.zerossl.com"] {
            assert!(is_excepted("api.zerossl.com", exceptions), "{exceptions}");
        }
        for exceptions in ["", ",", "api.com", "ossl.com", "x.api.zerossl.com"] {
            assert!(!is_excepted("api.zerossl.com", exceptions), "{exceptions}");
        }
    }

    fn chosen(setting: Option<&str>, base_url: &str, environment: &[(&str, &str)]) -> Option<String> {
        let base_url = BaseUrl::parse(base_url).expect("a URL");
        let value = |name: &str| {
            environment.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        };
        choose(setting.map(Secret::from).as_ref(), &base_url, value).map(|url| url.reveal().to_owned())
    }

    #[test]
    fn the_environment_counts_only_when_it_is_asked_for() {
        const HTTPS: &str = "https://api.zerossl.com";
        let both = [("HTTPS_PROXY", "http://a:1"), ("ALL_PROXY", "http://b:2")];
        assert_eq!(chosen(None, HTTPS, &both), None);
        assert_eq!(chosen(Some("http://c:3"), HTTPS, &both).as_deref(), Some("http://c:3"));
        assert_eq!(chosen(Some("env"), HTTPS, &both).as_deref(), Some("http://a:1"));
        assert_eq!(chosen(Some("env"), HTTPS, &both[1..]).as_deref(), Some("http://b:2"));
        assert_eq!(chosen(Some("env"), HTTPS, &[]), None);
        assert_eq!(chosen(Some("env"), HTTPS, &[both[0], ("NO_PROXY", "zerossl.com")]), None);
        assert_eq!(chosen(Some("env"), "http://127.0.0.1:1", &both), None);
    }

    #[test]
    fn a_plain_base_url_goes_through_no_proxy_elsewhere() {
        let plain = BaseUrl::parse("http://localhost:1").expect("a URL");
        assert!(parse(&"http://proxy.example.com:3128".into(), &plain).is_err());
        assert!(parse(&"http://127.0.0.1:3128".into(), &plain).is_ok());
        assert!(parse(&"socks5://127.0.0.1:3128".into(), &plain).is_err());
    }
}
