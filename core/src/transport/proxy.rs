//! The proxy, if any: the one that is given, or the environment's when that is asked for.

use ureq::{Proxy, ProxyProtocol};

use crate::base_url::BaseUrl;
use crate::error::{Error, Result};
use crate::settings::ClientBuilder;

pub(super) fn choose(settings: &ClientBuilder, base_url: &BaseUrl) -> Result<Option<Proxy>> {
    let Some(setting) = settings.proxy.as_ref().map(super::super::secret::Secret::reveal) else {
        return Ok(None);
    };
    if setting != "env" {
        return parse(setting).map(Some);
    }
    let names: &[&str] = if base_url.is_plain {
        // `HTTP_PROXY` in capitals may come from a request's header `Proxy:` in a CGI program.
        &["http_proxy", "ALL_PROXY", "all_proxy"]
    } else {
        &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
    };
    let Some(url) = names.iter().find_map(|name| std::env::var(name).ok().filter(|url| !url.is_empty()))
    else {
        return Ok(None);
    };
    let host = base_url.authority.host();
    let exceptions = std::env::var("NO_PROXY").or_else(|_| std::env::var("no_proxy")).unwrap_or_default();
    if is_excepted(host, &exceptions) { Ok(None) } else { parse(&url).map(Some) }
}

fn parse(url: &str) -> Result<Proxy> {
    // No message quotes the URL: it may hold a password.
    match Proxy::new(url) {
        Ok(proxy) if matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https) => Ok(proxy),
        _ => Err(Error::invalid("proxy", "expected the URL of an HTTP proxy (http://host:port), or `env`")),
    }
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
    use super::is_excepted;

    #[test]
    fn exceptions_cover_a_name_and_all_below_it() {
        for exceptions in ["*", "zerossl.com", ".zerossl.com", "*.zerossl.com", "a.com, API.zerossl.com"] {
            assert!(is_excepted("api.zerossl.com", exceptions), "{exceptions}");
        }
        for exceptions in ["", ",", "api.com", "ossl.com", "x.api.zerossl.com"] {
            assert!(!is_excepted("api.zerossl.com", exceptions), "{exceptions}");
        }
    }
}
