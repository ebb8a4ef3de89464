//! What `list_entries` says of a store, from its files alone.

use std::fs;
use std::time::Duration;

use serde_json::json;
use zerossl_sandbox::{Reply, When, WireFault};

use super::stand::Stand;
use super::time::SandboxClock;
use crate::context::Context;
use crate::endpoints::RevokeCertificate;
use crate::obtain::interface::{CertificateState, Entries, EntrySummary, ListEntries, Obtain, OrderState};
use crate::obtain::listing::list_entries;
use crate::obtain::store::storage::Disk;
use crate::operation::Request;
use crate::{json as coded, parameter};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn list(stand: &Stand) -> Vec<EntrySummary> {
    let clock = SandboxClock::new(&stand.sandbox);
    let given = coded::encode(&ListEntries::new(stand.store())).expect("JSON");
    let arguments = parameter::check(ListEntries::PARAMETERS, given).expect("parameters");
    let requests = stand.sandbox.requests().len();
    let env = stand.env(&Disk, &clock);
    let run = |context: &Context<'_>| list_entries(context, &env, &arguments);
    let listed = stand.client().enter(ListEntries::OPERATION, None, run).expect("a store");
    assert_eq!(stand.sandbox.requests().len(), requests, "no network");
    listed.entries
}

fn only(stand: &Stand) -> EntrySummary {
    let mut entries = list(stand);
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries.remove(0)
}

fn named(stand: &Stand, name: &str) -> Obtain {
    Obtain { domains: vec![name.to_owned()], ..stand.wanted() }
}

#[test]
fn an_empty_store_has_no_entries() {
    assert_eq!(list(&Stand::new()), []);
}

#[test]
fn a_certificate_is_good_then_due_then_expired() {
    let stand = Stand::new();
    let obtained = stand.obtain(&stand.wanted()).expect("a certificate");
    let days = [
        (0, CertificateState::Good, 89..=90),
        (61, CertificateState::Due, 28..=29),
        (30, CertificateState::Expired, 0..=0),
    ];
    for (later, state, left) in days {
        stand.sandbox.advance(later * DAY);
        let entry = only(&stand);
        assert_eq!((entry.certificate, entry.order), (state, OrderState::None));
        assert!(left.contains(&entry.days_left.expect("a leaf")), "{entry:?}");
        assert_eq!(
            (entry.name.as_str(), entry.domains.as_slice()),
            ("example.com", &["example.com".to_owned()][..])
        );
        assert_eq!(entry.id, obtained.certificate.as_ref().map(|certificate| certificate.id.clone()));
        assert_eq!(
            (entry.key_type.as_deref(), entry.deployed, entry.readable),
            (Some("ecdsa-p256"), Some(true), true)
        );
        let moment = |time: Option<crate::Time>| time.and_then(|time| time.to_system_time()).expect("a time");
        let (expires, renews_at) = (moment(entry.expires), moment(entry.renews_at));
        let window = expires.duration_since(renews_at).expect("before");
        assert!((29 * DAY..=31 * DAY).contains(&window), "{window:?}");
    }
}

#[test]
fn what_expires_first_comes_first() {
    let stand = Stand::new();
    for name in ["b.example.com", "a.example.com"] {
        stand.obtain(&named(&stand, name)).expect("a certificate");
        stand.sandbox.advance(DAY);
    }
    let names: Vec<_> = list(&stand).into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["b.example.com", "a.example.com"]);
}

/// A failure is kept until a call succeeds.
#[test]
fn the_last_error_is_kept_until_a_success() {
    let stand = Stand::new();
    stand.strike("create_certificate", 1, When::Before, Reply::refusal(2817).expect("a code"));
    stand.obtain(&stand.wanted()).expect_err("no quota");
    let error = only(&stand).last_error.expect("an error");
    assert_eq!((&error["api_code"], &error["operation"]), (&json!(2817), &json!("obtain")));
    assert!(error["at"].is_string(), "{error}");
    // What the caller did wrong says nothing of the entry.
    let wrong = Obtain { renew_at: Some(2.0), ..stand.wanted() };
    stand.obtain(&wrong).expect_err("refused");
    assert!(only(&stand).last_error.is_some());
    stand.obtain(&stand.wanted()).expect("a certificate");
    assert_eq!(only(&stand).last_error, None);
}

