//! All certificates: none twice, none missed, even if others are added or removed.

mod support;

use std::collections::BTreeSet;

use support::{client, count, json, sandbox};
use zerossl::{CancelCertificate, Client, CreateCertificate, Kind, ListCertificates, Status};
use zerossl_sandbox::{Reply, Sandbox, When};

fn order(client: &Client, csr: &str) -> String {
    client.send(&CreateCertificate::new(["example.com"], csr)).expect("an order").id
}

/// A sandbox with this many drafts, and a CSR for more.
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
    // Three pages, read twice: a list of more than one page may change while it is read.
    assert_eq!(count(&sandbox, "list_certificates"), 6);
    assert!(rest.iter().all(|id| ids.contains(id)));
}

#[test]
fn none_at_all() {
    let (sandbox, client, _, _) = drafts(0);
    assert_eq!(client.certificates(ListCertificates::default()).count(), 0);
    assert_eq!(count(&sandbox, "list_certificates"), 1);
}

#[test]
fn none_beside_a_count_of_some_is_an_error_in_everything_that_lists() {
    let (sandbox, client, csr, _) = drafts(0);
    let body = serde_json::json!({"total_count": 7, "limit": 1000, "results": []});
    support::fault(&sandbox, "list_certificates", 999, When::Before, Reply::json(200, body));
    let error = client.certificates(by(1000)).last().expect("an item").expect_err("some are missing");
    assert_eq!(error.kind(), Kind::Response);
    assert!(error.message().contains("there are 7 certificates, and gave none, twice"), "{error}");
    assert_eq!(count(&sandbox, "list_certificates"), 2);
    // After a lost create, it must not be accepted as an account without the order.
    support::fault(&sandbox, "create_certificate", 1, When::After, Reply::text(502, "x"));
    let error = client.send(&CreateCertificate::new(["example.com"], &csr)).expect_err("lost");
    assert_eq!(error.kind(), Kind::Ambiguous);
    assert!(error.message().contains("gave none"), "{error}");
}

#[test]
fn none_is_missed_when_others_are_cancelled_on_the_way() {
    let (_sandbox, client, _, mut ids) = drafts(9);
    let mut certificates = client.certificates(by(3));
    // The first page is read. Cancelling its entries moves the others to pages that were read already.
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
fn none_is_missed_when_the_count_stays_the_same() {
    let (sandbox, client, _, _) = drafts(0);
    let entry = |id: &str| json(&format!(r#"{{"id": "{id}", "status": "issued"}}"#));
    // Between the pages `a` is removed and `g` is added at the end: `d` moves to the page that was read.
    for page in ["abc", "efg", "bcd", "efg", "bcd", "efg"] {
        let results: Vec<_> = page.chars().map(|id| entry(&id.to_string())).collect();
        let body = serde_json::json!({"total_count": 6, "result_count": 3, "page": 1, "limit": 3, "results": results});
        support::fault(&sandbox, "list_certificates", 1, When::Before, Reply::json(200, body));
    }
    let ids = collect(client.certificates(by(3)));
    assert_eq!(ids.iter().cloned().collect::<BTreeSet<_>>(), "abcdefg".chars().map(String::from).collect());
    assert_eq!(ids.len(), 7);
}

#[test]
fn pages_that_are_cut_shorter_than_asked_for_are_all_read() {
    let (sandbox, client, _, _) = drafts(0);
    for page in ["ab", "cd", "e", "ab", "cd", "e"] {
        let results: Vec<_> = page.chars().map(|id| serde_json::json!({"id": id})).collect();
        let body = serde_json::json!({"total_count": 5, "limit": 1000, "results": results});
        support::fault(&sandbox, "list_certificates", 1, When::Before, Reply::json(200, body));
    }
    assert_eq!(collect(client.certificates(by(1000))), ["a", "b", "c", "d", "e"]);
}

#[test]
fn a_list_that_never_rests_is_an_error() {
    let (sandbox, client, _, _) = drafts(0);
    for number in 0..99 {
        let results = [serde_json::json!({"id": format!("{number}")})];
        let body = serde_json::json!({"total_count": 2, "limit": 1, "results": results});
        support::fault(&sandbox, "list_certificates", 1, When::Before, Reply::json(200, body));
    }
    let last = client.certificates(by(1)).last().expect("an item");
    assert!(last.expect_err("it never rests").message().contains("keeps changing"));
}

#[test]
fn one_page_is_read_once() {
    let (sandbox, client, _, ids) = drafts(5);
    assert_eq!(collect(client.certificates(ListCertificates::default())).len(), ids.len());
    assert_eq!(count(&sandbox, "list_certificates"), 1);
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

/// A server was seen to do this: page 1 for every number.
#[test]
fn a_page_that_comes_again_and_again_ends_everything_that_lists() {
    let (sandbox, client, csr, _) = drafts(0);
    let rows: Vec<_> = (0..100)
        .map(|id| serde_json::json!({"id": format!("{id}"), "common_name": "other.example.com"}))
        .collect();
    let body = serde_json::json!({"total_count": 500, "result_count": 100, "page": 1, "limit": 100, "results": rows});
    support::fault(&sandbox, "list_certificates", 999, When::Before, Reply::json(200, body));

    let all: Vec<_> = client.certificates(by(100)).collect();
    let error = all.last().expect("an item").as_ref().expect_err("no end");
    assert_eq!((error.kind(), all.len()), (Kind::Response, 101));
    assert!(error.message().contains("500 certificates, and gave 100"), "{error}");
    assert_eq!(count(&sandbox, "list_certificates"), 4);

    let op = client.start("list_certificates", r#"{"limit": 100}"#).expect("it starts");
    assert_eq!(op.finish().expect_err("no end").kind(), Kind::Response);
    assert_eq!(count(&sandbox, "list_certificates"), 8);

    // The search after a lost answer: the order is not found, and the error says why.
    support::fault(&sandbox, "create_certificate", 1, When::After, Reply::text(500, ""));
    let lost = client.send(&CreateCertificate::new(["example.com"], &csr)).expect_err("lost");
    assert_eq!(lost.kind(), Kind::Ambiguous);
    assert!(
        lost.message().contains("could not be searched") && lost.message().contains("gave 100"),
        "{lost}"
    );
    assert_eq!(count(&sandbox, "list_certificates"), 12);
}

#[test]
fn a_lost_order_is_found_on_a_page_behind_the_first() {
    let (sandbox, client, csr, _) = drafts(0);
    let page = |number: u64, ids: std::ops::Range<u64>, name: &str| {
        let results: Vec<_> = ids
            .map(|id| serde_json::json!({"id": format!("{id}"), "common_name": name, "status": "draft"}))
            .collect();
        let body =
            serde_json::json!({"total_count": 1001, "page": number, "limit": 1000, "results": results});
        support::fault(&sandbox, "list_certificates", 1, When::Before, Reply::json(200, body));
    };
    for _ in 0..2 {
        page(1, 0..1000, "a.example.com");
        page(2, 1000..1001, "example.com");
    }
    support::fault(&sandbox, "create_certificate", 1, When::Before, Reply::text(500, ""));
    let lost = client.send(&CreateCertificate::new(["example.com"], &csr)).expect_err("lost");
    let candidates: Vec<_> = lost.candidates().iter().map(|candidate| candidate["id"].clone()).collect();
    assert_eq!(candidates, ["1000"], "{lost}");
}
