//! Domain names and addresses: each becomes one that is reserved for documentation, and what belongs together still does.

use std::collections::{BTreeMap, BTreeSet};

/// RFC 2606.
const RESERVED: [&str; 3] = ["example.com", "example.net", "example.org"];
/// Labels that say nothing about anybody.
const COMMON: [&str; 6] = ["*", "www", "mail", "api", "autodiscover", "webmail"];
/// The CA's and the service's own, and what stands at the end of file names.
const PUBLIC: [&str; 8] = [
    "comodoca.com",
    "sectigo.com",
    "zerossl.com",
    "usertrust.com",
    "trust-provider.com",
    "w3.org",
    "comodo.com",
    "ssl.com",
];
const FILES: [&str; 9] = ["txt", "crt", "pem", "key", "zip", "html", "htm", "php", "json"];

/// The names that were seen, and what stands for them.
#[derive(Debug, Default)]
pub(super) struct Names {
    seen: BTreeSet<String>,
    labels: BTreeMap<String, String>,
    addresses: BTreeMap<String, String>,
}

impl Names {
    /// Notes a name. Anything else is passed over.
    pub(super) fn learn(&mut self, text: &str) {
        if is_name(text) && !is_public(text) {
            self.seen.insert(bare(text));
        }
    }

    /// The other name, or none if it is no name of anybody.
    pub(super) fn of(&mut self, text: &str) -> Option<String> {
        if is_address(text) {
            let count = self.addresses.len();
            let other = self.addresses.entry(text.to_owned());
            return Some(other.or_insert_with(|| format!("203.0.113.{}", 10 + count % 200)).clone());
        }
        if !is_name(text) || is_public(text) {
            return None;
        }
        let lower = text.to_ascii_lowercase();
        let roots = self.roots();
        let (place, root) = roots.iter().enumerate().find(|(_, root)| is_below(&lower, root))?;
        let reserved =
            RESERVED.get(place).map_or_else(|| format!("example-{place}.com"), |name| (*name).to_owned());
        let labels = lower.strip_suffix(root.as_str()).unwrap_or_default().trim_end_matches('.');
        let labels: Vec<_> =
            labels.split('.').filter(|label| !label.is_empty()).map(|label| self.label(label)).collect();
        Some(labels.into_iter().chain([reserved]).collect::<Vec<_>>().join("."))
    }

    /// All that was replaced.
    pub(super) fn originals(&self) -> impl Iterator<Item = &str> {
        self.seen.iter().chain(self.addresses.keys()).map(String::as_str)
    }

    /// The names above which no other one was seen.
    fn roots(&self) -> Vec<String> {
        let is_root = |name: &&String| !self.seen.iter().any(|other| other != *name && is_below(name, other));
        self.seen.iter().filter(is_root).cloned().collect()
    }

    fn label(&mut self, label: &str) -> String {
        if COMMON.contains(&label) {
            return label.to_owned();
        }
        let count = self.labels.len() + 1;
        self.labels.entry(label.to_owned()).or_insert_with(|| format!("host{count}")).clone()
    }
}

fn is_below(name: &str, root: &str) -> bool {
    name.strip_suffix(root).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Without what is put before a name.
fn bare(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let is_extra = |label: &&str| matches!(*label, "*" | "www") || label.starts_with('_');
    let labels: Vec<_> = name.split('.').skip_while(is_extra).collect();
    if labels.len() > 1 { labels.join(".") } else { name }
}

fn is_public(name: &str) -> bool {
    !public_part(name).is_empty()
}

/// The end of a name that is the CA's or the service's own.
pub(super) fn public_part(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    let public = PUBLIC.iter().find(|public| is_below(&lower, public));
    public.and_then(|public| name.get(name.len() - public.len()..)).unwrap_or_default()
}

/// What stands for names, and so is nobody's.
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

fn is_address(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}

fn is_name(text: &str) -> bool {
    let labels: Vec<_> = text.split('.').collect();
    let is_label = |label: &&str| {
        (!label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
            || *label == "*"
    };
    let last = labels.last().copied().unwrap_or_default().to_ascii_lowercase();
    labels.len() > 1
        && labels.iter().all(is_label)
        && last.len() > 1
        && (last.bytes().all(|b| b.is_ascii_alphabetic()) || last.starts_with("xn--"))
        && !FILES.contains(&last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_together_still_does() {
        let mut names = Names::default();
        for name in
            ["www.acme.co.uk", "secret-project.acme.co.uk", "*.other.io", "comodoca.com", "0123.txt", "word"]
        {
            names.learn(name);
        }
        let mut of = |name: &str| names.of(name);
        assert_eq!(of("acme.co.uk").as_deref(), Some("example.com"));
        assert_eq!(of("WWW.acme.co.uk").as_deref(), Some("www.example.com"));
        assert_eq!(of("secret-project.acme.co.uk").as_deref(), Some("host1.example.com"));
        assert_eq!(of("*.other.io").as_deref(), Some("*.example.net"));
        assert_eq!(of("192.0.2.77").as_deref(), Some("203.0.113.10"));
        assert_eq!((of("comodoca.com"), of("0123.txt"), of("word")), (None, None, None));
    }
}