#[test]
fn orders_are_pending_lost_or_quarantined() {
    let stand = Stand::new();
    stand.strike("create_certificate", 1, When::Before, Reply::broken(WireFault::Reset));
    stand.obtain(&stand.wanted()).expect_err("its answer is lost");
    assert_eq!((only(&stand).order, only(&stand).certificate), (OrderState::Lost, CertificateState::None));
    stand.sandbox.set_issue_delay(Duration::from_secs(3600));
    stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("it waits");
    assert_eq!(only(&stand).order, OrderState::Pending);
    stand.sandbox.advance(Duration::from_secs(7200));
    let other = Stand::new();
    let foreign = other.obtain(&other.wanted()).expect("a certificate");
    let read = |name: &str| fs::read_to_string(&foreign.files[name]).expect(name);
    let wrong = json!({"certificate.crt": read("cert"), "ca_bundle.crt": read("chain")});
    stand.strike("download_certificate", 1, When::Before, Reply::json(200, wrong));
    stand.obtain(&stand.wanted()).expect_err("another key");
    assert_eq!(only(&stand).order, OrderState::Quarantined);
}

/// Revoked, as far as the entry has heard of it.
#[test]
fn a_revocation_that_is_known_is_shown() {
    let stand = Stand::new();
    let id = stand.obtain(&stand.wanted()).expect("a certificate").certificate.expect("one").id;
    stand.client().send(&RevokeCertificate::new(id)).expect("revoked");
    assert_eq!(only(&stand).certificate, CertificateState::Good, "nobody has asked");
    stand.strike("create_certificate", 1, When::Before, Reply::refusal(2817).expect("a code"));
    stand.obtain(&stand.wanted()).expect_err("no quota");
    assert_eq!(only(&stand).certificate, CertificateState::Revoked);
}

#[test]
fn an_entry_that_cannot_be_read_is_listed() {
    let stand = Stand::of_a_folder();
    stand.obtain(&stand.wanted()).expect("a certificate");
    fs::write(stand.store().join("example.com/journal.json"), "{").expect("written");
    let entry = only(&stand);
    assert!(!entry.readable && entry.id.is_none());
    // The leaf can be read all the same.
    assert_eq!(entry.certificate, CertificateState::Good);
    let error = entry.last_error.expect("why");
    assert_eq!(error["kind"], "storage");
    assert!(error["path"].as_str().is_some_and(|path| path.ends_with("journal.json")), "{error}");
}

/// Read back in tests/python with Prometheus' own parser.
#[test]
fn a_store_as_metrics() {
    let stand = Stand::new();
    stand.obtain(&named(&stand, "good.example.com")).expect("a certificate");
    let odd = Obtain { name: Some("with \"quotes\"".to_owned()), ..named(&stand, "odd.example.com") };
    stand.strike("create_certificate", 1, When::Before, Reply::refusal(2808).expect("a code"));
    stand.obtain(&odd).expect_err("refused");
    let entries = Entries { entries: list(&stand), extra: crate::answers::Extra::default() };
    let end =
        entries.entries.iter().find_map(|entry| entry.expires.as_ref()?.to_system_time()).expect("a leaf");
    let end = end.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let text = entries.to_prometheus();
    for line in [
        "zerossl_entries 2".to_owned(),
        "# TYPE zerossl_certificate_state gauge".to_owned(),
        "zerossl_certificate_state{entry=\"good.example.com\",state=\"good\"} 1".to_owned(),
        "zerossl_certificate_state{entry=\"good.example.com\",state=\"due\"} 0".to_owned(),
        "zerossl_certificate_state{entry=\"with \\\"quotes\\\"\",state=\"none\"} 1".to_owned(),
        "zerossl_certificate_deployed{entry=\"good.example.com\"} 1".to_owned(),
        format!("zerossl_certificate_expiry_timestamp_seconds{{entry=\"good.example.com\"}} {end}"),
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    let failed = "zerossl_entry_last_error_timestamp_seconds{entry=\"with \\\"quotes\\\"\",kind=\"api\"} ";
    let at = text.lines().find_map(|line| line.strip_prefix(failed)).expect("a failure");
    assert!(at.parse::<f64>().is_ok_and(|at| at > 1e9), "{at}");
}
