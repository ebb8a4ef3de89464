//! Several accounts, and how they are isolated from each other.

use serde_json::json;

use crate::support::{assert_refused, start};

#[test]
fn an_account_sees_its_own_only() {
    let (sandbox, client) = start();
    assert_eq!(sandbox.add_account("another-key", 1).expect("an account"), 1);
    assert!(sandbox.add_account("another-key", 1).is_err());
    let other = client.with_key("another-key");
    let id = client.issue(&sandbox, "example.com", &json!({}));

    assert_eq!(other.get("/certificates")["total_count"], 0);
    for path in ["", "/status", "/download", "/download/json"] {
        let answer = other.get(&format!("/certificates/{id}{path}"));
        assert_refused(&answer, 2801, "permission_denied");
    }
    for path in ["challenges", "challenges/email", "cancel", "revoke"] {
        let answer = other.post(&format!("/certificates/{id}/{path}"), &json!({}));
        assert_refused(&answer, 2801, "permission_denied");
    }
    let replace = json!({"replacement_for_certificate": id});
    let answer = other.create_with(&["example.com"], &replace);
    assert_refused(&answer, 2814, "permission_denied_on_original_certificate");
    // A live certificate of the name blocks an order, on any account.
    assert_refused(&other.create(&["example.com"]), 2839, "duplicate_certificates_found");

    assert_eq!(other.create(&["example.net"])["status"], "draft");
    assert_refused(&other.create(&["example.org"]), 2817, "certificate_limit_reached");
    let taken: Vec<_> = sandbox.accounts().iter().map(|account| (account.quota, account.taken)).collect();
    assert_eq!(taken, [(3, 1), (1, 1)]);
    sandbox.change_account(1, Some(2), None).expect("an account");
    assert_eq!(other.create(&["example.org"])["status"], "draft");
    assert!(sandbox.change_account(2, Some(2), None).is_err());
}

#[test]
fn an_account_can_be_shut() {
    let (sandbox, client) = start();
    sandbox.change_account(0, None, Some(false)).expect("an account");
    assert_refused(&client.get("/certificates"), 102, "inactive_user");
    sandbox.change_account(0, None, Some(true)).expect("an account");
    assert_eq!(client.get("/certificates")["total_count"], 0);
}
