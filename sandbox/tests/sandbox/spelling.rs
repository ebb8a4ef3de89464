//! Answers with other spellings of names.

use serde_json::{Value, json};
use zerossl_sandbox::{Effect, Quirk, Sandbox, Settings, Spelling};

use crate::support::management::start_managed;
use crate::support::{publish, start};

const IDN: &str = "xn--bcher-kva.example.com";

fn spell(sandbox: &Sandbox, effect: Effect) {
    sandbox.quirk(Quirk { operation: None, times: usize::MAX, effect }).expect("a quirk that makes sense");
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn names_are_spelled_otherwise_everywhere() {
    let dot = "xn--bcher-kva.example.com.";
    for (spelling, cn, other) in [
        (Spelling::UpperCase, "XN--BCHER-KVA.EXAMPLE.COM", "EXAMPLE.NET"),
        (Spelling::MixedCase, "Xn--BcHeR-KvA.ExAmPlE.CoM", "ExAmPlE.NeT"),
        (Spelling::FinalDot, dot, "example.net."),
        (Spelling::Unicode, "bücher.example.com", "example.net"),
    ] {
        let (sandbox, client) = start();
        spell(&sandbox, Effect::SpellNames { spelling });
        let order = client.create(&[IDN, "example.net"]);
        let id = order["id"].as_str().expect("an id").to_owned();
        let path = format!("/certificates/{id}");
        let failed = client.verify(&id, "CNAME_CSR_HASH");
        let shown = [order.clone(), client.get(&path), client.get("/certificates")["results"][0].clone()];
        for certificate in shown {
            assert_eq!(
                (&certificate["common_name"], &certificate["additional_domains"]),
                (&json!(cn), &json!(other))
            );
            for map in ["email_validation", "other_methods"] {
                let mut names = keys(&certificate["validation"][map]);
                names.sort_unstable();
                let mut expected = [cn, other];
                expected.sort_unstable();
                assert_eq!(names, expected, "{map}");
            }
            // The published values keep the usual spelling.
            let record = &certificate["validation"]["other_methods"][cn]["cname_validation_p1"];
            assert!(record.as_str().expect("a name").ends_with(&format!(".{IDN}")), "{record}");
        }
        assert_eq!(failed["error"]["details"][cn][cn]["cname_found"], 0, "{failed}");
        publish(&sandbox, &order);
        let pending = client.verify(&id, "CNAME_CSR_HASH");
        assert_eq!((&pending["status"], &pending["common_name"]), (&json!("pending_validation"), &json!(cn)));
        assert!(client.get(&format!("{path}/status"))["details"][other].is_object());
        sandbox.clear_faults();
        assert_eq!(client.get(&path)["common_name"], IDN);
    }
}

#[test]
fn validation_values_are_spelled_on_their_own() {
    let (sandbox, client) = start();
    spell(&sandbox, Effect::SpellValues { spelling: Spelling::Unicode });
    spell(&sandbox, Effect::SpellValues { spelling: Spelling::FinalDot });
    let order = client.create(&[IDN]);
    assert_eq!(order["common_name"], IDN);
    let values = &order["validation"]["other_methods"][IDN];
    let text = |name: &str| values[name].as_str().expect("text");
    let url = text("file_validation_url_http");
    assert!(url.starts_with("http://bücher.example.com./.well-known/pki-validation/"), "{url}");
    assert!(text("file_validation_url_https").starts_with("https://bücher.example.com./.well-known/"));
    assert!(text("cname_validation_p1").ends_with(".bücher.example.com."));
    assert!(text("cname_validation_p2").ends_with(".comodoca.com."));
    let failed = client.verify(order["id"].as_str().expect("an id"), "HTTP_CSR_HASH");
    assert_eq!(keys(&failed["error"]["details"][IDN]), [url]);
}

#[test]
fn caa_failures_and_addresses_are_told_by_name() {
    let (sandbox, client) = start();
    spell(&sandbox, Effect::SpellNames { spelling: Spelling::UpperCase });
    sandbox.add_record("example.com", "CAA", "0 issue \";\"").expect("a record");
    let refused = client.order_by_record(&sandbox, &["example.com"]);
    assert_eq!(refused["error"]["details"], json!(["EXAMPLE.COM"]));
    spell(&sandbox, Effect::SpellNames { spelling: Spelling::FinalDot });
    let order = client.create(&["203.0.113.10"]);
    assert_eq!((&order["common_name"], &order["additional_domains"]), (&json!("203.0.113.10"), &json!("")));
}

#[test]
fn a_wildcard_has_its_apex_beside_it() {
    let (sandbox, client) = start();
    spell(&sandbox, Effect::WithApex { validation: false });
    let order = client.create(&["*.example.com"]);
    assert_eq!(order["additional_domains"], "example.com");
    assert_eq!(keys(&order["validation"]["other_methods"]), ["*.example.com"]);
    assert_eq!(client.create(&["example.net"])["additional_domains"], "");
    sandbox.clear_faults();
    spell(&sandbox, Effect::WithApex { validation: true });
    spell(&sandbox, Effect::SpellNames { spelling: Spelling::UpperCase });
    let order = client.get("/certificates?search=example.com")["results"][0].clone();
    assert_eq!(order["additional_domains"], "EXAMPLE.COM");
    let values = &order["validation"]["other_methods"];
    assert_eq!(values["EXAMPLE.COM"], values["*.EXAMPLE.COM"]);
    assert_eq!(keys(&order["validation"]["email_validation"]).len(), 2);
    assert_eq!(sandbox.certificates()[0].names, ["*.example.com"]);
}

#[test]
fn a_wildcard_may_be_for_its_apex() {
    let (sandbox, client) = start();
    sandbox.change_settings(|settings: &mut Settings| settings.wildcard_apex = true);
    let order = client.order_by_record(&sandbox, &["*.example.com"]);
    assert_eq!((&order["type"], &order["additional_domains"]), (&json!("2"), &json!("example.com")));
    let issued = sandbox.certificates().remove(0);
    assert_eq!((issued.status.as_str(), issued.names.len()), ("issued", 2));
    let files = client.get(&format!("/certificates/{}/download/json", issued.id));
    let (_, pem) =
        x509_parser::pem::parse_x509_pem(files["certificate.crt"].as_str().expect("PEM").as_bytes())
            .expect("PEM");
    let leaf = pem.parse_x509().expect("a certificate");
    let names = leaf.subject_alternative_name().expect("read").expect("names").value.general_names.len();
    assert_eq!(names, 2);
}

#[test]
fn spellings_are_had_through_the_management_interface() {
    let (_sandbox, client, manager) = start_managed();
    let effect = json!({"spell_names": {"spelling": "final_dot"}});
    manager.does("/faults", &json!({"operation": "create_certificate", "effect": effect}));
    manager
        .does("/faults", &json!({"times": "always", "effect": {"spell_values": {"spelling": "upper_case"}}}));
    manager.does("/faults", &json!({"operation": "create_certificate", "effect": "with_apex"}));
    assert_eq!(manager.get("/faults")["quirks"][0]["effect"], effect);
    let order = client.create(&["*.example.com"]);
    assert_eq!(
        (&order["common_name"], &order["additional_domains"]),
        (&json!("*.example.com."), &json!("example.com."))
    );
    let url = &order["validation"]["other_methods"]["*.example.com."]["file_validation_url_http"];
    assert!(url.as_str().expect("a URL").starts_with("http://EXAMPLE.COM/.well-known/"));
    for (operation, effect, part) in [
        (
            "create_certificate",
            json!({"spell_names": {"spelling": "backwards"}}),
            "unknown variant `backwards`",
        ),
        ("create_certificate", json!("spell_names"), "missing field `spelling`"),
        ("cancel_certificate", json!({"spell_names": {"spelling": "unicode"}}), "makes no sense"),
        ("verification_status", json!({"spell_values": {"spelling": "unicode"}}), "makes no sense"),
    ] {
        let error =
            manager.post("/faults", &json!({"operation": operation, "effect": effect}))["error"].clone();
        assert!(error.as_str().expect("an error").contains(part), "{error}");
    }
}
