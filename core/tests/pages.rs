//! All certificates: none twice, none missed, also while others come and go.

mod support;

use std::collections::BTreeSet;

use support::{client, count, json, sandbox};
use zerossl::{CancelCertificate, Client, CreateCertificate, Kind, ListCertificates, Status};
use zerossl_sandbox::Sandbox;

fn order(client: &Client, csr: &str) -> String {
    client.send(&CreateCertificate::new(["example.com"], csr)).expect("an order").id
}

/// A sandbox with so many drafts, and a CSR for more.
fn drafts(number: usize) -> (Sandbox, Client, String, BTreeSet<String>) {
    let sandbox = sandbox();
    sandbox.set_quota(1000);
    let client = client(&sandbox);
    let csr =
        json(&client.call("generate_csr", r#"{"domains": ["example.com"]}"#).expect("a CSR"))["csr"].clone();
    let csr = csr.as_str().expect("text").to_owned();
    let ids = (0..number).map(|_| order(&client, &csr)).collect();
    (sandbox, client, csr, ids)
}

fn by(limit: u64) -> ListCertificates {
    let mut list = ListCertificates::default();
    list.limit = Some(limit);
    list.status = Some(vec![Status::Draft]);
    list
}

fn collect(certificates: impl Iterator<Item = zerossl::Result<zerossl::Certificate>>) -> Vec<String> {
    certificates.map(|certificate| certificate.expect("a page").id).collect()
}

#[test]
fn all_of_them_lazily() {
    let (sandbox, client, _, ids) = drafts(7);
    let mut certificates = client.certificates(by(3));
    assert_eq!(count(&sandbox, "list_certificates"), 0);
    assert!(certificates.next().is_some());
    assert_eq!(count(&sandbox, "list_certificates"), 1);
    let rest = collect(certificates);
    assert_eq!(rest.len(), 6);
    assert_eq!(count(&sandbox, "list_certificates"), 3);
    assert!(rest.iter().all(|id| ids.contains(id)));
}

#[test]
fn none_at_all() {
    let (sandbox, client, _, _) = drafts(0);
    assert_eq!(client.certificates(ListCertificates::default()).count(), 0);
    assert_eq!(count(&sandbox, "list_certificates"), 1);
}

#[test]
fn none_is_missed_when_others_are_cancelled_on_the_way() {
    let (_sandbox, client, _, mut ids) = drafts(9);
    let mut certificates = client.certificates(by(3));
    // The first page is read; cancelling its entries moves the others to pages that were read already.
    let first: Vec<_> = collect(certificates.by_ref().take(3));
    for id in &first {
        client.send(&CancelCertificate::new(id)).expect("cancelled");
        ids.remove(id);
    }
    let rest = collect(certificates);
    assert_eq!(rest.iter().cloned().collect::<BTreeSet<_>>(), ids);
    assert_eq!(rest.len(), ids.len(), "none comes twice");
}

#[test]
fn none_comes_twice_when_others_are_ordered_on_the_way() {
    let (_sandbox, client, csr, ids) = drafts(6);
    let mut certificates = client.certificates(by(2));
    let mut all = collect(certificates.by_ref().take(2));
    order(&client, &csr);
    all.extend(collect(certificates));
    let distinct: BTreeSet<_> = all.iter().cloned().collect();
    assert_eq!(distinct.len(), all.len());
    assert!(ids.is_subset(&distinct));
}

#[test]
fn an_error_ends_the_iteration() {
    let sandbox = sandbox();
    let client = support::settings(&sandbox).access_key("wrong").build().expect("settings");
    let mut certificates = client.certificates(ListCertificates::default());
    let error = certificates.next().expect("an item").expect_err("a wrong key");
    assert_eq!((error.kind(), error.operation()), (Kind::Auth, Some("list_certificates")));
    assert!(certificates.next().is_none());
}
