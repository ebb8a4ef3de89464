//! How long certificates last.

use std::time::{Duration, SystemTime};

use serde_json::json;
use time::OffsetDateTime;
use time::macros::date;
use zerossl_sandbox::{Options, Sandbox, Settings};

use crate::support::{Client, csr_from, publish, start_with};

const DAY: Duration = Duration::from_secs(86_400);

/// Orders a certificate for this many days and has it issued. Returns its lifetime in days, from its first
/// second to its last.
fn lasts(sandbox: &Sandbox, client: &Client, name: &str, days: u16) -> i64 {
    let more = json!({"certificate_validity_days": days, "certificate_csr": csr_from("US", name)});
    let order = client.create_with(&[name], &more);
    publish(sandbox, &order);
    let id = order["id"].as_str().unwrap_or_else(|| panic!("not an order: {order}"));
    client.verify(id, "CNAME_CSR_HASH");
    let issued = client.get(&format!("/certificates/{id}"));
    assert_eq!(issued["status"], "issued", "{issued}");
    assert_eq!(issued["type"], if days > 90 { "4" } else { "1" });
    assert_eq!(issued["expires"], order["expires"], "a draft says the same");
    let files = client.get(&format!("/certificates/{id}/download/return"));
    let pem = files["certificate.crt"].as_str().expect("PEM");
    let (_, pem) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).expect("PEM");
    let validity = pem.parse_x509().expect("a certificate").validity.clone();
    let format = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let end = validity.not_after.to_datetime();
    assert_eq!(issued["expires"], end.format(format).expect("a time"), "leaf and object agree");
    // The last second counts.
    (end - validity.not_before.to_datetime() + time::Duration::SECOND).whole_days()
}

#[test]
fn a_day_has_its_longest_lifetime() {
    for (day, of_a_year, of_90) in [
        ("2026-03-14", 366, 91),
        ("2026-03-15", 200, 91),
        ("2026-08-01", 200, 91),
        ("2027-03-15", 100, 91),
        ("2029-03-15", 47, 47),
    ] {
        let settings = Settings { as_of: day.parse().ok(), ..Settings::default() };
        let (sandbox, client) = start_with(Options { settings, ..Options::default() });
        assert_eq!(lasts(&sandbox, &client, "example.com", 365), of_a_year, "{day}");
        assert_eq!(lasts(&sandbox, &client, "example.net", 90), of_90, "{day}");
    }
}

#[test]
fn without_a_day_the_clock_decides() {
    let (sandbox, client) = start_with(Options { quota: 10, ..Options::default() });
    let go_to = |day: time::Date| {
        let there: SystemTime = day.midnight().assume_utc().into();
        if let Ok(ahead) = there.duration_since(sandbox.now()) {
            sandbox.advance(ahead);
        }
    };
    for (number, (day, most)) in
        [(date!(2026 - 03 - 15), 200), (date!(2027 - 03 - 15), 100), (date!(2029 - 03 - 15), 47)]
            .into_iter()
            .enumerate()
    {
        go_to(day);
        let next = [date!(2027 - 03 - 15), date!(2029 - 03 - 15), date!(9999 - 01 - 01)][number];
        // The real time may be later than the first of these days.
        if OffsetDateTime::from(sandbox.now()).date() < next {
            assert_eq!(lasts(&sandbox, &client, &format!("a{number}.example.com"), 365), most);
        }
    }
}

#[test]
fn the_day_of_issuing_decides() {
    let (sandbox, client) = start_with(Options { issue_delay: DAY, ..Options::default() });
    let order = client.create_with(&["example.com"], &json!({"certificate_validity_days": 365}));
    publish(&sandbox, &order);
    let id = order["id"].as_str().expect("an id");
    client.verify(id, "CNAME_CSR_HASH");
    sandbox.change_settings(|settings| settings.longest_lifetime_days = Some(10));
    sandbox.advance(DAY);
    let issued = client.get(&format!("/certificates/{id}"));
    assert_eq!(issued["status"], "issued");
    sandbox.advance(9 * DAY);
    assert_eq!(client.get(&format!("/certificates/{id}"))["status"], "issued");
    sandbox.advance(DAY);
    assert_eq!(client.get(&format!("/certificates/{id}"))["status"], "expired");
}

#[test]
fn the_longest_lifetime_is_a_setting() {
    for (most, lasted) in [(47, 47), (1, 1), (400, 366)] {
        let settings = Settings { longest_lifetime_days: Some(most), ..Settings::default() };
        let (sandbox, client) = start_with(Options { settings, ..Options::default() });
        assert_eq!(lasts(&sandbox, &client, "example.com", 365), lasted);
    }
}
