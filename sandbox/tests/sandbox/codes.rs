//! The error codes of the service: every code that a client can cause is caused here, and all others can be
//! produced with a fault.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use zerossl_sandbox::{DnsAnswer, Sandbox, Settings};

use crate::support::management::start_managed;
use crate::support::website::Website;
use crate::support::{Client, agent, assert_refused, csr, csr_for, publish, read};

struct World {
    sandbox: Sandbox,
    client: Client,
}

impl World {
    fn new() -> Self {
        let (sandbox, client) = crate::support::start();
        Self { sandbox, client }
    }

    fn draft(&self) -> String {
        id(&self.client.create(&["example.com"]))
    }

    fn issued(&self) -> String {
        self.client.issue(&self.sandbox, "example.com", &json!({}))
    }

    fn pending(&self) -> String {
        self.sandbox.set_issue_delay(Duration::from_secs(60));
        let order = self.client.create(&["example.com"]);
        publish(&self.sandbox, &order);
        id(&self.client.verify(&id(&order), "CNAME_CSR_HASH"))
    }

    fn post(&self, id: &str, action: &str) -> Value {
        self.client.post(&format!("/certificates/{id}/{action}"), &json!({}))
    }

    fn create(&self, more: &Value) -> Value {
        self.client.create_with(&["example.com"], more)
    }

    /// A call with another access key, and its answer.
    fn with_key(&self, key: &str) -> Value {
        self.client.with_key(key).get("/certificates")
    }

    fn raw(&self, kind: &str, body: &str) -> Value {
        let url = self.client.url("/validation/csr");
        read(agent().post(url).header("content-type", kind).send(body).expect("an answer"))
    }

    fn draw_eab(&self, times: usize) -> Value {
        for _ in 0..times {
            self.client.post("/acme/eab-credentials", &json!({}));
        }
        self.client.post("/acme/eab-credentials", &json!({}))
    }
}

fn id(order: &Value) -> String {
    order["id"].as_str().unwrap_or_else(|| panic!("not an order: {order}")).to_owned()
}

type Cause = fn(&World) -> Value;

