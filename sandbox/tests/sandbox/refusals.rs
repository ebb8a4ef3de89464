//! Why calls are refused, with the code and type of the service.

use std::time::Duration;

use serde_json::json;

use crate::support::website::Website;
use crate::support::{agent, assert_refused, read, start, start_with};
use zerossl_sandbox::Options;

const DAY: Duration = Duration::from_secs(86_400);

#[test]
fn a_bad_key_is_refused() {
    let (sandbox, _) = start();
    let url = |query: &str| format!("{}/certificates{query}", sandbox.base_url());
    let get = |query: &str, key: &str| {
        let request = agent().get(url(query));
        let request = if key.is_empty() { request } else { request.header("authorization", key) };
        let response = request.call().expect("an answer");
        (response.status().as_u16(), read(response))
    };

    let (status, answer) = get("?access_key=other", "");
    assert_eq!(status, 401);
    assert_refused(&answer, 101, "invalid_access_key");
    assert_eq!(answer["error"]["info"], "You have not supplied a valid API Access Key.");
    let (status, answer) = get("", "ApiKey other");
    assert_eq!(status, 401);
    assert_refused(&answer, 101, "invalid_access_key");
    for key in ["", "Bearer sandbox-key"] {
        let (status, answer) = get("", key);
        assert_eq!(status, 401);
        assert_refused(&answer, 101, "missing_access_key");
    }
    assert_eq!(get("", "ApiKey sandbox-key").0, 200);
}

#[test]
fn an_unknown_path_is_refused() {
    let (_sandbox, client) = start();
    for path in ["/certificates//challenges", "/nothing", "/", "/certificates/1/2/3/4"] {
        let answer = client.post(path, &json!({}));
        assert_refused(&answer, 103, "invalid_api_function");
        assert_eq!(answer["error"]["info"], "This API Function does not exist.");
    }
    assert_refused(&client.get("/validation/csr"), 2800, "incorrect_request_type");
}

#[test]
fn an_unknown_certificate_is_refused() {
    let (_sandbox, client) = start();
    for path in ["", "/status", "/download", "/download/return"] {
        let answer = client.get(&format!("/certificates/none{path}"));
        assert_refused(&answer, 2803, "certificate_not_found");
    }
    for path in ["challenges", "challenges/email", "cancel", "revoke"] {
        let answer = client.post(&format!("/certificates/none/{path}"), &json!({}));
        assert_refused(&answer, 2803, "certificate_not_found");
    }
    assert_refused(&client.get("/ca_certificates/7"), 2803, "certificate_not_found");
}

#[test]
fn the_quota_counts_all_but_cancelled_ones() {
    let (sandbox, client) = start();
    let issued = client.issue(&sandbox, "one.example.com", &json!({}));
    let revoked = client.issue(&sandbox, "two.example.com", &json!({}));
    let answer = client.post(&format!("/certificates/{revoked}/revoke"), &json!({}));
    assert_eq!(answer, json!({"success": 1}));
    let draft = client.create(&["three.example.com"]);
    let full = || assert_refused(&client.create(&["four.example.com"]), 2817, "certificate_limit_reached");
    full();
    sandbox.advance(100 * DAY);
    assert_eq!(client.get(&format!("/certificates/{issued}"))["status"], "expired");
    full();

    let id = draft["id"].as_str().expect("an id");
    assert_eq!(client.post(&format!("/certificates/{id}/cancel"), &json!({})), json!({"success": 1}));
    assert_eq!(client.create(&["four.example.com"])["status"], "draft");
    full();
    sandbox.set_quota(4);
    assert_eq!(client.create(&["five.example.com"])["status"], "draft");
}

