//! Which addresses the internet at large can reach.
//!
//! A name leads wherever its owner says, so without this rule a name could make us talk to what is near us. Nor would
//! it show anything: the service comes from elsewhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address cannot be the one that the service connects to; `None` for a public one.
pub(super) fn why_not_public(address: IpAddr) -> Option<&'static str> {
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
        [0 | 240..=255, ..]
        | [192, 0, 0 | 2, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => Some("reserved"),
        _ => None,
    }
}

/// Its IPv6 counterpart: public is `2000::/3` without the exceptions, and what stands for a public IPv4 address.
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
