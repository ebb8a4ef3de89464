//! An order from start to end, and openssl's view of the certificate.

use crate::support::openssl::Folder;
use crate::support::website::Website;
use crate::support::{openssl, start};
use serde_json::json;

#[test]
fn an_order_is_validated_and_issued() {
    let (sandbox, client) = start();
    let order = client.create(&["a.b.example.com"]);
    assert_eq!(order["status"], "draft");
    assert_eq!(order["type"], "1");
    assert_eq!(order["replacement_for"], "");
    assert_eq!(order["validation_type"], json!(null));
    assert_eq!(order["fingerprint_sha1"], json!(null));
    let emails = &order["validation"]["email_validation"]["a.b.example.com"];
    assert_eq!(emails.as_array().map(Vec::len), Some(15));
    assert_eq!(emails[5], "admin@b.example.com");

    let id = order["id"].as_str().expect("an id");
    assert_eq!(id.len(), 32);
    let site = Website::of(&order);
    sandbox.address_book("a.b.example.com", site.address());
    let pending = client.verify(id, "HTTP_CSR_HASH");
    assert_eq!(pending["status"], "pending_validation");
    assert_eq!(pending["validation_type"], "HTTP_CSR_HASH");
    assert_eq!(site.hosts(), ["a.b.example.com"]);

    let issued = client.get(&format!("/certificates/{id}"));
    assert_eq!(issued["status"], "issued");
    assert_eq!(issued["validation"], order["validation"]);
    assert_eq!(client.get("/certificates")["results"][0]["validation"], json!([]));
    assert_eq!(issued["signature_algorithm_properties"], "ecdsa-with-SHA384:256");
    assert_eq!(issued["fingerprint_sha1"].as_str().map(str::len), Some(40));

    let summary = sandbox.certificates().remove(0);
    assert_eq!((summary.id.as_str(), summary.status.as_str()), (id, "issued"));
    assert_eq!(summary.names, ["a.b.example.com"]);
}

#[test]
fn the_certificate_is_for_the_key_of_the_request() {
    if !openssl::is_here() {
        return;
    }
    let kinds = [
        ("-newkey ec -pkeyopt ec_paramgen_curve:P-256", ""),
        ("-newkey ec -pkeyopt ec_paramgen_curve:P-256", "-sha384"),
        // openssl's default hash is not the one of the curve.
        ("-newkey ec -pkeyopt ec_paramgen_curve:P-384", ""),
        ("-newkey ec -pkeyopt ec_paramgen_curve:P-384", "-sha384"),
        ("-newkey rsa:2048", ""),
    ];
    for (key, more) in kinds {
        let folder = Folder::new();
        let (sandbox, client) = start();
        let csr = folder.request(key, "example.com", more);
        let more = json!({"certificate_csr": csr, "strict_domains": 0});
        let id = client.issue(&sandbox, "example.com", &more);
        let files = client.get(&format!("/certificates/{id}/download/return"));
        let text = |name: &str| files[name].as_str().expect("PEM").to_owned();
        folder.write("leaf.pem", &text("certificate.crt"));
        folder.write("chain.pem", &text("ca_bundle.crt"));
        folder.write("root.pem", sandbox.root_pem());

        let verified = folder.openssl(
            "verify -x509_strict -purpose sslserver -verify_hostname www.example.com \
             -CAfile root.pem -untrusted chain.pem leaf.pem",
        );
        assert_eq!(verified.expect(key), "leaf.pem: OK\n");
        let public = folder.openssl("pkey -in key.pem -pubout").expect("a key");
        assert_eq!(folder.openssl("x509 -in leaf.pem -noout -pubkey"), Ok(public), "{key}");

        let leaf = folder.openssl("x509 -in leaf.pem -noout -text").expect("a certificate");
        for part in [
            "CN = example.com",
            "Not Trusted",
            "DNS:example.com, DNS:www.example.com",
            "TLS Web Server Authentication",
            "CA:FALSE",
            "Authority Key Identifier",
            "Subject Key Identifier",
        ] {
            assert!(leaf.contains(part), "{part} is not in {leaf}");
        }
        assert_eq!(leaf.contains("Key Encipherment"), key.contains("rsa"));

        let chain = client.get(&format!("/certificates/{id}/download/json?include_cross_signed=1"));
        let chain = chain["ca_bundle.crt"].as_str().expect("PEM").to_owned();
        assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 2);
    }
}

