//! Names that a certificate can have: domain names, wildcards, IP addresses.

use std::borrow::Cow;
use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde_json::Value;

use crate::error::{Error, Result};

/// Checks a list of names. Each is normalized, duplicates are removed, and the order is kept.
pub(super) fn check_list(parameter: &str, list: &[Value]) -> Result<Value> {
    let mut names = normalize_list(parameter, list)?;
    let mut known = HashSet::new();
    names.retain(|name| known.insert(name.clone()));
    Ok(names.into())
}

/// The same, but a duplicate is an error.
pub(super) fn check_distinct(parameter: &str, list: &[Value]) -> Result<Value> {
    let names = normalize_list(parameter, list)?;
    for (index, name) in names.iter().enumerate() {
        if let Some(first) = names.iter().position(|other| other == name).filter(|first| *first < index) {
            let place = format!("{parameter}[{index}]");
            return Err(Error::invalid(
                place,
                format!("`{name}` is there twice ({parameter}[{first}]); give it once"),
            ));
        }
    }
    Ok(names.into())
}

fn normalize_list(parameter: &str, list: &[Value]) -> Result<Vec<String>> {
    if list.is_empty() {
        return Err(Error::invalid(parameter, "the list is empty; give at least one domain name"));
    }
    let name_at = |(index, value): (usize, &Value)| {
        let place = || format!("{parameter}[{index}]");
        let text = value.as_str().ok_or_else(|| Error::invalid(place(), "expected a domain name as text"))?;
        normalize(text).map_err(|why| Error::invalid(place(), why))
    };
    list.iter().enumerate().map(name_at).collect()
}

/// The form in which a name is sent: lower case, punycode, IP addresses in their usual form.
///
/// ```text
/// *.Bücher.example -> *.xn--bcher-kva.example
/// ```
pub(crate) fn normalize(text: &str) -> Result<String, Cow<'static, str>> {
    let shown = || text.chars().filter(|c| !c.is_control()).take(80).collect::<String>();
    if text.is_empty() {
        return Err("a domain name cannot be empty".into());
    }
    if let Some((scheme, _)) = text.split_once("://") {
        return Err(format!("expected a domain name without `{}://`", scheme.escape_debug()).into());
    }
    if text.contains(['/', '?', '#', '\\']) {
        return Err(format!("expected a domain name without a path, not `{}`", shown()).into());
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(format!("a domain name cannot hold a space, as `{}` does", shown()).into());
    }
    if text.contains('@') {
        return Err(format!("expected a domain name, not an e-mail address: `{}`", shown()).into());
    }
    if text.contains(',') {
        return Err(format!("`{}` are several names; give a list entry for each", shown()).into());
    }
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Ok(address.to_string());
    }
    if text.contains(':') {
        return Err(format!("expected a domain name without a port, not `{}`", shown()).into());
    }
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Ok(address.to_string());
    }
    domain_name(text).ok_or_else(|| {
        format!(
            "`{}` is not a domain name: labels of letters, digits and hyphens, 63 characters each and 253 in all, \
             no dot at the end, and a `*` only as the first label",
            shown()
        )
        .into()
    })
}

/// Whether one name is the other with `www.` before it. The service may add such a twin, and validates both together.
pub(crate) fn is_twin(one: &str, other: &str) -> bool {
    one.strip_prefix("www.") == Some(other) || other.strip_prefix("www.") == Some(one)
}

fn domain_name(text: &str) -> Option<String> {
    let (wildcard, rest) = match text.strip_prefix("*.") {
        Some(rest) => ("*.", rest),
        None => ("", text),
    };
    let ascii = Uts46::new()
        .to_ascii(rest.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .ok()?;
    // A last label of digits would be read as an IP address, and such names do not exist.
    let last = ascii.rsplit('.').next()?;
    if last.bytes().all(|byte| byte.is_ascii_digit()) || wildcard.len() + ascii.len() > 253 {
        return None;
    }
    Some(format!("{wildcard}{ascii}"))
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn names_get_their_normal_form() {
        for (given, sent) in [
            ("Example.COM", "example.com"),
            ("*.example.com", "*.example.com"),
            ("bücher.example.com", "xn--bcher-kva.example.com"),
            ("*.Bücher.example.com", "*.xn--bcher-kva.example.com"),
            ("例え.jp", "xn--r8jz45g.jp"),
            ("203.0.113.10", "203.0.113.10"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
        ] {
            assert_eq!(normalize(given).as_deref(), Ok(sent));
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long_label = format!("{}.com", "a".repeat(64));
        let long_name = format!("{}com", "a.".repeat(126));
        for given in [
            "",
            " ",
            ".",
            "..",
            "a..b",
            "example.com.",
            ".example.com",
            "https://example.com",
            "example.com/path",
            "exa mple.com",
            "example.com:443",
            "user@example.com",
            "a.com,b.com",
            "*",
            "*.",
            "a.*.com",
            "**.com",
            "-a.com",
            "a-.com",
            "a_b.com",
            "1.2.3",
            "1.2.3.4.5",
            "300.1.1.1",
            "[::1]",
            "example.com\n",
            "a\0b.com",
            &long_label,
            &long_name,
        ] {
            assert!(normalize(given).is_err(), "{given:?}");
        }
    }
}
