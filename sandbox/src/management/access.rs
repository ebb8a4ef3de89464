//! Who may use the management interface: programs on this host, but no web page in a browser.

use std::net::IpAddr;

use hyper::header::{HOST, HeaderMap, HeaderName, ORIGIN};

pub(super) struct Access {
    /// Host names that are allowed in addition to `localhost` and addresses.
    hosts: Vec<String>,
}

impl Access {
    pub(super) fn new(hosts: Vec<String>) -> Self {
        Self { hosts }
    }

    /// A page that reaches this host by its own name (DNS rebinding) sends that name as `Host`. A page of
    /// another site sends its `Origin`.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), String> {
        let host = text(headers, &HOST).ok_or("a Host is needed")?;
        let name = name(host);
        let is_address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let is_ours = self.hosts.iter().any(|ours| ours.eq_ignore_ascii_case(name));
        if !is_address && !is_ours && !name.eq_ignore_ascii_case("localhost") {
            return Err(format!("the Host {name} is not one of this interface"));
        }
        match text(headers, &ORIGIN) {
            Some(origin) if origin != format!("http://{host}") => {
                Err(format!("pages of {origin} may not use this interface"))
            }
            _ => Ok(()),
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// The host without the port.
fn name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_kept_out() {
        let access = Access::new(vec!["sandbox".to_owned()]);
        let check = |host: &str, origin: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().expect("a header"));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().expect("a header"));
            }
            access.check(&headers).is_ok()
        };
        for host in ["127.0.0.1:5", "localhost", "LOCALHOST:80", "[::1]:8080", "sandbox:1", "10.0.0.1"] {
            assert!(check(host, None), "{host}");
            assert!(check(host, Some(&format!("http://{host}"))), "{host}");
            assert!(!check(host, Some("http://evil.example")), "{host}");
            assert!(!check(host, Some("null")), "{host}");
        }
        for host in ["evil.example", "evil.example:80", "localhost.evil.example", ""] {
            assert!(!check(host, None), "{host}");
        }
        assert!(Access::new(Vec::new()).check(&HeaderMap::new()).is_err());
    }
}