#[test]
fn a_live_certificate_is_not_doubled_but_replaced() {
    let (sandbox, client) = start_with(Options { quota: 1, ..Options::default() });
    let id = client.issue(&sandbox, "example.com", &json!({}));
    assert_refused(&client.create(&["example.com"]), 2839, "duplicate_certificates_found");

    let replace = json!({"replacement_for_certificate": id});
    let other = client.create_with(&["example.net"], &replace);
    assert_refused(&other, 2842, "replacement_needs_same_common_name");
    let none = json!({"replacement_for_certificate": "none"});
    let answer = client.create_with(&["example.com"], &none);
    assert_refused(&answer, 2816, "cannot_find_original_certificate");

    let first = client.create_with(&["example.com"], &replace);
    assert_eq!(first["replacement_for"], id.as_str());
    let answer = client.create_with(&["example.com"], &replace);
    assert_refused(&answer, 2813, "cannot_replace_certificate_other_replacement_in_draft");
    assert_eq!(answer["error"]["info"], "Only issued certificates can be replaced.");
    let draft = first["id"].as_str().expect("an id");
    let of_draft = json!({"replacement_for_certificate": draft});
    let answer = client.create_with(&["example.com"], &of_draft);
    assert_refused(&answer, 2815, "original_certificate_not_active");

    client.post(&format!("/certificates/{draft}/cancel"), &json!({}));
    client.issue(&sandbox, "example.com", &replace);
    assert_eq!(client.get(&format!("/certificates/{id}"))["status"], "issued");
    let answer = client.create_with(&["example.com"], &replace);
    assert_refused(&answer, 2815, "original_certificate_not_active");
    let answer = client.post(&format!("/certificates/{id}/revoke"), &json!({}));
    assert_refused(&answer, 2910, "certificate_not_revocable_already_replaced");
}

#[test]
fn only_what_is_issued_is_replaced() {
    let (sandbox, client) = start_with(Options { quota: 10, ..Options::default() });
    let replace =
        |name: &str, id: &str| client.create_with(&[name], &json!({"replacement_for_certificate": id}));
    let post = |id: &str, action: &str| client.post(&format!("/certificates/{id}/{action}"), &json!({}));
    let expired = client.issue(&sandbox, "a.example.com", &json!({}));
    sandbox.advance(100 * DAY);
    let revoked = client.issue(&sandbox, "b.example.com", &json!({}));
    post(&revoked, "revoke");
    let cancelled = client.create(&["c.example.com"])["id"].as_str().expect("an id").to_owned();
    post(&cancelled, "cancel");
    for (name, id) in
        [("a.example.com", &expired), ("b.example.com", &revoked), ("c.example.com", &cancelled)]
    {
        assert_refused(&replace(name, id), 2815, "original_certificate_not_active");
        assert_eq!(client.create(&[name])["status"], "draft", "without a live one there is no double");
    }
    // A failed replacement does not block the next one.
    let id = client.issue(&sandbox, "d.example.com", &json!({}));
    for action in ["cancel", ""] {
        let order = replace("d.example.com", &id);
        assert_eq!(order["status"], "draft", "{order}");
        post(order["id"].as_str().expect("an id"), action);
    }
    assert_eq!(sandbox.accounts()[0].taken, 7, "revoked and expired ones keep their places");
}

