//! The rules for the names of an order.

use std::collections::HashSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use crate::refusal::{self, Refusal};

/// A name that a certificate may be for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Name {
    Domain(String),
    /// Without the `*.` in front.
    Wildcard(String),
    Ip(IpAddr),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(domain) => f.write_str(domain),
            Self::Wildcard(domain) => write!(f, "*.{domain}"),
            Self::Ip(address) => address.fmt(f),
        }
    }
}

impl Name {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        if let Ok(address) = bare.unwrap_or(text).parse() {
            return Some(Self::Ip(address));
        }
        let text = text.to_ascii_lowercase();
        match text.strip_prefix("*.") {
            Some(domain) => is_domain(domain).then(|| Self::Wildcard(domain.to_owned())),
            None => is_domain(&text).then_some(Self::Domain(text)),
        }
    }

    /// The host at which control over the name is proven.
    pub(crate) fn host(&self) -> String {
        match self {
            Self::Domain(domain) | Self::Wildcard(domain) => domain.clone(),
            Self::Ip(address) => address.to_string(),
        }
    }

    /// `example.com` for `www.example.com`, and the reverse.
    fn twin(&self) -> Option<Self> {
        let Self::Domain(domain) = self else {
            return None;
        };
        Some(Self::Domain(match domain.strip_prefix("www.") {
            Some(bare) if bare.contains('.') => bare.to_owned(),
            _ => format!("www.{domain}"),
        }))
    }

    /// `example.com` for `*.example.com`.
    pub(crate) fn apex(&self) -> Option<Self> {
        match self {
            Self::Wildcard(domain) => Some(Self::Domain(domain.clone())),
            _ => None,
        }
    }

    /// The domain, then its parents, down to two labels.
    pub(crate) fn domain_and_parents(&self) -> Vec<String> {
        let host = self.host();
        let mut all = Vec::new();
        let mut at = Some(host.as_str());
        while let Some(domain) = at.filter(|domain| domain.contains('.')) {
            all.push(domain.to_owned());
            at = domain.split_once('.').map(|(_, parent)| parent);
        }
        all
    }

    /// The name under which this one is validated: the name of the pair, if `example.com` and
    /// `www.example.com` are both among the names.
    pub(crate) fn pair(&self, names: &HashSet<&Self>) -> String {
        match self {
            Self::Domain(domain) => match domain.strip_prefix("www.") {
                Some(bare) if names.contains(&&Self::Domain(bare.to_owned())) => bare.to_owned(),
                _ => domain.clone(),
            },
            name => name.to_string(),
        }
    }

    /// Whether this is an address that no public CA can reach.
    pub(crate) fn is_unreachable(&self) -> bool {
        let Self::Ip(IpAddr::V4(address)) = self else {
            return false;
        };
        address.is_private()
            || address.is_loopback()
            || address.is_link_local()
            || address.is_multicast()
            || address.is_broadcast()
            || *address == Ipv4Addr::UNSPECIFIED
    }
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        && !top.bytes().all(|byte| byte.is_ascii_digit())
}

/// Top-level names that no public CA certifies. Names of two labels below
/// `example`, such as `example.com`, are ordinary names.
const RESERVED: [&str; 11] =
    ["alt", "arpa", "corp", "example", "home", "internal", "invalid", "lan", "local", "localhost", "test"];

/// Reads the names of an order, and adds their twins unless the order excludes them.
///
/// Returns the names in the request, and all names.
pub(crate) fn parse_list(
    list: &[&str],
    strict: bool,
    refuse_reserved: bool,
) -> Result<(Vec<Name>, Vec<Name>), Refusal> {
    if list.is_empty() {
        return Err(refusal::MISSING_CERTIFICATE_DOMAINS);
    }
    let asked = list.iter().map(|text| Name::parse(text)).collect::<Option<Vec<_>>>();
    let asked = asked.ok_or(match list {
        [_] => refusal::INVALID_CERTIFICATE_DOMAIN,
        _ => refusal::INVALID_DOMAINS_IN_MULTIDOMAIN,
    })?;
    let mut known = HashSet::new();
    if !asked.iter().all(|name| known.insert(name.clone())) {
        return Err(refusal::DUPLICATE_DOMAINS);
    }
    if asked.len() > 1 && asked.iter().any(|name| matches!(name, Name::Wildcard(_))) {
        return Err(refusal::WILDCARD_BESIDE_OTHERS);
    }
    let reserved = |name: &Name| {
        let host = name.host();
        RESERVED.iter().any(|top| host.rsplit('.').next() == Some(top))
    };
    if refuse_reserved && asked.iter().any(reserved) {
        return Err(refusal::UNSUPPORTED_TOP_LEVEL_DOMAIN);
    }
    let mut all = asked.clone();
    if !strict {
        for twin in asked.iter().filter_map(Name::twin) {
            if known.insert(twin.clone()) {
                all.push(twin);
            }
        }
    }
    Ok((asked, all))
}
