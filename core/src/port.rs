//! The port in a URL. The HTTP crates ignore an invalid port and connect to another one.

use ureq::http::uri::Authority;

/// The port of an authority, if there is one. The error says what is wrong. `host:` has no port (RFC 3986, section
/// 3.2.3).
pub(crate) fn of(authority: &Authority) -> Result<Option<u16>, &'static str> {
    let text = authority.as_str();
    let host_and_port = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    match host_and_port.strip_prefix(authority.host()).map(|rest| rest.strip_prefix(':').ok_or(rest)) {
        Some(Ok("") | Err("")) => Ok(None),
        // A sign would be accepted as part of a number.
        Some(Ok(digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok().filter(|port| *port > 0).map(Some).ok_or(NO_PORT)
        }
        _ => Err(NO_PORT),
    }
}

const NO_PORT: &str = "expected a port between 1 and 65535 behind the host, or none";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_a_number_or_not_there() {
        for (text, port) in [
            ("a", Ok(None)),
            ("a:", Ok(None)),
            ("a:1", Ok(Some(1))),
            ("a:65535", Ok(Some(65535))),
            ("a:0443", Ok(Some(443))),
            ("user:pass@a:8", Ok(Some(8))),
            ("user:9@a", Ok(None)),
            ("[::1]", Ok(None)),
            ("[::1]:8", Ok(Some(8))),
            ("user@[::1]:8", Ok(Some(8))),
            ("a:0", Err(NO_PORT)),
            ("a:65536", Err(NO_PORT)),
            ("a:99999999999999999999", Err(NO_PORT)),
            ("a:+80", Err(NO_PORT)),
            ("a:-80", Err(NO_PORT)),
            ("a:80x", Err(NO_PORT)),
            ("a:https", Err(NO_PORT)),
            ("[::1]:x", Err(NO_PORT)),
        ] {
            let authority = text.parse().expect(text);
            assert_eq!(of(&authority), port, "{text}");
        }
    }
}
