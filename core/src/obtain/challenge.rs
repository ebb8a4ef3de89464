//! The challenges for each name, taken from the service's answer and compared with the documented format.
//!
//! We publish what the service says, never a value computed here. But a file name or a record name also decides where
//! we write. So only the documented format is accepted, and only for names of the order.

use serde::{Deserialize, Serialize};

use crate::answers::{Certificate, FileAndRecord};
use crate::endpoints::ValidationMethod;
use crate::error::{Error, Kind, Result};
use crate::excerpt::one_line;
use crate::names::{canonical, is_apex, is_same};
use crate::parameter::domain::is_twin;

/// The folder of validation files (ZeroSSL REST API, Verify Domains).
pub(crate) const FOLDER: &str = "/.well-known/pki-validation/";
/// The file has three short lines.
const MAX_CONTENT: usize = 1024;

/// A file or a record that proves control of one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Challenge {
    /// A file that has to be served at the URL, with exactly this content and status 200.
    File {
        domain: String,
        url: String,
        /// The last part of the URL: `<32 hex digits>.txt`.
        file: String,
        /// Its lines, joined by newlines, without a newline at the end.
        content: String,
    },
    /// A CNAME record.
    Record {
        domain: String,
        /// The record's name, without a dot at the end.
        name: String,
        /// The target, with a dot at the end: without the dot a zone editor would append the zone.
        target: String,
    },
}

impl Challenge {
    /// The name that it proves.
    pub(crate) fn domain(&self) -> &str {
        match self {
            Self::File { domain, .. } | Self::Record { domain, .. } => domain,
        }
    }

    /// The place of the challenge: a URL or a record's name.
    pub(crate) fn location(&self) -> &str {
        match self {
            Self::File { url, .. } => url,
            Self::Record { name, .. } => name,
        }
    }
}

/// What has to be published for an order: for every name that the service lists, including www twins.
///
/// The service sends mails itself, so EMAIL needs nothing.
pub(crate) fn challenges(
    order: &Certificate,
    method: ValidationMethod,
    ours: &[String],
) -> Result<Vec<Challenge>> {
    if method == ValidationMethod::Email {
        return Ok(Vec::new());
    }
    let listed = &order.validation.other_methods;
    let is_listed = |name: &&String| listed.keys().any(|listed| is_for(&canonical(listed), name));
    if let Some(missing) = ours.iter().find(|name| !is_listed(name)) {
        return Err(unexpected(missing, "the order says nothing of how to validate it"));
    }
    let mut found = Vec::new();
    for (domain, values) in listed {
        let challenge = challenge(&canonical(domain), values, method, ours)?;
        // A wildcard and its bare name share one record.
        if !found.contains(&challenge) {
            found.push(challenge);
        }
    }
    Ok(found)
}

/// Whether the values of a listed name are for this one: a wildcard's record is at its bare name.
fn is_for(listed: &str, ours: &str) -> bool {
    listed == ours || is_apex(listed, ours)
}

fn challenge(
    domain: &str,
    values: &FileAndRecord,
    method: ValidationMethod,
    ours: &[String],
) -> Result<Challenge> {
    let Some(name) = ours.iter().find(|name| is_for(domain, name) || is_twin(name, domain)) else {
        return Err(unexpected(domain, "it is none of the names that were asked for"));
    };
    // The wildcard was ordered, even if its record is listed under the bare name.
    let domain = if is_apex(domain, name) { name } else { domain };
    let found = match method {
        ValidationMethod::Cname => record(domain, values),
        ValidationMethod::Https => file(domain, values, "https", values.file_validation_url_https.as_deref()),
        _ => file(domain, values, "http", values.file_validation_url_http.as_deref()),
    };
    found.ok_or_else(|| unexpected(domain, "the order's validation values do not have the documented shape"))
}

/// `http://<name>/.well-known/pki-validation/<32 hex digits>.txt`
fn file(domain: &str, values: &FileAndRecord, scheme: &str, url: Option<&str>) -> Option<Challenge> {
    let (their_scheme, rest) = url?.split_once("://")?;
    let (host, file) = rest.split_once(FOLDER)?;
    let (stem, content) = (file.strip_suffix(".txt")?, values.file_validation_content.join("\n"));
    let is_plain = |text: &str| text.bytes().all(|byte| byte == b'\n' || (0x20..0x7F).contains(&byte));
    (their_scheme.eq_ignore_ascii_case(scheme)
        && is_same(host, domain)
        && is_hash(stem)
        && !content.is_empty()
        && content.len() <= MAX_CONTENT
        && is_plain(&content))
    .then(|| Challenge::File {
        domain: domain.to_owned(),
        url: format!("{scheme}://{domain}{FOLDER}{file}"),
        file: file.to_owned(),
        content,
    })
}

/// `_<32 hex digits>.<name>`, and a domain name as the target. A wildcard's record is at the name without the star.
fn record(domain: &str, values: &FileAndRecord) -> Option<Challenge> {
    let name = values.cname_validation_p1.as_deref()?.trim_end_matches('.');
    let target = values.cname_validation_p2.as_deref()?.trim_end_matches('.');
    let (label, parent) = name.strip_prefix('_')?.split_once('.')?;
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let zone = domain.strip_prefix("*.").unwrap_or(domain);
    (is_hash(label)
        && is_same(parent.strip_prefix("*.").unwrap_or(parent), zone)
        && target.len() <= 253
        && target.contains('.')
        && target.split('.').all(is_label))
    .then(|| Challenge::Record {
        domain: domain.to_owned(),
        name: format!("_{label}.{zone}"),
        target: format!("{target}."),
    })
}

