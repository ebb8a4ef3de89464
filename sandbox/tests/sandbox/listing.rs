//! Lists: filters, search, pages.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Client, assert_refused, start_with};
use zerossl_sandbox::Options;

const DAY: Duration = Duration::from_secs(86_400);

fn names(page: &Value) -> Vec<&str> {
    let results = page["results"].as_array().unwrap_or_else(|| panic!("not a list: {page}"));
    results.iter().filter_map(|certificate| certificate["common_name"].as_str()).collect()
}

fn check(client: &Client, query: &str, expected: &[&str]) {
    assert_eq!(names(&client.get(&format!("/certificates?{query}"))), expected, "{query}");
}

#[test]
fn filters_choose() {
    let (sandbox, client) = start_with(Options { quota: 10, ..Options::default() });
    client.issue(&sandbox, "issued.example.com", &json!({}));
    client.create(&["*.example.net"]);
    client.create(&["first.example.org", "second.example.org"]);

    check(&client, "", &["first.example.org", "*.example.net", "issued.example.com"]);
    check(&client, "certificate_status=issued", &["issued.example.com"]);
    check(&client, "certificate_status=", &[]);
    check(&client, "certificate_status=draft,cancelled", &["first.example.org", "*.example.net"]);
    check(&client, "certificate_status=unheard_of", &[]);
    check(&client, "certificate_type=2", &["*.example.net"]);
    check(&client, "certificate_type=multiDomain90Days", &["first.example.org"]);
    check(&client, "search=SECOND", &["first.example.org"]);
    check(&client, "search=example.com&certificate_status=draft", &[]);
    let answer = client.get("/certificates?certificate_type=huge");
    assert_refused(&answer, 2805, "invalid_certificate_type");

    check(&client, "certificate_status=expiring_soon", &[]);
    sandbox.advance(70 * DAY);
    check(&client, "certificate_status=expiring_soon", &["issued.example.com"]);
    sandbox.advance(30 * DAY);
    check(&client, "certificate_status=expiring_soon", &[]);
    check(&client, "certificate_status=expired", &["issued.example.com"]);
}

#[test]
fn pages_are_cut() {
    let (_sandbox, client) = start_with(Options { quota: 10, ..Options::default() });
    for number in 1..=5 {
        client.create(&[&format!("n{number}.example.com")]);
    }
    let whole = client.get("/certificates");
    assert_eq!(
        (&whole["total_count"], &whole["result_count"], &whole["page"], &whole["limit"]),
        (&json!(5), &json!(5), &json!(1), &json!(100))
    );
    assert_eq!((&whole["acmeUsageLevel"], &whole["acmeLocked"]), (&json!("LOW"), &json!(false)));
    let second = client.get("/certificates?limit=2&page=2");
    assert_eq!(names(&second), ["n3.example.com", "n2.example.com"]);
    assert_eq!(
        (&second["total_count"], &second["result_count"], &second["page"], &second["limit"]),
        (&json!(5), &json!(2), &json!("2"), &json!(2))
    );
    check(&client, "limit=2&page=3", &["n1.example.com"]);
    check(&client, "limit=2&page=4", &[]);
    assert_eq!(client.get("/certificates?limit=5000")["limit"], 1000);
}
