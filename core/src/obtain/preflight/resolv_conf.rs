//! The name servers in `/etc/resolv.conf`, read like the C library does: unknown lines are ignored.
//!
//! The parsers of our DNS crate refuse the whole file because of a search domain that is not a host name, or a scope
//! such as `%br-lan`. Only the servers are needed here.

use std::io;
use std::net::{IpAddr, Ipv4Addr};

use super::name_server::Failure;

const PATH: &str = "/etc/resolv.conf";

/// The servers that the system asks.
pub(super) fn servers() -> Result<Vec<IpAddr>, Failure> {
    match std::fs::read(PATH) {
        Ok(content) => parse(&content),
        Err(error) if error.kind() == io::ErrorKind::NotFound => parse(b""),
        Err(error) => Err(Failure(format!("is not known: {PATH} cannot be read ({error})"))),
    }
}

fn parse(content: &[u8]) -> Result<Vec<IpAddr>, Failure> {
    let text = String::from_utf8_lossy(content);
    let named: Vec<&str> = text.lines().filter_map(server).collect();
    let (local, usable): (Vec<_>, Vec<_>) =
        named.iter().filter_map(|server| address(server)).partition(is_link_local);
    if !usable.is_empty() {
        return Ok(usable);
    }
    if !local.is_empty() {
        let why =
            format!("is not known: {PATH} has link-local servers only, which we cannot ask; give `resolver`");
        return Err(Failure(why));
    }
    // The default is a server on this machine.
    Ok(vec![Ipv4Addr::LOCALHOST.into()])
}

/// The text after `nameserver`.
fn server(line: &str) -> Option<&str> {
    let mut words = line.split(['#', ';']).next()?.split_whitespace();
    (words.next() == Some("nameserver")).then(|| words.next()).flatten()
}

/// Without the scope, which is for link-local addresses only.
fn address(server: &str) -> Option<IpAddr> {
    let (address, scope) =
        server.split_once('%').map_or((server, None), |(address, scope)| (address, Some(scope)));
    let address: IpAddr = address.parse().ok()?;
    (scope.is_none() || address.is_ipv6()).then_some(address)
}

fn is_link_local(address: &IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.is_unicast_link_local())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(content: &str) -> Vec<String> {
        let servers = parse(content.as_bytes()).expect("servers");
        servers.into_iter().map(|address| address.to_string()).collect()
    }

    #[test]
    fn nothing_else_matters() {
        for content in [
            "nameserver 192.0.2.1\n",
            "search -x.example corp..lan\nnameserver 192.0.2.1\n",
            "domain _\u{fe}.\nnameserver 192.0.2.1",
            "options edns0 no-such-option:7 ndots:x\nnameserver\t192.0.2.1 # ours\n",
            "search .\n; a comment\n# another\nnameserver 192.0.2.1;old\r\n",
            "nameserver fe80::1%eth0\nnameserver 192.0.2.1\n",
            "nameserver fe80::1%br-lan.7\nnameserver 192.0.2.1\n",
            "nameserver fe80::1\nnameserver no-address\nnameserver\nnameservers 192.0.2.9\nnameserver 192.0.2.1\n",
            "nameserver 192.0.2.1%eth0\nnameserver 192.0.2.1\n",
        ] {
            assert_eq!(found(content), ["192.0.2.1"], "{content}");
        }
        assert_eq!(found("nameserver 2001:db8::1\nnameserver 192.0.2.2\n"), ["2001:db8::1", "192.0.2.2"]);
        assert_eq!(parse(b"search \xff\xfe\nnameserver 192.0.2.1\n").expect("a server").len(), 1);
    }

    #[test]
    fn without_any_it_is_this_machine() {
        for content in ["", "\n", "search example.com\n", "# nameserver 192.0.2.1\n", "nameserver nonsense\n"]
        {
            assert_eq!(found(content), ["127.0.0.1"], "{content}");
        }
    }

    #[test]
    fn link_local_servers_alone_are_said_to_be_so() {
        let failure = parse(b"nameserver fe80::1%eth0\n").expect_err("we cannot ask it");
        assert!(failure.0.contains("link-local") && failure.0.contains("resolver"), "{failure}");
    }
}