#[test]
fn the_proof_is_made_of_the_request() {
    if !openssl::is_here() {
        return;
    }
    let folder = Folder::new();
    let (_sandbox, client) = start();
    let csr = folder.request("-newkey rsa:2048", "*.example.com", "");
    folder.write("csr.pem", &csr);
    folder.openssl("req -in csr.pem -outform DER -out csr.der").expect("DER");
    let hash = |kind: &str| {
        let line = folder.openssl(&format!("dgst -{kind} -r csr.der")).expect("a hash");
        line.split(' ').next().unwrap_or_default().to_ascii_uppercase()
    };
    let (md5, sha256) = (hash("md5"), hash("sha256"));

    let order = client.create_with(&["*.example.com"], &json!({"certificate_csr": csr}));
    assert_eq!(order["type"], "2");
    let values = &order["validation"]["other_methods"]["*.example.com"];
    let unique = values["file_validation_content"][2].as_str().expect("a unique value");
    assert_eq!(values["file_validation_content"], json!([sha256, "comodoca.com", unique]));
    assert_eq!(
        values["file_validation_url_http"],
        format!("http://example.com/.well-known/pki-validation/{md5}.txt")
    );
    assert_eq!(values["cname_validation_p1"], format!("_{md5}.example.com"));
    let target = format!("{}.{}.{unique}.comodoca.com", &sha256[..32], &sha256[32..]);
    assert_eq!(values["cname_validation_p2"], target);
}

#[test]
fn every_format_can_be_downloaded() {
    let (sandbox, client) = start();
    let id = client.issue(&sandbox, "example.com", &json!({}));
    let path = |format: &str| format!("/certificates/{id}/download{format}");
    let text = |format: &str| String::from_utf8(client.bytes(&path(format))).expect("text");

    let inline = client.get(&path("/return"));
    assert_eq!(client.get(&path("/json")), inline);
    let leaf = inline["certificate.crt"].as_str().expect("PEM");
    assert_eq!(inline["ca_bundle.crt"], sandbox.intermediate_pem());
    assert_eq!(text("/pem"), format!("{leaf}{}", sandbox.intermediate_pem()));
    assert_eq!(text("/chain"), sandbox.intermediate_pem());
    assert!(text("/xml").contains(leaf));
    for format in ["", "/zip", "/other"] {
        let bytes = client.bytes(&path(format));
        assert!(bytes.starts_with(b"PK\x03\x04"), "{format}");
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a ZIP file");
        let mut file = archive.by_name("certificate.crt").expect("the certificate");
        let content = std::io::read_to_string(&mut file).expect("text");
        assert_eq!(content, leaf);
    }
}

#[test]
fn the_authority_can_be_looked_up() {
    let (sandbox, client) = start();
    let page = client.get("/ca_certificates");
    assert_eq!(page["next_cursor"], json!(null));
    let listed = &page["data"][0];
    assert_eq!(listed["certificate_intermediate"], sandbox.intermediate_pem());
    assert_eq!(client.get("/ca_certificates/1"), *listed);
    let hash = listed["hash_sha1"].as_str().expect("a hash");
    assert_eq!(client.get(&format!("/ca_certificates/{hash}")), *listed);
    let files = client.get(&format!("/ca_certificates/{hash}/download/json"));
    assert_eq!(files["certificate_intermediate.crt"], sandbox.intermediate_pem());
    assert!(files["bundle_full.crt"].as_str().expect("PEM").ends_with(sandbox.root_pem()));
    assert!(client.bytes("/ca_certificates/1/download/zip").starts_with(b"PK"));
}
