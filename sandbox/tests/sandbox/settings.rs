//! Settings of the service, and quirks by operation and count.

use std::time::Duration;

use serde_json::{Value, json};
use zerossl_sandbox::{
    AsOf, DraftExpires, Effect, Fault, Options, Quirk, Reply, Sandbox, Settings, When, WireFault,
};

use crate::support::openssl::{self, Folder};
use crate::support::{Client, assert_refused, csr_from, publish, start, start_with};

const MINUTE: Duration = Duration::from_secs(60);

fn quirk(sandbox: &Sandbox, operation: &str, effect: Effect) {
    let operation = Some(operation.to_owned());
    sandbox.quirk(Quirk { operation, times: 1, effect }).expect("a quirk that makes sense");
}

fn listed(client: &Client) -> Value {
    let page = client.get("/certificates");
    json!([page["total_count"], page["results"][0]["status"]])
}

#[test]
fn a_list_can_lag() {
    let (sandbox, client) = start();
    let order = client.create(&["example.com"]);
    quirk(&sandbox, "list_certificates", Effect::Lag { seconds: MINUTE });
    assert_eq!(listed(&client), json!([0, null]));
    assert_eq!(listed(&client), json!([1, "draft"]), "once only");

    sandbox.change_settings(|settings| settings.list_lag = MINUTE);
    assert_eq!(listed(&client), json!([0, null]));
    sandbox.advance(MINUTE);
    assert_eq!(listed(&client), json!([1, "draft"]));
    let id = order["id"].as_str().expect("an id");
    client.post(&format!("/certificates/{id}/cancel"), &json!({}));
    assert_eq!(listed(&client), json!([1, "draft"]));
    assert_eq!(client.get("/certificates?certificate_status=cancelled")["total_count"], 0);
    assert_eq!(client.get(&format!("/certificates/{id}"))["status"], "cancelled");
    sandbox.advance(MINUTE);
    assert_eq!(listed(&client), json!([1, "cancelled"]));
}

#[test]
fn a_create_can_commit_late() {
    let (sandbox, client) = start();
    sandbox.fault(Fault {
        operation: Some("create_certificate".to_owned()),
        times: 1,
        when: When::Late { by: MINUTE },
        reply: Reply::page(504),
    });
    let body = json!({
        "certificate_domains": "example.com",
        "certificate_csr": crate::support::csr("example.com"),
        "strict_domains": 1,
    });
    let response = client.try_post("/certificates", &body).expect("an answer");
    assert_eq!(response.status(), 504);
    assert_eq!(listed(&client), json!([0, null]));
    sandbox.advance(MINUTE);
    assert_eq!(listed(&client), json!([1, "draft"]));
    sandbox.advance(MINUTE);
    assert_eq!(listed(&client), json!([1, "draft"]), "once only");
}

#[test]
fn a_verify_can_fail_and_go_on() {
    let (sandbox, client) = start();
    quirk(&sandbox, "verify_domains", Effect::FailAndGoOn);
    let failed = client.order_by_record(&sandbox, &["example.com"]);
    assert_refused(&failed, 0, "domain_control_validation_failed");
    let id = sandbox.certificates()[0].id.clone();
    assert_refused(&client.verify(&id, "CNAME_CSR_HASH"), 2831, "certificate_not_ready_to_validate");
    assert_eq!(client.get(&format!("/certificates/{id}"))["status"], "issued");
}

#[test]
fn an_order_can_stall() {
    let (sandbox, client) = start();
    quirk(&sandbox, "verify_domains", Effect::Stall);
    let pending = client.order_by_record(&sandbox, &["example.com"]);
    assert_eq!(pending["status"], "pending_validation");
    sandbox.advance(1000 * MINUTE);
    let id = pending["id"].as_str().expect("an id");
    assert_eq!(client.verify(id, "CNAME_CSR_HASH")["status"], "pending_validation");
    assert_eq!(client.get(&format!("/certificates/{id}"))["status"], "pending_validation");

    sandbox.change_settings(|settings| settings.brands = vec!["bank".to_owned()]);
    let pending = client.order_by_record(&sandbox, &["bank.example.com"]);
    assert_eq!(pending["brand_validation"], true);
    assert_eq!(client.get("/certificates")["results"][0]["status"], "pending_validation");
}

#[test]
fn answers_can_be_odd() {
    let (sandbox, client) = start();
    let odd = |operation: &str, effect| quirk(&sandbox, operation, effect);
    odd("create_certificate", Effect::NullExpires);
    let order = client.create(&["example.com"]);
    assert_eq!(order["expires"], json!(null));
    let path = format!("/certificates/{}", order["id"].as_str().expect("an id"));
    assert!(client.get(&path)["expires"].is_string());
    odd("list_certificates", Effect::EmptyValidation);
    assert_eq!(client.get("/certificates")["results"][0]["validation"], json!([]));
    assert!(client.get(&path)["validation"].is_object());

    odd("list_certificates", Effect::WrongTypes);
    let page = client.get("/certificates");
    assert_eq!(page["total_count"], "1");
    assert_eq!(page["acmeLocked"], "0");
    assert_eq!(page["results"][0]["type"], 1);
    assert_eq!(page["results"][0]["id"], order["id"]);
    odd("cancel_certificate", Effect::WrongTypes);
    assert_eq!(client.post(&format!("{path}/cancel"), &json!({})), json!({"success": "1"}));

    sandbox.change_settings(|settings| settings.draft_expires = DraftExpires::Null);
    let id = client.issue(&sandbox, "example.net", &json!({}));
    assert!(client.get(&format!("/certificates/{id}"))["expires"].is_string());
    assert_eq!(client.create(&["example.org"])["expires"], json!(null));
}

