//! The base URL of a server: HTTPS, or plain HTTP to this machine.

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;
use ureq::http::uri::Authority;

use crate::error::{Error, Result};
use crate::port;

/// A checked base URL, without a slash at its end.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    text: String,
    /// The setting that names it, for messages.
    pub(crate) setting: &'static str,
    pub(crate) authority: Authority,
    pub(crate) is_plain: bool,
    pub(crate) is_loopback: bool,
}

impl BaseUrl {
    pub(crate) const DEFAULT: &str = "https://api.zerossl.com";

    pub(crate) fn parse(setting: &'static str, text: &str) -> Result<Self> {
        Self::parse_unless(setting, text, |host| !is_loopback(host))
    }

    /// Some hosts are `far`: they must not be spoken to in plain HTTP.
    pub(crate) fn parse_unless(
        setting: &'static str,
        text: &str,
        far: impl Fn(&str) -> bool,
    ) -> Result<Self> {
        // No message quotes the URL: it may contain a password.
        let refuse = |why: &str| Err(Error::invalid(setting, why));
        let Ok(uri) = text.parse::<Uri>() else {
            return refuse("expected a URL such as https://api.example.com");
        };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return refuse("expected a whole URL such as https://api.example.com");
        };
        // At any position: if the password contains a `/`, the user looks like the host.
        if text.contains('@') {
            return refuse(
                "a user and password in it are not supported, take them out (in a path, write %40)",
            );
        }
        if uri.query().is_some() || text.contains('#') {
            return refuse("expected a URL without `?` and `#`");
        }
        if let Err(why) = port::of(authority) {
            return refuse(why);
        }
        let is_loopback = is_loopback(authority.host());
        let is_plain = match scheme {
            "https" => false,
            "http" if !far(authority.host()) => true,
            "http" => {
                return refuse(
                    "plain http would show the keys to everyone on the way; use https (http is for loopback hosts)",
                );
            }
            _ => return refuse("expected https (or http to a loopback host)"),
        };
        Ok(Self {
            text: text.trim_end_matches('/').to_owned(),
            setting,
            authority: authority.clone(),
            is_plain,
            is_loopback,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether the host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;

    #[test]
    fn urls_are_taken_or_refused() {
        for url in [
            "https://api.zerossl.com",
            "https://gateway.example.com/zerossl/",
            "http://127.0.0.1:8080",
            "http://127.8.8.8",
            "http://[::1]:80/a/b",
            "http://LOCALHOST:1",
            "https://api.zerossl.com:443",
            "https://api.zerossl.com:",
        ] {
            assert!(BaseUrl::parse("base_url", url).is_ok(), "{url}");
        }
        for url in [
            "",
            "api.zerossl.com",
            "/certificates",
            "http://api.zerossl.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1",
            "http://[2001:db8::1]",
            "ftp://127.0.0.1",
            "https://user:pass@api.zerossl.com",
            "https://user:12/pass@api.zerossl.com",
            "https://user:12?pass@api.zerossl.com",
            "https://user:12#pass@api.zerossl.com",
            "https://user:word/pass@api.zerossl.com",
            "https://api.zerossl.com?a=b",
            "https://api.zerossl.com#a",
            "https://",
            "https://api.zerossl.com:https",
            "https://api.zerossl.com:0",
            "https://api.zerossl.com:65536",
            "http://[::1]:x",
        ] {
            let error = BaseUrl::parse("base_url", url).err().map(|error| error.to_string());
            assert!(
                error.as_ref().is_some_and(|error| !error.contains("pass@") && !error.contains("user:")),
                "{url}: {error:?}"
            );
        }
        assert_eq!(
            BaseUrl::parse("base_url", "https://a.example.com/b//").map(|url| url.text).as_deref(),
            Ok("https://a.example.com/b")
        );
    }
}
