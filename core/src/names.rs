//! Names of certificates, compared as names and not as texts.
//!
//! The service may spell a name differently than it was sent: in upper case, with a dot at the end, in Unicode instead
//! of punycode. A comparison of texts would take our order for somebody else's, and order again.

use std::borrow::Cow;

use crate::answers::Certificate;
use crate::parameter::domain::{is_twin, normalize};

/// The canonical spelling of a name. An invalid name is only tidied.
pub(crate) fn canonical(name: &str) -> Cow<'_, str> {
    if is_canonical(name) {
        return Cow::Borrowed(name);
    }
    let name = name.trim();
    let name = name.strip_suffix('.').unwrap_or(name);
    Cow::Owned(normalize(name).unwrap_or_else(|_| name.to_lowercase()))
}

/// Nearly every name comes back as it was sent: in lower case, without a dot at the end.
fn is_canonical(name: &str) -> bool {
    !name.ends_with('.')
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'*')
        })
}

pub(crate) fn is_same(one: &str, other: &str) -> bool {
    canonical(one) == canonical(other)
}

/// Whether a name that the service lists may belong to an order of this name: the same name, the name that the service
/// adds to a wildcard, or the www twin where that is allowed.
fn may_belong_to(listed: &str, ordered: &str, strict: bool) -> bool {
    listed == ordered || is_apex(listed, ordered) || (!strict && is_twin(listed, ordered))
}

/// Whether one name is the other, a wildcard, without its star.
pub(crate) fn is_apex(name: &str, wildcard: &str) -> bool {
    wildcard.strip_prefix("*.") == Some(name)
}

/// Whether a certificate is for these names. Names that the service adds itself are ignored: the bare name of a
/// wildcard, and the www twin unless the order was `strict`.
pub(crate) fn is_for(certificate: &Certificate, ordered: &[String], strict: bool) -> bool {
    let listed = listed(certificate);
    let ordered: Vec<_> = ordered.iter().map(|name| canonical(name)).collect();
    ordered.iter().all(|name| listed.contains(name))
        && listed.iter().all(|name| ordered.iter().any(|ours| may_belong_to(name, ours, strict)))
}

/// Whether an answer is about completely different names: everything it lists is a name, and none is related to ours.
pub(crate) fn is_for_others(certificate: &Certificate, ordered: &[String]) -> bool {
    let listed = listed(certificate);
    let has_to_do = |name: &str| {
        let related = |ours: &String| {
            let ours = canonical(ours);
            may_belong_to(name, &ours, false) || is_apex(&ours, name)
        };
        normalize(name).is_err() || ordered.iter().any(related)
    };
    !listed.is_empty() && !listed.iter().any(|name| has_to_do(name))
}

/// Whether the CN is this name.
pub(crate) fn has_common_name(certificate: &Certificate, name: &str) -> bool {
    certificate.common_name.as_deref().is_some_and(|common_name| is_same(common_name, name))
}

fn listed(certificate: &Certificate) -> Vec<Cow<'_, str>> {
    certificate
        .common_name
        .iter()
        .chain(&certificate.additional_domains)
        .map(|name| canonical(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn certificate(common_name: Option<&str>, others: &[&str]) -> Certificate {
        let validation = json!({"email_validation": {}, "other_methods": {}});
        let certificate = json!({
            "id": "1", "common_name": common_name, "additional_domains": others, "validation_emails": [],
            "validation": validation,
        });
        serde_json::from_value(certificate).expect("a certificate")
    }

    fn ours(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_name_is_the_same_however_it_is_spelled() {
        for (one, other) in [
            ("example.com", "EXAMPLE.com"),
            ("example.com", "example.com."),
            ("xn--bcher-kva.example.com", "bücher.example.com"),
            ("xn--bcher-kva.example.com", "BÜCHER.Example.com."),
            ("xn--bcher-kva.example.com", "XN--BCHER-KVA.example.com"),
            ("*.xn--bcher-kva.example.com", "*.Bücher.example.com"),
            ("203.0.113.10", " 203.0.113.10"),
            ("not a name", "NOT A NAME."),
        ] {
            assert!(is_same(one, other) && is_same(other, one), "{one} {other}");
        }
        for (one, other) in [("example.com", "example.org"), ("example.com", "*.example.com"), ("a.b", "ab")]
        {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn what_the_service_adds_does_not_count() {
        let wildcard = certificate(Some("*.example.com"), &["example.com"]);
        assert!(is_for(&wildcard, &ours(&["*.example.com"]), true));
        let twin = certificate(Some("Example.com."), &["WWW.example.com"]);
        assert!(
            is_for(&twin, &ours(&["example.com"]), false) && !is_for(&twin, &ours(&["example.com"]), true)
        );
        let other = certificate(Some("example.com"), &["example.net"]);
        assert!(!is_for(&other, &ours(&["example.com"]), false));
        assert!(!is_for(
            &certificate(Some("example.com"), &[]),
            &ours(&["example.com", "example.net"]),
            false
        ));
    }

    #[test]
    fn only_names_that_have_nothing_to_do_with_ours_are_others() {
        let names = ours(&["*.example.com"]);
        for near in [Some("*.EXAMPLE.com"), Some("example.com."), Some("what is this"), None] {
            assert!(!is_for_others(&certificate(near, &[]), &names), "{near:?}");
        }
        assert!(!is_for_others(&certificate(Some("example.org"), &["*.example.com"]), &names));
        assert!(is_for_others(&certificate(Some("example.org"), &["www.example.org"]), &names));
    }
}
