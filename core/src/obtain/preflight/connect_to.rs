//! Redirects our own fetches to other addresses than DNS says: curl's `--connect-to`.

use std::net::Ipv6Addr;

use crate::error::{Error, Result};

const EXPECTED: &str = "expected `HOST:PORT:TO_HOST:TO_PORT`, as curl's --connect-to: an empty HOST or PORT is any, an \
                        empty TO_HOST or TO_PORT changes nothing, and IPv6 addresses are in brackets";

/// The rules. The first one that matches is used.
#[derive(Clone, Debug, Default)]
pub(super) struct ConnectTo(Vec<Rule>);

#[derive(Clone, Debug)]
struct Rule {
    from: HostPort,
    to: HostPort,
}

/// A host, without brackets, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HostPort {
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
}

impl ConnectTo {
    pub(super) fn parse(entries: &[String]) -> Result<Self> {
        let entry = |(index, text): (usize, &String)| {
            entry(text).ok_or_else(|| Error::invalid(format!("connect_to[{index}]"), EXPECTED))
        };
        entries.iter().enumerate().map(entry).collect::<Result<_>>().map(Self)
    }

    /// Where to connect to for this host and port. An absent part is not changed.
    pub(super) fn find(&self, host: &str, port: u16) -> Option<&HostPort> {
        let fits = |from: &HostPort| {
            from.host.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(host))
                && from.port.is_none_or(|number| number == port)
        };
        self.0.iter().find(|entry| fits(&entry.from)).map(|entry| &entry.to)
    }
}

fn entry(text: &str) -> Option<Rule> {
    let (from, rest) = target(text)?;
    let (to, rest) = target(rest?)?;
    rest.is_none().then_some(Rule { from, to })
}

/// A host and a port, and the text after the next colon, if there is one.
fn target(text: &str) -> Option<(HostPort, Option<&str>)> {
    let (host, rest) = match text.strip_prefix('[') {
        Some(bracketed) => {
            let (host, rest) = bracketed.split_once("]:")?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, rest)
        }
        None => text.split_once(':')?,
    };
    if host.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '[' | ']')) {
        return None;
    }
    let (port, rest) = rest.split_once(':').map_or((rest, None), |(port, rest)| (port, Some(rest)));
    let port = match port {
        "" => None,
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(digits.parse().ok().filter(|port| *port != 0)?)
        }
        _ => return None,
    };
    Some((HostPort { host: (!host.is_empty()).then(|| host.to_owned()), port }, rest))
}
