//! Which addresses the public internet can reach.
//!
//! The owner of a name decides where it leads. Without this rule, a name could make us connect to a machine in our own
//! network. That would prove nothing anyway: the service connects from outside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Documentation addresses, which replace public ones in tests.
pub(crate) const DOCUMENTATION: &str = "documentation";

/// Why the service cannot connect to this address. None for a public one.
pub(crate) fn why_not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address),
    }
}

/// IANA's registry of special-purpose addresses, IPv4.
fn v4(address: Ipv4Addr) -> Option<&'static str> {
    match address.octets() {
        [127, ..] => Some("loopback"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some("private"),
        [169, 254, ..] => Some("link-local"),
        // Carrier-grade NAT.
        [100, 64..=127, ..] => Some("shared"),
        [224..=239, ..] => Some("multicast"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Some(DOCUMENTATION),
        // 192.88.99 led to 6to4 relays, which no longer exist (RFC 7526).
        [0 | 240..=255, ..] | [192, 0, 0, _] | [192, 88, 99, _] | [198, 18 | 19, ..] => Some("reserved"),
        _ => None,
    }
}

/// The same for IPv6: `2000::/3` is public without the exceptions, and so are addresses that contain a public IPv4
/// address.
fn v6(address: Ipv6Addr) -> Option<&'static str> {
    let [.., c, d] = address.segments();
    let low = || Ipv4Addr::from((u32::from(c) << 16) | u32::from(d));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("loopback"),
        // IPv4-mapped, IPv4-compatible, NAT64.
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => v4(low()),
        // 6to4.
        [0x2002, a, b, ..] => v4(Ipv4Addr::from((u32::from(a) << 16) | u32::from(b))),
        [0xfc00..=0xfdff, ..] => Some("private"),
        [0xfe80..=0xfebf, ..] => Some("link-local"),
        [0xff00..=0xffff, ..] => Some("multicast"),
        // IETF protocols (Teredo, benchmarks, ORCHID) and documentation.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some("reserved"),
        [0x2000..=0x3fff, ..] => None,
        _ => Some("reserved"),
    }
}

#[cfg(test)]
mod tests {
    use super::why_not_public;

    #[test]
    fn only_public_addresses_are_public() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(why_not_public(address.parse().expect(address)).is_some(), "{address}");
        }
        for address in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.255",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2001:4860:4860::8888",
            "2002:101:101::",
            "2606:4700::1111",
        ] {
            assert_eq!(why_not_public(address.parse().expect(address)), None, "{address}");
        }
    }
}
