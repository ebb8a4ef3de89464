//! Validation by e-mail: mails are kept, and a test answers them.

use serde_json::{Value, json};
use zerossl_sandbox::{Options, Settings};

use crate::support::management::start_managed;
use crate::support::{Client, agent, assert_refused, read, start, start_with};

fn verify(client: &Client, id: &str, emails: &str) -> Value {
    let body = json!({"validation_method": "EMAIL", "validation_email": emails});
    client.post(&format!("/certificates/{id}/challenges"), &body)
}

#[test]
fn answers_issue_a_certificate() {
    let (sandbox, client) = start();
    let order = client.create(&["example.com", "example.net"]);
    let id = order["id"].as_str().expect("an id");
    let both = "admin@example.com,webmaster@example.net";
    assert_eq!(verify(&client, id, both)["validation_emails"], both);

    let mails = sandbox.mails();
    let heads: Vec<_> = mails.iter().map(|mail| (mail.to.as_str(), mail.domain.as_str())).collect();
    assert_eq!(heads, [("admin@example.com", "example.com"), ("webmaster@example.net", "example.net")]);
    assert!(mails[0].text.contains(&mails[0].token));
    assert_eq!((mails[0].certificate.as_str(), &mails[0].link), (id, &None));

    assert!(sandbox.answer_mail(&mails[0].token));
    assert!(!sandbox.answer_mail("nonsense"));
    let status = client.get(&format!("/certificates/{id}/status"));
    assert_eq!(status["validation_completed"], 0);
    assert_eq!(status["details"]["example.com"]["status"], "Validated");
    assert_eq!(status["details"]["example.net"]["status"], "Email Sent");

    // Sent again, but only to recipients who have not answered.
    let path = format!("/certificates/{id}/challenges/email");
    assert_eq!(client.post(&path, &json!({})), json!({"success": 1}));
    let again = sandbox.mails();
    assert_eq!(again.len(), 3);
    assert_eq!((again[0].answered, again[2].domain.as_str()), (true, "example.net"));
    assert!(sandbox.answer_mail(&again[2].token));
    let status = client.get(&format!("/certificates/{id}/status"));
    assert_eq!(status["validation_completed"], 1);
    assert_eq!(sandbox.certificates()[0].status, "issued");
    assert_refused(&client.post(&path, &json!({})), 2837, "failed_resending_email");
}

#[test]
fn only_the_addresses_that_are_listed_will_do() {
    let (sandbox, client) = start();
    let order = client.create_with(&["www.example.com"], &json!({"strict_domains": 0}));
    let id = order["id"].as_str().expect("an id");
    for emails in ["", "someone@example.com", "admin@example.net", "admin@www.example.com"] {
        assert_refused(&verify(&client, id, emails), 2824, "missing_validation_emails");
    }
    let stranger = "admin@example.com,mallory@example.org";
    assert_refused(&verify(&client, id, stranger), 2824, "missing_validation_emails");
    assert_eq!(sandbox.mails(), []);
    // One address may serve both names of a pair.
    assert_eq!(verify(&client, id, "Admin@Example.com")["status"], "pending_validation");
    let domains: Vec<_> = sandbox.mails().into_iter().map(|mail| mail.domain).collect();
    assert_eq!(domains, ["www.example.com", "example.com"]);

    let single = client.create(&["example.org"]);
    let id = single["id"].as_str().expect("an id");
    assert_refused(&verify(&client, id, "admin@example.net"), 2825, "missing_validation_email");
}

#[test]
fn a_link_can_be_followed() {
    let (sandbox, client, manager) = start_managed();
    let order = client.create(&["*.example.com"]);
    verify(&client, order["id"].as_str().expect("an id"), "postmaster@example.com");
    let mail = manager.get("/mails")[0].clone();
    assert_eq!(mail["to"], "postmaster@example.com");
    let link = mail["link"].as_str().expect("a link");
    assert!(mail["text"].as_str().expect("text").contains(link));
    let answer = read(agent().get(link).call().expect("an answer"));
    assert_eq!(answer, json!({"done": true}));
    assert_eq!(sandbox.certificates()[0].status, "issued");
    let missing = agent().get(manager.url("/mails/nonsense/answer")).call().expect("an answer");
    assert_eq!(missing.status(), 404);
}

#[test]
fn the_oldest_mails_are_forgotten() {
    let settings = Settings { mailbox_size: 3, ..Settings::default() };
    let (sandbox, client) = start_with(Options { settings, ..Options::default() });
    let order = client.create(&["example.com"]);
    let id = order["id"].as_str().expect("an id");
    verify(&client, id, "admin@example.com");
    let first = sandbox.mails()[0].token.clone();
    let again = || client.post(&format!("/certificates/{id}/challenges/email"), &json!({}));
    for _ in 0..3 {
        assert_eq!(again(), json!({"success": 1}));
    }
    let kept = sandbox.mails();
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|mail| mail.token != first));
    assert!(!sandbox.answer_mail(&first));
    sandbox.change_settings(|settings| settings.mailbox_size = 1);
    assert_eq!(again(), json!({"success": 1}));
    assert_eq!(sandbox.mails().len(), 1);
    assert!(sandbox.answer_mail(&sandbox.mails()[0].token));
    assert_eq!(sandbox.certificates()[0].status, "issued");
    assert_eq!(Settings::default().mailbox_size, 10_000);
}
