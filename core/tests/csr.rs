//! Keys and signing requests, checked with openssl.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod support;

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use zerossl::{Client, GenerateCsr, KeyType, Kind, Secret};

/// Runs openssl. Without it the test is skipped with a message, and fails in CI.
fn openssl(arguments: &[&str], folder: &Path) -> Option<String> {
    match Command::new("openssl").args(arguments).current_dir(folder).output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(
                output.status.success(),
                "openssl {arguments:?}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            Some(text)
        }
        Err(error) => {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "openssl: {error}");
            println!("skipped: openssl is not installed");
            None
        }
    }
}

fn client() -> Client {
    Client::builder().base_url("https://127.0.0.1:1").build().expect("settings")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn text_of(csr: &str) -> Option<String> {
    let folder = folder();
    std::fs::write(folder.path().join("csr.pem"), csr).expect("a file");
    openssl(&["req", "-in", "csr.pem", "-noout", "-text", "-verify"], folder.path())
}

#[test]
fn openssl_reads_every_kind_of_key_and_request() {
    for (key_type, algorithm, signature) in [
        (KeyType::EcdsaP256, "ASN1 OID: prime256v1", "ecdsa-with-SHA256"),
        (KeyType::EcdsaP384, "ASN1 OID: secp384r1", "ecdsa-with-SHA384"),
        (KeyType::Rsa2048, "(2048 bit)", "sha256WithRSAEncryption"),
        (KeyType::Rsa4096, "(4096 bit)", "sha256WithRSAEncryption"),
    ] {
        let mut generate = GenerateCsr::new(["example.com", "*.example.com", "203.0.113.10", "2001:db8::1"]);
        generate.key_type = Some(key_type);
        let generated = client().send(&generate).expect("a CSR");
        let Some(text) = text_of(&generated.csr) else { return };
        for expected in [
            algorithm,
            signature,
            "Subject: C = US, CN = example.com",
            "DNS:example.com, DNS:*.example.com, IP Address:203.0.113.10, IP Address:2001:DB8:0:0:0:0:0:1",
        ] {
            assert!(text.contains(expected), "{expected} is missing:\n{text}");
        }
        // The key is the one that signed.
        let folder = folder();
        let key = generated.private_key.expect("a new key");
        assert!(key.reveal().starts_with("-----BEGIN PRIVATE KEY-----"));
        std::fs::write(folder.path().join("key.pem"), key.reveal()).expect("a file");
        std::fs::write(folder.path().join("csr.pem"), &generated.csr).expect("a file");
        openssl(&["pkey", "-in", "key.pem", "-check", "-noout"], folder.path());
        let of_key = openssl(&["pkey", "-in", "key.pem", "-pubout"], folder.path());
        let of_csr = openssl(&["req", "-in", "csr.pem", "-noout", "-pubkey"], folder.path());
        assert_eq!(of_key, of_csr);
    }
}

#[test]
fn keys_of_openssl_are_taken_in_all_their_forms() {
    let folder = folder();
    for (make, key_type) in [
        (&["ecparam", "-name", "prime256v1", "-genkey", "-noout"][..], Some("ecdsa-p256")),
        (&["ecparam", "-name", "secp384r1", "-genkey", "-noout"], Some("ecdsa-p384")),
        (&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], Some("ecdsa-p384")),
        (&["genrsa", "-traditional", "2048"], Some("rsa-2048")),
        (&["genrsa", "2048"], None),
        (&["genrsa", "3072"], None),
        (&["genrsa", "-traditional", "4096"], Some("rsa-4096")),
        // The format of old programs.
        (&["genrsa", "-3", "2048"], Some("rsa-2048")),
        (&["genrsa", "2049"], None),
        // openssl writes the curve's parameters before the key.
        (&["ecparam", "-name", "prime256v1", "-genkey"], None),
    ] {
        let Some(key) = openssl(make, folder.path()) else { return };
        let parameters =
            serde_json::json!({"domains": ["example.com"], "private_key": key, "key_type": key_type});
        let answer = support::json(&client().call("generate_csr", &parameters.to_string()).expect("a CSR"));
        assert_eq!(answer["private_key"], serde_json::Value::Null);
        assert!(
            text_of(answer["csr"].as_str().expect("text")).is_some_and(|text| text.contains("example.com"))
        );
    }
}

/// Java and others omit the public key from an EC key, or write it in its short form.
#[test]
fn ec_keys_without_their_public_half_are_taken() {
    let folder = folder();
    for curve in ["prime256v1", "secp384r1"] {
        let make = ["ecparam", "-name", curve, "-genkey", "-noout", "-out", "key.pem"];
        if openssl(&make, folder.path()).is_none() {
            return;
        }
        let public = openssl(&["pkey", "-in", "key.pem", "-pubout"], folder.path());
        for form in [&["-no_public"][..], &["-conv_form", "compressed"]] {
            let sec1 = [&["ec", "-in", "key.pem", "-out", "sec1.pem"], form].concat();
            openssl(&sec1, folder.path());
            openssl(&["pkcs8", "-topk8", "-nocrypt", "-in", "sec1.pem", "-out", "pkcs8.pem"], folder.path());
            for file in ["sec1.pem", "pkcs8.pem"] {
                let key = std::fs::read_to_string(folder.path().join(file)).expect("a key");
                let csr = csr_by(&key);
                assert!(text_of(&csr).is_some());
                std::fs::write(folder.path().join("csr.pem"), csr).expect("a file");
                let of_csr = openssl(&["req", "-in", "csr.pem", "-noout", "-pubkey"], folder.path());
                assert_eq!(of_csr, public, "{curve} {form:?} {file}");
            }
        }
    }
}

