//! The complete process in the sandbox, with typed requests: key, order, validation by file, certificate, and its end.

mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use support::{client, sandbox_with};
use zerossl::{
    CancelCertificate, Client, CreateCertificate, DownloadCaCertificate, DownloadCertificate,
    DownloadCertificateZip, GenerateCsr, GenerateEabCredentials, GetCaCertificate, GetCertificate, Kind,
    ListCaCertificates, ListCertificates, Reason, RevokeCertificate, Status, ValidateCsr, ValidationMethod,
    VerificationStatus, VerifyDomains,
};
use zerossl_sandbox::{Options, Sandbox};

/// A web server that returns one file for any path.
fn web_server() -> (u16, Arc<Mutex<String>>) {
    let file = Arc::new(Mutex::new(String::new()));
    let shown = Arc::clone(&file);
    let (address, _) = support::raw_server(move |mut stream| {
        support::read_head(&mut stream);
        let body = shown.lock().expect("no panic").clone();
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
    });
    (address.port(), file)
}

fn order(client: &Client, names: &[&str]) -> zerossl::Certificate {
    let request = client.send(&GenerateCsr::new(names.iter().copied())).expect("a CSR");
    let mut create = CreateCertificate::new(names.iter().copied(), request.csr);
    create.strict_domains = Some(true);
    client.send(&create).expect("an order")
}

fn issue(sandbox: &Sandbox, client: &Client, file: &Mutex<String>, names: &[&str]) -> String {
    let order = order(client, names);
    let methods = &order.validation.other_methods;
    assert_eq!(methods.len(), names.len());
    let content = methods.values().next().expect("a method").file_validation_content.join("\n");
    *file.lock().expect("no panic") = content;
    client.send(&VerifyDomains::new(&order.id, ValidationMethod::Http)).expect("validated");
    assert!(sandbox.certificates().iter().any(|certificate| certificate.id == order.id));
    order.id
}

#[test]
fn from_names_to_a_certificate_and_its_end() {
    let (http_port, file) = web_server();
    let sandbox = sandbox_with(Options { http_port, ..Options::default() });
    let client = client(&sandbox);

    let id = issue(&sandbox, &client, &file, &["example.com", "www.example.com"]);
    let certificate = client.send(&GetCertificate::new(&id)).expect("the certificate");
    assert_eq!(certificate.status.as_deref(), Some("issued"));
    assert_eq!(certificate.common_name.as_deref(), Some("example.com"));
    assert_eq!(certificate.additional_domains, ["www.example.com"]);
    assert!(certificate.expires.as_ref().and_then(zerossl::Time::to_system_time).is_some());
    assert!(certificate.fingerprint_sha1.is_some());

    let download = client.send(&DownloadCertificate::new(&id)).expect("the PEM files");
    assert_eq!(download.fullchain, format!("{}{}", download.certificate, download.ca_bundle));
    assert_eq!(download.fullchain.matches("-----BEGIN CERTIFICATE-----").count(), 2);
    assert!(
        !download.fullchain.contains("\n\n") && download.fullchain.ends_with("-----END CERTIFICATE-----\n")
    );
    let zip = client.send(&DownloadCertificateZip::new(&id)).expect("the ZIP file").zip;
    assert!(zip.starts_with(b"PK\x03\x04"));

    let mut list = ListCertificates::default();
    list.status = Some(vec![Status::Issued]);
    let listed = client.send(&list).expect("a list");
    assert_eq!(listed.results.iter().map(|certificate| &certificate.id).collect::<Vec<_>>(), [&id]);

    let mut revoke = RevokeCertificate::new(&id);
    revoke.reason = Some(Reason::KeyCompromise);
    assert!(client.send(&revoke).expect("revoked").success);
    assert!(client.send(&RevokeCertificate::new(&id)).expect("again").success);
    assert_eq!(
        client.send(&GetCertificate::new(&id)).expect("the certificate").status.as_deref(),
        Some("revoked")
    );
}

#[test]
fn a_name_that_does_not_validate_is_in_the_error() {
    let (http_port, file) = web_server();
    let sandbox = sandbox_with(Options { http_port, ..Options::default() });
    let client = client(&sandbox);
    let order = order(&client, &["example.com"]);
    *file.lock().expect("no panic") = "something else".to_owned();
    let error =
        client.send(&VerifyDomains::new(&order.id, ValidationMethod::Http)).expect_err("the wrong file");
    assert_eq!((error.kind(), error.api_code()), (Kind::Validation, Some(0)));
    let failed = &error.domains()["example.com"];
    assert_eq!(failed.reason.as_deref(), Some("wrong_file_content"), "{error:?}");
    assert!(failed.location.as_deref().is_some_and(|url| url.starts_with("http://example.com/")));

    let error = client.send(&VerifyDomains::new(&order.id, ValidationMethod::Cname)).expect_err("no record");
    assert_eq!(error.domains()["example.com"].reason.as_deref(), Some("cname_not_found"), "{error:?}");
    assert!(client.send(&CancelCertificate::new(&order.id)).expect("cancelled").success);
    let error = client.send(&CancelCertificate::new(&order.id)).expect_err("cancelled before");
    assert_eq!(error.api_type(), Some("certificate_cannot_be_cancelled"));
}

#[test]
fn what_needs_no_order() {
    let sandbox = support::sandbox();
    let client = client(&sandbox);
    let csr = client.send(&GenerateCsr::new(["example.com"])).expect("a CSR").csr;
    assert!(client.send(&ValidateCsr::new(csr)).expect("a verdict").valid);

    let credentials = client.send(&GenerateEabCredentials::default()).expect("credentials");
    assert!(!credentials.eab_kid.is_empty() && !credentials.eab_hmac_key.reveal().is_empty());
    let mut by_email = GenerateEabCredentials::default();
    by_email.email = Some("admin@example.com".to_owned());
    client.send(&by_email).expect("credentials by e-mail");
    let asked = sandbox.requests();
    assert_eq!(asked.last().expect("a request").key, zerossl_sandbox::KeyPlace::None);

    let list = client.send(&ListCaCertificates::default()).expect("the CA's certificates");
    let id = &list.data.first().expect("at least one").id;
    let one = client.send(&GetCaCertificate::new(id)).expect("one of them");
    let download = client.send(&DownloadCaCertificate::new(id)).expect("its PEM");
    assert_eq!(one.certificate_intermediate.as_deref(), Some(download.certificate.as_str()));
}

#[test]
fn the_state_of_validation_by_mail_can_be_asked_for() {
    let sandbox = support::sandbox();
    let client = client(&sandbox);
    let order = order(&client, &["example.com"]);
    let address = order.validation.email_validation["example.com"].first().expect("an address").clone();
    let mut verify = VerifyDomains::new(&order.id, ValidationMethod::Email);
    verify.validation_email = Some(vec![address.clone()]);
    client.send(&verify).expect("the mail is out");
    let status = client.send(&VerificationStatus::new(&order.id)).expect("a status");
    assert_eq!(status.validation_completed, Some(false));
    assert_eq!(status.details["example.com"].method.as_deref(), Some(address.as_str()));
}
