//! `NO_PROXY`, as curl reads it (tests compare it with curl): names including everything below them, addresses and
//! networks.
//!
//! Two things are different from curl 7.88: `*.name` means `.name`, and IPv6 networks work, also in brackets, as curl's
//! documentation promises.

use std::net::IpAddr;

/// Whether a host is among the exceptions.
pub(super) fn cover(host: &str, exceptions: &str) -> bool {
    // Alone it means everything, in a list nothing.
    if exceptions == "*" {
        return true;
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let mut entries = exceptions.split([' ', '\t', ',']).filter(|entry| !entry.is_empty());
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) => entries.any(|entry| has_address(entry, address)),
        Err(_) => entries.any(|entry| has_name(entry, host)),
    }
}

/// A name includes itself and everything below it. With a port or other additions, it is a name that no host has.
fn has_name(entry: &str, host: &str) -> bool {
    let entry = entry.strip_suffix('.').unwrap_or(entry);
    let entry = entry.strip_prefix("*.").or_else(|| entry.strip_prefix('.')).unwrap_or(entry);
    let (host, entry) = (host.to_ascii_lowercase(), entry.to_ascii_lowercase());
    !entry.is_empty()
        && host.strip_suffix(&entry).is_some_and(|above| above.is_empty() || above.ends_with('.'))
}

/// An address matches the same address, or is in a network: `127.0.0.0/8`. Without bits, or with invalid ones, all bits
/// count.
fn has_address(entry: &str, address: IpAddr) -> bool {
    let (network, bits) = entry.split_once('/').unwrap_or((entry, ""));
    let bits = bits.trim_end_matches(']');
    if bits.starts_with('-') {
        return false;
    }
    let digits = bits.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    let bits: u32 = if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u32::MAX) };
    match (network.trim_matches(['[', ']']).parse(), address) {
        (Ok(IpAddr::V4(network)), IpAddr::V4(address)) => {
            shares(u128::from(network.to_bits()), u128::from(address.to_bits()), bits, 32)
        }
        (Ok(IpAddr::V6(network)), IpAddr::V6(address)) => {
            shares(network.to_bits(), address.to_bits(), bits, 128)
        }
        _ => false,
    }
}

/// Whether the first `bits` of two addresses with this size are the same.
fn shares(one: u128, other: u128, bits: u32, size: u32) -> bool {
    let bits = if bits == 0 { size } else { bits };
    bits <= size && (one ^ other).checked_shr(size - bits).unwrap_or_default() == 0
}
