//! The rules for names and for certificate signing requests.

use serde_json::json;

use crate::support::openssl::{self, Folder};
use crate::support::{agent, assert_refused, csr, csr_for, read, start, start_with};
use zerossl_sandbox::Options;

#[test]
fn names_are_checked() {
    let (sandbox, client) = start();
    let long = format!("{}.example.com", "a".repeat(64));
    let refused: &[(&[&str], i64, &str)] = &[
        (&[""], 2812, "missing_certificate_domains"),
        (&["example"], 2808, "invalid_certificate_domain"),
        (&["exa mple.com"], 2808, "invalid_certificate_domain"),
        (&["https://example.com"], 2808, "invalid_certificate_domain"),
        (&["-.example.com"], 2808, "invalid_certificate_domain"),
        (&["b\u{fc}cher.example.com"], 2808, "invalid_certificate_domain"),
        (&["*.*.example.com"], 2808, "invalid_certificate_domain"),
        (&["1.2.3.4.5"], 2808, "invalid_certificate_domain"),
        (&[&long], 2808, "invalid_certificate_domain"),
        (&["example.com", "example"], 2810, "invalid_domains_in_multidomain_request"),
        (&["example.com", "Example.com"], 2811, "duplicate_domains_in_array"),
        (&["example.com", "*.example.com"], 2809, "wildcard_domains_not_allowed_in_multidomain_certificate"),
        (&["host.local"], 2877, "certificate_unsupported_top_level_domain"),
        (&["a.example.test"], 2877, "certificate_unsupported_top_level_domain"),
        (&["*.internal.example"], 2877, "certificate_unsupported_top_level_domain"),
    ];
    for (names, code, kind) in refused {
        let csr = csr("example.com");
        assert_refused(&client.create_with(names, &json!({"certificate_csr": csr})), *code, kind);
    }
    assert_eq!(sandbox.certificates(), [], "no place is taken");
}