fn is_hash(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn unexpected(domain: &str, why: &str) -> Error {
    Error::new(Kind::Response, format!("{}: {why}, so nothing is published for it", one_line(domain, 80)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const HASH: &str = "0123456789ABCDEF0123456789ABCDEF";

    fn values(domain: &str) -> Value {
        let host = domain.trim_start_matches("*.");
        json!({
            "file_validation_url_http": format!("http://{domain}/.well-known/pki-validation/{HASH}.txt"),
            "file_validation_url_https": format!("https://{domain}/.well-known/pki-validation/{HASH}.txt"),
            "file_validation_content": ["AA", "comodoca.com", "0123456789abcde"],
            "cname_validation_p1": format!("_{HASH}.{host}"),
            "cname_validation_p2": format!("{HASH}.{HASH}.0123456789abcde.comodoca.com"),
        })
    }

    fn found(domain: &str, values: &Value, method: ValidationMethod) -> Result<Vec<Challenge>> {
        let order = json!({
            "id": "1", "additional_domains": [], "validation_emails": [],
            "validation": {"email_validation": {}, "other_methods": {domain: values}},
        });
        let order: Certificate = serde_json::from_value(order).expect("a certificate");
        challenges(&order, method, &["example.com".to_owned()])
    }

    #[test]
    fn the_documented_shapes_are_taken_as_they_are() {
        let values = values("example.com");
        let file = |scheme: &str| Challenge::File {
            domain: "example.com".to_owned(),
            url: format!("{scheme}://example.com/.well-known/pki-validation/{HASH}.txt"),
            file: format!("{HASH}.txt"),
            content: "AA\ncomodoca.com\n0123456789abcde".to_owned(),
        };
        let record = Challenge::Record {
            domain: "example.com".to_owned(),
            name: format!("_{HASH}.example.com"),
            target: format!("{HASH}.{HASH}.0123456789abcde.comodoca.com."),
        };
        assert_eq!(found("example.com", &values, ValidationMethod::Http), Ok(vec![file("http")]));
        assert_eq!(found("example.com", &values, ValidationMethod::Https), Ok(vec![file("https")]));
        assert_eq!(found("example.com", &values, ValidationMethod::Cname), Ok(vec![record]));
        assert_eq!(found("example.com", &values, ValidationMethod::Email), Ok(vec![]));
    }

    #[test]
    fn a_wildcards_record_is_at_the_name_without_the_star() {
        let order = json!({
            "id": "1", "additional_domains": [], "validation_emails": [],
            "validation": {"email_validation": {}, "other_methods": {"*.example.com": values("*.example.com")}},
        });
        let order: Certificate = serde_json::from_value(order).expect("a certificate");
        let found =
            challenges(&order, ValidationMethod::Cname, &["*.example.com".to_owned()]).expect("a record");
        assert_eq!(found[0].location(), format!("_{HASH}.example.com"));
    }

    #[test]
    fn nothing_else_is_published() {
        let path = "/.well-known/pki-validation/";
        let files = [
            json!({"file_validation_url_http": format!("http://example.org{path}{HASH}.txt")}),
            json!({"file_validation_url_http": format!("https://example.com{path}{HASH}.txt")}),
            json!({"file_validation_url_http": format!("http://example.com{path}../../{HASH}.txt")}),
            json!({"file_validation_url_http": format!("http://example.com{path}{HASH}.php")}),
            json!({"file_validation_url_http": format!("http://example.com{path}{HASH}0.txt")}),
            json!({"file_validation_url_http": format!("http://example.com/{HASH}.txt")}),
            json!({"file_validation_url_http": format!("http://example.com:8080{path}{HASH}.txt")}),
            json!({"file_validation_url_http": null}),
            json!({"file_validation_content": []}),
            json!({"file_validation_content": ["AA\u{0}"]}),
            json!({"file_validation_content": ["A".repeat(2000)]}),
        ];
        let records = [
            json!({"cname_validation_p1": format!("{HASH}.example.com")}),
            json!({"cname_validation_p1": format!("_{HASH}.example.org")}),
            json!({"cname_validation_p1": "_short.example.com"}),
            json!({"cname_validation_p1": "www.example.com"}),
            json!({"cname_validation_p1": null}),
            json!({"cname_validation_p2": "a b.comodoca.com"}),
            json!({"cname_validation_p2": "comodoca"}),
            json!({"cname_validation_p2": "a..comodoca.com"}),
            json!({"cname_validation_p2": "a.com\nevil 0 IN A 192.0.2.1"}),
            json!({"cname_validation_p2": null}),
        ];
        let all = files.iter().map(|unexpected| (unexpected, ValidationMethod::Http));
        for (unexpected, method) in
            all.chain(records.iter().map(|unexpected| (unexpected, ValidationMethod::Cname)))
        {
            let mut values = values("example.com");
            for (name, value) in unexpected.as_object().expect("an object") {
                values[name] = value.clone();
            }
            let error = found("example.com", &values, method).expect_err("it is odd");
            assert_eq!(error.kind(), Kind::Response, "{unexpected}");
        }
        assert!(found("example.org", &values("example.org"), ValidationMethod::Http).is_err(), "not ours");
        assert!(
            found("www.example.com", &values("www.example.com"), ValidationMethod::Http).is_err(),
            "ours is missing"
        );
    }
}