#[test]
fn a_large_rsa_key_is_taken() {
    let csr = csr_by(include_str!("keys/rsa-8192.pem"));
    let Some(text) = text_of(&csr) else { return };
    assert!(text.contains("(8192 bit)"), "{text}");
}

fn csr_by(key: &str) -> String {
    let mut generate = GenerateCsr::new(["example.com"]);
    generate.private_key = Some(Secret::from(key));
    client().send(&generate).expect("a CSR").csr
}

#[test]
fn keys_that_the_service_does_not_take_are_refused() {
    let folder = folder();
    let mut keys = vec![
        "not a key".to_owned(),
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".to_owned(),
    ];
    for make in [
        &["genrsa", "1024"][..],
        &["ecparam", "-name", "secp521r1", "-genkey", "-noout"],
        &["ecparam", "-name", "secp256k1", "-genkey", "-noout"],
        &["genpkey", "-algorithm", "ed25519"],
        &["genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"],
        &[
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:2048",
            "-pkeyopt",
            "rsa_keygen_primes:3",
        ],
        &[
            "genpkey",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-pkeyopt",
            "ec_param_enc:explicit",
        ],
        &["genrsa", "-aes128", "-passout", "pass:x", "2048"],
    ] {
        keys.extend(openssl(make, folder.path()));
    }
    for key in keys {
        let mut generate = GenerateCsr::new(["example.com"]);
        generate.private_key = Some(Secret::from(key.as_str()));
        let error = client().send(&generate).expect_err("no such key");
        assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some("private_key")), "{key}");
        assert!(!error.message().contains("AAAA"), "{error}");
    }
}

#[test]
fn a_key_of_another_type_than_asked_for_is_refused() {
    let key = client().send(&GenerateCsr::new(["example.com"])).expect("a key").private_key;
    let mut generate = GenerateCsr::new(["example.com"]);
    generate.private_key = key;
    generate.key_type = Some(KeyType::Rsa2048);
    let error = client().send(&generate).expect_err("another type");
    assert!(error.message().contains("ecdsa-p256") && error.message().contains("rsa-2048"), "{error}");
}

#[test]
fn a_name_that_is_too_long_for_a_cn_is_only_in_the_san() {
    let long = format!("{}.example.com", "a".repeat(60));
    let generated = client().send(&GenerateCsr::new([long.clone()])).expect("a CSR");
    let Some(text) = text_of(&generated.csr) else { return };
    assert!(text.contains(&format!("DNS:{long}")) && !text.contains("CN ="), "{text}");
}

/// Keys as they are stored in YAML, in the environment, in files of Windows.
#[test]
fn keys_are_taken_however_they_were_copied() {
    let folder = folder();
    let Some(key) = openssl(&["ecparam", "-name", "prime256v1", "-genkey"], folder.path()) else { return };
    let indented = format!("    {}", key.replace('\n', "\n    "));
    for mangled in [
        format!("\u{feff}{key}"),
        indented,
        key.replace('\n', "\r\n"),
        key.replace('\n', "\r"),
        key.replace('\n', ""),
        key.replace('\n', " "),
        key.replace('\n', "\\n"),
        format!("An ENCRYPTED remark\n{key}and more"),
    ] {
        let parameters = serde_json::json!({"domains": ["example.com"], "private_key": mangled});
        let answer = support::json(&client().call("generate_csr", &parameters.to_string()).expect(&mangled));
        let csr = answer["csr"].as_str().expect("text");
        std::fs::write(folder.path().join("csr.pem"), csr).expect("a file");
        std::fs::write(folder.path().join("key.pem"), &key).expect("a file");
        let of_csr = openssl(&["req", "-in", "csr.pem", "-noout", "-pubkey"], folder.path());
        assert_eq!(of_csr, openssl(&["pkey", "-in", "key.pem", "-pubout"], folder.path()), "{mangled}");
    }
}

#[test]
fn the_subject_is_what_was_asked_for() {
    let subject = |value: serde_json::Value| -> Option<String> {
        let given = serde_json::json!({"domains": ["example.com"], "subject": value});
        let answer = client().call("generate_csr", &given.to_string()).expect("a CSR");
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        let text = text_of(answer["csr"].as_str().expect("a CSR"))?;
        let line = text.lines().find(|line| line.trim_start().starts_with("Subject:")).expect("a subject");
        Some(line.trim().to_owned())
    };
    for (given, expected) in [
        (serde_json::json!(null), "Subject: C = US, CN = example.com"),
        (serde_json::json!({}), "Subject: C = US, CN = example.com"),
        (serde_json::json!({"country": "de"}), "Subject: C = DE, CN = example.com"),
        (serde_json::json!({"country": ""}), "Subject: CN = example.com"),
        (
            serde_json::json!({
                "organizational_unit": "IT", "organization": "Beispiel GmbH", "locality": "Köln", "state": "NRW",
                "country": "DE",
            }),
            "Subject: C = DE, ST = NRW, L = K\\C3\\B6ln, O = Beispiel GmbH, OU = IT, CN = example.com",
        ),
    ] {
        if let Some(found) = subject(given) {
            assert_eq!(found, expected);
        }
    }
}