#[test]
fn hashes_can_be_foreign() {
    if !openssl::is_here() {
        return;
    }
    let (sandbox, client) = start();
    let folder = Folder::new();
    let csr = folder.request("-newkey rsa:2048", "example.com", "");
    let label = |order: &Value| {
        let name = order["validation"]["other_methods"]["example.com"]["cname_validation_p1"].clone();
        name.as_str().expect("text").to_owned()
    };
    let create = || client.create_with(&["example.com"], &json!({"certificate_csr": csr}));
    quirk(&sandbox, "create_certificate", Effect::ForeignHashes);
    let foreign = create();
    assert_ne!(label(&foreign), label(&create()));
    // The values still prove control.
    publish(&sandbox, &foreign);
    let verified = client.verify(foreign["id"].as_str().expect("an id"), "CNAME_CSR_HASH");
    assert_eq!(verified["status"], "pending_validation");
}

#[test]
fn a_quirk_has_to_make_sense() {
    let (sandbox, client) = start();
    let quirk = |operation: Option<&str>, effect| {
        sandbox.quirk(Quirk { operation: operation.map(str::to_owned), times: 1, effect })
    };
    let error = quirk(Some("create"), Effect::WrongTypes).expect_err("unknown").to_string();
    assert!(error.contains("there is no operation create") && error.contains("verify_domains"), "{error}");
    assert!(quirk(Some("get_certificate"), Effect::Stall).is_err());
    quirk(None, Effect::WrongTypes).expect("any operation");
    assert_eq!(client.get("/certificates")["total_count"], "0");

    let fault = |operation: &str| Fault {
        operation: Some(operation.to_owned()),
        times: 1,
        when: When::Before,
        reply: Reply::broken(WireFault::Reset),
    };
    assert!(sandbox.try_fault(fault("craete_certificate")).is_err());
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| sandbox.fault(fault("nothing"))));
    assert!(panic.is_err());
    sandbox.fault(fault("list_certificates"));
    sandbox.clear_faults();
    assert_eq!(client.get("/certificates")["total_count"], 0);
}

#[test]
fn downloads_can_come_late() {
    let settings = Settings { download_delay: MINUTE, ..Settings::default() };
    let (sandbox, client) = start_with(Options { settings, ..Options::default() });
    let id = client.issue(&sandbox, "example.com", &json!({}));
    let download = || client.get(&format!("/certificates/{id}/download/json"));
    assert_refused(&download(), 2832, "certificate_not_issued");
    sandbox.advance(MINUTE);
    assert!(download()["certificate.crt"].is_string());
}

#[test]
fn issuing_takes_a_range_of_time() {
    let settings = Settings { issue_delay: (MINUTE, 10 * MINUTE), ..Settings::default() };
    let (sandbox, client) = start_with(Options { settings, quota: 100, seed: Some(7), ..Options::default() });
    for number in 0..40 {
        client.order_by_record(&sandbox, &[&format!("n{number}.example.com")]);
    }
    let issued = || {
        let all = sandbox.certificates();
        all.into_iter().filter(|certificate| certificate.status == "issued").count()
    };
    assert_eq!(issued(), 0);
    sandbox.advance(5 * MINUTE);
    assert!((1..40).contains(&issued()));
    sandbox.advance(6 * MINUTE);
    assert_eq!(issued(), 40);
}

#[test]
fn reserved_names_can_be_let_through() {
    let (sandbox, client) = start();
    sandbox.change_settings(|settings| settings.refuse_reserved_names = false);
    assert_eq!(client.create(&["host.local"])["status"], "draft");
    sandbox.change_settings(|settings| settings.refused_names.extend([("example.com".to_owned(), 2875)]));
    let answer = client.create(&["shop.example.com"]);
    assert_refused(&answer, 2875, "certificate_premium_not_allowed");
    assert_eq!(client.create(&["badexample.com"])["status"], "draft");
}

