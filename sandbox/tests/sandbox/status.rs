//! The answer of `status` for an order while it is pending, and afterwards.

use std::time::Duration;

use serde_json::{Value, json};
use zerossl_sandbox::Options;

use crate::support::{publish, start_with};

const DELAY: Duration = Duration::from_secs(60);

/// Whether it is complete, and the status of each name.
fn said(status: &Value) -> (Value, Vec<Value>) {
    let details = status["details"].as_object().unwrap_or_else(|| panic!("no details: {status}"));
    (status["validation_completed"].clone(), details.values().map(|step| step["status"].clone()).collect())
}

#[test]
fn an_order_is_complete_when_it_is_issued() {
    let (sandbox, client) = start_with(Options { issue_delay: DELAY, ..Options::default() });
    let order = client.create(&["example.com"]);
    publish(&sandbox, &order);
    let path = format!("/certificates/{}", order["id"].as_str().expect("an id"));
    let is = |status: &str, completed: u8, step: &str| {
        assert_eq!(client.get(&path)["status"], status);
        assert_eq!(
            said(&client.get(&format!("{path}/status"))),
            (json!(completed), vec![json!(step)]),
            "{status}"
        );
    };
    client.verify(order["id"].as_str().expect("an id"), "CNAME_CSR_HASH");
    is("pending_validation", 0, "Awaiting Validation");
    sandbox.advance(DELAY);
    is("issued", 1, "Validated");
    client.post(&format!("{path}/revoke"), &json!({}));
    is("revoked", 1, "Validated");
}

#[test]
fn an_order_that_was_given_up_is_not_complete() {
    let (sandbox, client) = start_with(Options { issue_delay: DELAY, ..Options::default() });
    let order = client.create(&["example.com"]);
    publish(&sandbox, &order);
    let path = format!("/certificates/{}", order["id"].as_str().expect("an id"));
    client.verify(order["id"].as_str().expect("an id"), "CNAME_CSR_HASH");
    assert_eq!(client.post(&format!("{path}/cancel"), &json!({})), json!({"success": 1}));
    assert_eq!(client.get(&format!("{path}/status"))["validation_completed"], 0);
    sandbox.advance(DELAY);
    assert_eq!(client.get(&path)["status"], "cancelled");
    assert_eq!(client.get(&format!("{path}/status"))["validation_completed"], 0);
}

#[test]
fn answered_mails_do_not_make_a_pending_order_complete() {
    let (sandbox, client) = start_with(Options { issue_delay: DELAY, ..Options::default() });
    let order = client.create(&["example.com", "example.net"]);
    let path = format!("/certificates/{}", order["id"].as_str().expect("an id"));
    let emails = "admin@example.com,admin@example.net";
    client.post(
        &format!("{path}/challenges"),
        &json!({"validation_method": "EMAIL", "validation_email": emails}),
    );
    let status = || said(&client.get(&format!("{path}/status")));
    let [sent, shown] = [json!("Email Sent"), json!("Validated")];
    let mails = sandbox.mails();
    assert!(sandbox.answer_mail(&mails[0].token));
    assert_eq!(status(), (json!(0), vec![shown.clone(), sent]));
    assert!(sandbox.answer_mail(&mails[1].token));
    assert_eq!(status(), (json!(0), vec![shown.clone(), shown.clone()]));
    assert_eq!(client.get(&path)["status"], "pending_validation");
    sandbox.advance(DELAY);
    assert_eq!(status(), (json!(1), vec![shown.clone(), shown]));
}