#[test]
fn doubles_are_found_quickly_among_many() {
    let (_sandbox, client) = start();
    let mut names: Vec<String> = (0..20_000).map(|number| format!("n{number}.example.com")).collect();
    names.push("n0.example.com".to_owned());
    let more = json!({"certificate_csr": csr("n0.example.com"), "certificate_domains": names.join(",")});
    let start = std::time::Instant::now();
    assert_refused(&client.create_with(&["n0.example.com"], &more), 2811, "duplicate_domains_in_array");
    assert!(start.elapsed() < std::time::Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn names_make_the_type() {
    let (_sandbox, client) = start_with(Options { quota: 10, ..Options::default() });
    let kinds: &[(&[&str], i64, &str)] = &[
        (&["one.example.com"], 90, "1"),
        (&["*.example.com"], 90, "2"),
        (&["a.example.com", "b.example.com"], 90, "3"),
        (&["two.example.com"], 365, "4"),
        (&["*.example.net"], 365, "5"),
        (&["a.example.net", "203.0.113.10"], 365, "6"),
    ];
    for (names, days, kind) in kinds {
        let order = client.create_with(names, &json!({"certificate_validity_days": days}));
        assert_eq!(order["type"], *kind, "{order}");
        assert_eq!(order["common_name"], names[0]);
        assert_eq!(order["additional_domains"], names[1..].join(","));
    }
    let answer = client.create_with(&["c.example.com"], &json!({"certificate_validity_days": 30}));
    assert_refused(&answer, 2807, "invalid_certificate_validity");
}

#[test]
fn the_twin_is_added_unless_forbidden() {
    let (_sandbox, client) = start_with(Options { quota: 10, ..Options::default() });
    let loose = json!({"strict_domains": 0});
    let order = client.create_with(&["example.com"], &loose);
    assert_eq!(order["additional_domains"], "www.example.com");
    assert!(order["validation"]["other_methods"]["www.example.com"].is_object());
    assert_eq!(order["type"], "1");
    let order = client.create_with(&["www.example.net"], &loose);
    assert_eq!(order["additional_domains"], "example.net");
    let order = client.create_with(&["example.org", "www.example.org"], &loose);
    assert_eq!(order["additional_domains"], "www.example.org");
    for name in ["*.example.com", "203.0.113.10"] {
        assert_eq!(client.create_with(&[name], &loose)["additional_domains"], "");
    }
    assert_eq!(client.create(&["example.edu"])["additional_domains"], "");
}

#[test]
fn the_common_name_is_the_first_name() {
    let (_sandbox, client) = start();
    let refused = [
        ("other.example.com", "example.com", 2836, "csr_cn_is_invalid"),
        ("", "example.com", 2836, "csr_cn_is_invalid"),
        ("*.example.com", "example.com", 28181, "invalid_certificate_csr_for_non_wildcard"),
        ("example.com", "*.example.com", 28182, "invalid_certificate_csr_for_wildcard"),
    ];
    for (common_name, name, code, kind) in refused {
        let more = json!({"certificate_csr": csr_for(common_name, &["example.com"])});
        assert_refused(&client.create_with(&[name], &more), code, kind);
    }
    let long = format!("{}.{}.example.com", "a".repeat(40), "b".repeat(40));
    let more = json!({"certificate_csr": csr_for("", &[&long])});
    assert_eq!(client.create_with(&[&long], &more)["common_name"], long);
}

#[test]
fn requests_are_checked() {
    let (_sandbox, client) = start();
    let create = |csr: &str| client.create_with(&["example.com"], &json!({"certificate_csr": csr}));
    let validate = |csr: &str| client.post("/validation/csr", &json!({"csr": csr}));
    assert_refused(&create(""), 2819, "missing_certificate_csr");
    assert_refused(&validate(""), 2819, "missing_certificate_csr");

    let good = csr("example.com");
    let valid = json!({"valid": true, "error": null, "csrResponse": ["256", "sigalg=ecdsa-with-SHA256"]});
    assert_eq!(validate(&good), valid);
    let garbled = good.replace('A', "+B");
    let forged = {
        let other = pem_body(&csr("example.com"));
        // The body of one request with the signature of another.
        let mut der = pem_body(&good);
        let length = der.len().min(other.len());
        der[length - 8..length].copy_from_slice(&other[length - 8..length]);
        pem("CERTIFICATE REQUEST", &der)
    };
    for (csr, error) in [
        (garbled.as_str(), "-10 The CSR cannot be decoded!; "),
        ("not a request", "-10 The CSR cannot be decoded!; "),
        (forged.as_str(), "-12 The CSR has an invalid signature!; "),
    ] {
        assert_refused(&create(csr), 2818, "invalid_certificate_csr");
        assert_eq!(validate(csr), json!({"valid": false, "error": error}));
    }
}

#[test]
fn weak_keys_and_odd_names_are_refused() {
    if !openssl::is_here() {
        return;
    }
    let (_sandbox, client) = start();
    let folder = Folder::new();
    let validate = |csr: &str| client.post("/validation/csr", &json!({"csr": csr}));
    for (key, more, error) in [
        ("-newkey rsa:1024", "", json!("-13 The CSR uses an unsupported key size!; ")),
        ("-newkey ed25519", "", json!("-11 The CSR uses an unsupported algorithm!; ")),
        ("-newkey rsa:2048", "-sha512", json!(null)),
    ] {
        assert_eq!(validate(&folder.request(key, "example.com", more))["error"], error, "{key}");
    }
    let odd = folder.request("-newkey rsa:2048", "example.com", "-addext subjectAltName=email:a@b.c");
    let answer = client.create_with(&["example.com"], &json!({"certificate_csr": odd}));
    assert_refused(&answer, 2880, "invalid_san");
}

fn pem_body(pem: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(pem_lines(pem)).expect("base64")
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")
}

#[test]
fn a_request_may_come_in_any_shape_of_pem() {
    let (_sandbox, client) = start_with(Options { quota: 100, ..Options::default() });
    let plain = csr("example.com");
    let valid = client.post("/validation/csr", &json!({"csr": plain}));
    let proof = client.create_with(&["example.com"], &json!({"certificate_csr": plain}));
    let hash = |order: &serde_json::Value| {
        order["validation"]["other_methods"]["example.com"]["file_validation_content"][0].clone()
    };
    let indented = format!("    {}", plain.replace('\n', "\n    "));
    for shape in [
        plain.replace('\n', ""),
        plain.replace('\n', " "),
        plain.replace('\n', "\r"),
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        indented,
        format!("Certificate Request:\n    Data:\n        Version: 1 (0x0)\n{plain}some words\n"),
        plain.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),
    ] {
        assert_eq!(client.post("/validation/csr", &json!({"csr": shape})), valid, "{shape:?}");
        let order = client.create_with(&["example.com"], &json!({"certificate_csr": shape}));
        assert_eq!((&order["status"], hash(&order)), (&json!("draft"), hash(&proof)), "{shape:?}");
        // In a form, a plus has to be escaped, whether the PEM is on one line or several.
        let url = client.url("/validation/csr");
        let form = agent().post(&url).send_form([("csr", &shape)]).expect("an answer");
        assert_eq!(read(form), valid);
    }
    let other = plain.replace("CERTIFICATE REQUEST", "CERTIFICATE");
    let cut = plain.replace("-----END", "");
    for shape in [other, cut, pem_lines(&plain), plain.replace('\n', "\\n"), plain.replace('\n', "*")] {
        let answer = client.create_with(&["example.com"], &json!({"certificate_csr": shape}));
        assert_refused(&answer, 2818, "invalid_certificate_csr");
    }
}

/// The body without its first and last line.
fn pem_lines(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}