#[test]
fn cancelling_and_revoking_have_their_times() {
    let delay = Duration::from_secs(90);
    let (sandbox, client) = start_with(Options { issue_delay: delay, ..Options::default() });
    let order = client.create(&["example.com"]);
    let id = order["id"].as_str().expect("an id");
    let path = |action: &str| format!("/certificates/{id}/{action}");
    let post = |action: &str, body| client.post(&path(action), &body);
    assert_refused(&post("revoke", json!({})), 2907, "certificate_not_in_revocable_state");
    assert_refused(&client.get(&path("download")), 2832, "certificate_not_issued");
    assert_refused(&client.get(&path("download/json")), 2832, "certificate_not_issued");

    let site = Website::of(&order);
    sandbox.set_http_port(site.port());
    assert_eq!(client.verify(id, "HTTP_CSR_HASH")["status"], "pending_validation");
    // Control is proven once: another call checks nothing.
    assert_eq!(client.verify(id, "HTTP_CSR_HASH")["status"], "pending_validation");
    assert_refused(&post("revoke", json!({})), 2909, "certificate_not_revocable_being_issued");
    assert_refused(&client.get(&path("download/json")), 2832, "certificate_not_issued");

    sandbox.advance(delay);
    assert_eq!(client.get(&format!("/certificates/{id}"))["status"], "issued");
    assert_refused(&client.verify(id, "HTTP_CSR_HASH"), 2831, "certificate_not_ready_to_validate");
    let answer = post("cancel", json!({}));
    assert_refused(&answer, 2834, "certificate_cannot_be_cancelled");
    assert!(answer["error"].as_object().expect("an error").contains_key("info"));
    assert_refused(&post("revoke", json!({"reason": "boredom"})), 2906, "revocation_failed");
    let answer = post("revoke", json!({"reason": "keyCompromise"}));
    assert_eq!(answer, json!({"success": 1}));
    assert_eq!(post("revoke", json!({})), json!({"success": 1}), "revoked once more");
    assert_refused(&client.get(&path("download/json")), 2860, "certificate_not_downloadable");

    let response = agent().delete(client.url(&format!("/certificates/{id}"))).call();
    let answer = read(response.expect("an answer"));
    assert_refused(&answer, 2835, "certificate_cannot_be_deleted");
}

#[test]
fn e_mail_waits_for_an_answer() {
    let (_sandbox, client) = start();
    let order = client.create(&["example.com", "example.net"]);
    let id = order["id"].as_str().expect("an id");
    let path = |action: &str| format!("/certificates/{id}/{action}");
    let answer = client.get(&path("status"));
    assert_refused(&answer, 2838, "failed_getting_validation_status");
    let answer = client.post(&path("challenges/email"), &json!({}));
    assert_refused(&answer, 2837, "failed_resending_email");

    let verify = |emails: &str| {
        let body = json!({"validation_method": "EMAIL", "validation_email": emails});
        client.post(&path("challenges"), &body)
    };
    assert_refused(&verify("admin@example.com"), 2824, "missing_validation_emails");
    let both = "admin@example.com,webmaster@example.net";
    let pending = verify(both);
    assert_eq!(pending["status"], "pending_validation");
    assert_eq!(pending["validation_emails"], both);
    assert_eq!(client.post(&path("challenges/email"), &json!({})), json!({"success": 1}));
    let status = client.get(&path("status"));
    assert_eq!(status["validation_completed"], 0);
    let expected = json!({"method": "webmaster@example.net", "status": "Email Sent"});
    assert_eq!(status["details"]["example.net"], expected);

    let single = client.create(&["example.org"]);
    let id = single["id"].as_str().expect("an id");
    assert_refused(&client.verify(id, "EMAIL"), 2825, "missing_validation_email");
}

#[test]
fn credentials_are_given() {
    let (_sandbox, client) = start();
    let answer = client.post("/acme/eab-credentials", &json!({}));
    assert_eq!(answer["success"], json!(true));
    assert_eq!(answer["eab_hmac_key"].as_str().map(str::len), Some(86));

    let without_key = client.url("/acme/eab-credentials-email").replace("access_key", "unknown");
    let answer = read(agent().post(&without_key).send_empty().expect("an answer"));
    assert_refused(&answer, 2900, "missing_email");
    let form = [("email", "someone@example.com")];
    let answer = read(agent().post(&without_key).send_form(form).expect("an answer"));
    assert_eq!(answer["success"], json!(true));

    for _ in 2..100 {
        client.post("/acme/eab-credentials", &json!({}));
    }
    let answer = client.post("/acme/eab-credentials", &json!({}));
    assert_refused(&answer, 2904, "too_many_eab_credentials_created_today");
}