#[test]
fn the_past_can_be_served() {
    let fields = |day: &str| {
        let as_of = Some(day.parse::<AsOf>().expect("a day"));
        let settings = Settings { as_of, ..Settings::default() };
        let (sandbox, client) = start_with(Options { settings, ..Options::default() });
        let body =
            [("certificate_domains", "example.com"), ("certificate_csr", &csr_from("US", "example.com"))];
        let url = client.url("/certificates");
        let form = crate::support::agent().post(&url).send_form(body);
        let order = crate::support::read(form.expect("an answer"));
        let fields: Vec<String> = order.as_object().expect("an order").keys().cloned().collect();
        let has = |name: &str| fields.iter().any(|field| field == name);
        let shape = [
            has("fingerprint_sha1"),
            has("brand_validation"),
            has("signature_algorithm_properties"),
            has("last_updated"),
            has("ca_certificate_id"),
        ];
        let id = order["id"].as_str().expect("an id").to_owned();
        let code = |path: &str| client.get(path)["error"]["code"].clone();
        let header = crate::support::agent()
            .get(format!("{}/certificates", sandbox.base_url()))
            .header("authorization", "ApiKey sandbox-key");
        let wrong = client.with_key("wrong").try_get("/certificates").expect("an answer");
        (
            shape,
            code(&format!("/certificates/{id}/download/json")),
            code("/ca_certificates"),
            client.create_with(&["example.net"], &json!({"certificate_csr": csr_from("US", "example.net")}))
                ["status"]
                .clone(),
            header.call().expect("an answer").status().as_u16(),
            wrong.status().as_u16(),
        )
    };
    let (no, draft) = (json!(null), json!("draft"));
    let old = [false; 5];
    assert_eq!(fields("2021-01-01"), (old, json!(103), json!(103), no.clone(), 200, 200));
    assert_eq!(fields("2023-01-01"), (old, json!(103), json!(103), draft.clone(), 401, 401));
    let some = [true, true, false, false, false];
    assert_eq!(fields("2025-06-01"), (some, json!(103), json!(103), draft.clone(), 401, 401));
    let more = [true, true, true, false, false];
    assert_eq!(fields("2025-12-01"), (more, json!(103), json!(103), draft.clone(), 401, 401));
    assert_eq!(fields("2026-04-01"), ([true; 5], json!(2832), no.clone(), draft.clone(), 401, 401));
    assert_eq!(fields("2026-08-01"), ([true; 5], json!(2832), no, draft, 200, 401));
    assert!("yesterday".parse::<AsOf>().is_err());
    assert_eq!("2026-08-01".parse::<AsOf>().expect("a day").to_string(), "2026-08-01");
}

#[test]
fn a_reset_brings_the_start_back() {
    let (sandbox, client) = start_with(Options { seed: Some(3), ..Options::default() });
    let first = client.create(&["example.com"])["id"].clone();
    let root = sandbox.root_pem().to_owned();
    sandbox.set_quota(0);
    sandbox.advance(MINUTE);
    sandbox.add_record("example.com", "A", "192.0.2.1").expect("a record");
    sandbox.add_account("other", 3).expect("an account");
    sandbox.change_settings(|settings| settings.list_lag = MINUTE);
    sandbox.fault(Fault { operation: None, times: 1, when: When::Before, reply: Reply::page(500) });
    sandbox.reset();
    assert_eq!((sandbox.certificates(), sandbox.records(), sandbox.requests().len()), (vec![], vec![], 0));
    assert_eq!((sandbox.settings(), sandbox.accounts().len()), (Settings::default(), 1));
    assert_eq!(client.create(&["example.com"])["id"], first);
    assert_eq!(sandbox.root_pem(), root);
}

#[test]
fn a_request_may_have_to_name_a_country() {
    let without = |client: &Client, name: &str| client.create(&[name])["error"]["code"].clone();
    let with = |client: &Client, country: &str| {
        let csr = csr_from(country, "example.net");
        client.create_with(&["example.net"], &json!({"certificate_csr": csr}))
    };
    let on = |day: &str| {
        let settings = Settings { as_of: day.parse().ok(), ..Settings::default() };
        let (sandbox, client) = start_with(Options { settings, ..Options::default() });
        assert_eq!(with(&client, "AT")["status"], "draft", "{day}");
        let code = without(&client, "example.com");
        assert_eq!(
            sandbox.certificates().len(),
            if code.is_null() { 2 } else { 1 },
            "a refusal takes no place"
        );
        code == 2844
    };
    let days = ["2026-07-01", "2026-07-02", "2026-09-30", "2026-10-01", ""];
    assert_eq!(days.map(on), [false, true, true, false, false]);

    // At runtime: existing orders stay, and only creates are refused.
    let (sandbox, client) = start();
    let id = client.issue(&sandbox, "example.com", &json!({}));
    sandbox.change_settings(|settings| settings.require_country = Some(true));
    assert_refused(&client.create(&["example.org"]), 2844, "missing_country_code");
    assert_refused(&with(&client, " "), 2844, "missing_country_code");
    let replace = json!({"replacement_for_certificate": id});
    assert_refused(&client.create_with(&["example.com"], &replace), 2844, "missing_country_code");
    let validated = client.post("/validation/csr", &json!({"csr": crate::support::csr("example.com")}));
    assert_eq!(validated["valid"], true);
    assert_eq!(client.get(&format!("/certificates/{id}"))["status"], "issued");
    assert_eq!(with(&client, "US")["status"], "draft");
    // The setting overrides the day.
    sandbox.change_settings(|settings| {
        settings.as_of = "2026-08-01".parse().ok();
        settings.require_country = Some(false);
    });
    assert_eq!(without(&client, "example.org"), json!(null));
}