/// What a client does, and the answer.
const CAUSES: &[(i64, &str, Cause)] = &[
    (0, "domain_control_validation_failed", |world| world.client.verify(&world.draft(), "CNAME_CSR_HASH")),
    (101, "invalid_access_key", |world| world.with_key("wrong")),
    (101, "missing_access_key", |world| {
        let url = format!("{}/certificates", world.sandbox.base_url());
        read(agent().get(url).call().expect("an answer"))
    }),
    (102, "inactive_user", |world| {
        world.sandbox.change_account(0, None, Some(false)).expect("an account");
        world.with_key(world.sandbox.access_key())
    }),
    (103, "invalid_api_function", |world| world.client.get("/nothing")),
    (110, "invalid_request_body", |world| world.raw("multipart/form-data", "x")),
    (115, "invalid_json_request", |world| world.raw("application/json", "{")),
    (116, "invalid_json_request_param", |world| world.raw("application/json", r#"{"csr": []}"#)),
    (2800, "incorrect_request_type", |world| world.client.get("/validation/csr")),
    (2801, "permission_denied", |world| {
        world.sandbox.add_account("other", 1).expect("an account");
        world.client.with_key("other").get(&format!("/certificates/{}", world.draft()))
    }),
    (2803, "certificate_not_found", |world| world.client.get("/certificates/none")),
    (2805, "invalid_certificate_type", |world| world.client.get("/certificates?certificate_type=huge")),
    (2807, "invalid_certificate_validity", |world| world.create(&json!({"certificate_validity_days": 30}))),
    (2808, "invalid_certificate_domain", |world| world.client.create(&["example"])),
    (2809, "wildcard_domains_not_allowed_in_multidomain_certificate", |world| {
        world.client.create(&["example.com", "*.example.com"])
    }),
    (2810, "invalid_domains_in_multidomain_request", |world| {
        world.client.create(&["example.com", "example"])
    }),
    (2811, "duplicate_domains_in_array", |world| world.client.create(&["example.com", "example.com"])),
    (2812, "missing_certificate_domains", |world| world.client.post("/certificates", &json!({}))),
    (2813, "cannot_replace_certificate_other_replacement_in_draft", |world| {
        let replace = json!({"replacement_for_certificate": world.issued()});
        world.create(&replace);
        world.create(&replace)
    }),
    (2814, "permission_denied_on_original_certificate", |world| {
        world.sandbox.add_account("other", 1).expect("an account");
        let replace = json!({"replacement_for_certificate": world.issued()});
        world.client.with_key("other").create_with(&["example.com"], &replace)
    }),
    (2815, "original_certificate_not_active", |world| {
        world.create(&json!({"replacement_for_certificate": world.draft()}))
    }),
    (2816, "cannot_find_original_certificate", |world| {
        world.create(&json!({"replacement_for_certificate": "none"}))
    }),
    (2817, "certificate_limit_reached", |world| {
        world.sandbox.set_quota(0);
        world.create(&json!({}))
    }),
    (2818, "invalid_certificate_csr", |world| world.create(&json!({"certificate_csr": "none"}))),
    (28181, "invalid_certificate_csr_for_non_wildcard", |world| {
        world.create(&json!({"certificate_csr": csr("*.example.com")}))
    }),
    (28182, "invalid_certificate_csr_for_wildcard", |world| {
        world.client.create_with(&["*.example.com"], &json!({"certificate_csr": csr("example.com")}))
    }),
    (2819, "missing_certificate_csr", |world| world.create(&json!({"certificate_csr": ""}))),
    (2824, "missing_validation_emails", |world| {
        let order = world.client.create(&["example.com", "example.net"]);
        world.client.verify(&id(&order), "EMAIL")
    }),
    (2825, "missing_validation_email", |world| world.client.verify(&world.draft(), "EMAIL")),
    (2827, "invalid_validation_method", |world| world.client.verify(&world.draft(), "PIGEON")),
    (2828, "missing_validation_method", |world| world.post(&world.draft(), "challenges")),
    (2829, "incorrect_certificate_validation_type", |world| {
        world.client.verify(&id(&world.client.create(&["*.example.com"])), "HTTP_CSR_HASH")
    }),
    (2831, "certificate_not_ready_to_validate", |world| {
        world.client.verify(&world.issued(), "HTTP_CSR_HASH")
    }),
    (2832, "certificate_not_issued", |world| {
        world.client.get(&format!("/certificates/{}/download", world.draft()))
    }),
    (2834, "certificate_cannot_be_cancelled", |world| world.post(&world.issued(), "cancel")),
    (2835, "certificate_cannot_be_deleted", |world| {
        let url = world.client.url(&format!("/certificates/{}", world.draft()));
        read(agent().delete(url).call().expect("an answer"))
    }),
    (2836, "csr_cn_is_invalid", |world| {
        world.create(&json!({"certificate_csr": csr_for("", &["example.com"])}))
    }),
    (2837, "failed_resending_email", |world| world.post(&world.draft(), "challenges/email")),
    (2838, "failed_getting_validation_status", |world| {
        world.client.get(&format!("/certificates/{}/status", world.draft()))
    }),
    (2839, "duplicate_certificates_found", |world| {
        world.issued();
        world.create(&json!({}))
    }),
    (2840, "invalid_caa_records_detected", |world| {
        world.sandbox.add_record("com", "CAA", "0 issue \";\"").expect("a record");
        world.client.order_by_record(&world.sandbox, &["example.com"])
    }),
    (2841, "caa_record_check_failed", |world| {
        world.sandbox.set_dns_answer("example.com", DnsAnswer::ServFail, Duration::ZERO);
        world.client.order_by_record(&world.sandbox, &["example.com"])
    }),
    (2842, "replacement_needs_same_common_name", |world| {
        let replace = json!({"replacement_for_certificate": world.issued()});
        world.client.create_with(&["example.net"], &replace)
    }),
    (2843, "ipv6_is_not_yet_supported", |world| {
        let order = world.client.create(&["2001:db8::1"]);
        world.client.verify(&id(&order), "HTTP_CSR_HASH")
    }),
    (2844, "missing_country_code", |world| {
        world.sandbox.change_settings(|all| all.require_country = Some(true));
        world.create(&json!({}))
    }),
    (2860, "certificate_not_downloadable", |world| {
        let id = world.issued();
        world.post(&id, "revoke");
        world.client.get(&format!("/certificates/{id}/download"))
    }),
    (2874, "certificate_restricted_top_level_domain", |world| {
        let forbid = |all: &mut Settings| all.refused_names.extend([("com".into(), 2874)]);
        world.sandbox.change_settings(forbid);
        world.create(&json!({}))
    }),
    (2875, "certificate_premium_not_allowed", |world| {
        let forbid = |all: &mut Settings| all.refused_names.extend([("example.com".into(), 2875)]);
        world.sandbox.change_settings(forbid);
        world.create(&json!({}))
    }),
    (2877, "certificate_unsupported_top_level_domain", |world| world.client.create(&["host.local"])),
    (2880, "invalid_san", |world| {
        world.create(&json!({"certificate_csr": include_str!("support/odd_san.pem")}))
    }),
    (2900, "missing_email", |world| world.client.post("/acme/eab-credentials-email", &json!({}))),
    (2904, "too_many_eab_credentials_created_today", |world| world.draw_eab(100)),
    (2905, "too_many_eab_credentials_created_for_user", |world| {
        for _ in 0..9 {
            world.draw_eab(99);
            world.sandbox.advance(Duration::from_secs(2 * 86_400));
        }
        world.draw_eab(99);
        world.sandbox.advance(Duration::from_secs(2 * 86_400));
        world.draw_eab(0)
    }),
    (2906, "revocation_failed", |world| {
        let path = format!("/certificates/{}/revoke", world.issued());
        world.client.post(&path, &json!({"reason": "boredom"}))
    }),
    (2907, "certificate_not_in_revocable_state", |world| world.post(&world.draft(), "revoke")),
    (2909, "certificate_not_revocable_being_issued", |world| world.post(&world.pending(), "revoke")),
    (2910, "certificate_not_revocable_already_replaced", |world| {
        let id = world.issued();
        let order = world.create(&json!({"replacement_for_certificate": id}));
        let site = Website::of(&order);
        world.sandbox.set_http_port(site.port());
        world.client.verify(self::id(&order).as_str(), "HTTP_CSR_HASH");
        world.post(&id, "revoke")
    }),
];

#[test]
fn what_a_client_can_cause_is_caused() {
    for (code, kind, cause) in CAUSES {
        let answer = cause(&World::new());
        assert_refused(&answer, *code, kind);
    }
}

/// The codes that no call can cause here: internal failures of the service, and parts of it that the sandbox
/// does not have.
const BY_SWITCH: &[(i64, &str)] = &[
    (104, "route_not_found"),
    (111, "internal_server_error"),
    (112, "conflict"),
    (113, "unprocessable_entity"),
    (114, "conflict"),
    (2802, "missing_certificate_hash"),
    (2804, "cannot_issue_certificate_unpaid_upgrade_invoices"),
    (2806, "missing_certificate_type"),
    (2820, "internal_error_failed_processing_csr"),
    (2821, "internal_error_failed_creating_certificate"),
    (2822, "failed_showing_certificate"),
    (2823, "failed_validating_certificate"),
    (2826, "internal_error_while_valdating_domain_control"),
    (2830, "certificate_not_eligible"),
    (2833, "certificate_cannot_be_cancelled"),
    (2834, "failed_cancelling_certificate"),
    (2841, "certificate_creation_locked_unpaid_invoices"),
    (2902, "failed_creating_eab_account"),
    (2903, "failed_saving_eab_account"),
    (2908, "certificate_revocation_temporarily_blocked"),
    (2950, "user_email_already_verified"),
    (2951, "user_email_verify_try_later"),
    (2952, "verification_email_missing"),
    (2953, "verification_email_missmatch"),
    (2954, "verification_token_missing"),
    (2955, "verification_token_invalid"),
    (2956, "verification_token_expired"),
    (2957, "missing_email_in_email_change_request"),
    (2958, "invalid_email_in_email_change_request"),
    (2977, "caddy_legacy_user_removed"),
    (2987, "email_already_exists"),
    (2988, "new_email_matches_old_email"),
    (2993, "failed_to_send_verification_email"),
];

#[test]
fn every_code_can_be_had_by_a_switch() {
    let (_sandbox, client, manager) = start_managed();
    let caused = CAUSES.iter().map(|(code, kind, _)| (*code, *kind));
    let all: BTreeSet<(i64, &str)> = caused.chain(BY_SWITCH.iter().copied()).collect();
    assert_eq!(all.len(), CAUSES.len() + BY_SWITCH.len(), "none is in both");
    for (code, kind) in all {
        let refuse =
            json!({"operation": "get_certificate", "effect": {"refuse": {"code": code, "type": kind}}});
        manager.does("/faults", &refuse);
        assert_refused(&client.get("/certificates/none"), code, kind);
    }
    let unknown = manager.post("/faults", &json!({"effect": {"refuse": {"code": 1}}}));
    assert_eq!(unknown["error"], "there is no code 1");
}
