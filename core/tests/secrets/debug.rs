//! `Debug` of every public type that can hold a secret.

use std::fmt::Debug;
use std::sync::mpsc::channel;

use serde_json::{Value, json};
use zerossl::{
    Auth, CancelToken, Client, ClientBuilder, Exchange, GenerateCsr, GenerateEabCredentials,
    ListCertificates, OPERATIONS, Obtain, Op, RawRequest, SETTINGS, Secret,
};
use zerossl_sandbox::{Reply, Sandbox, When};

use crate::spellings::{KEY, MASK, PASSWORD, SEAL_KEY, search};
use crate::support::{fault, json as json_of};
use crate::{sandbox, settings};

/// Each setting that may hold a secret, with one.
fn secret_settings() -> Vec<(&'static str, Value)> {
    let url = |scheme: &str| json!(format!("{scheme}://user:{PASSWORD}@127.0.0.1:1"));
    let value = |name: &str, secret: bool| match name {
        "base_url" | "proxy" | "store_endpoint" => Some(url("https")),
        "store" => Some(url("postgresql")),
        "seal_key" => Some(json!(SEAL_KEY)),
        "seal_keys_old" => Some(json!([SEAL_KEY, KEY])),
        // A new one, too.
        _ => secret.then(|| json!(KEY)),
    };
    SETTINGS.iter().filter_map(|setting| Some((setting.name, value(setting.name, setting.secret)?))).collect()
}

/// Settings that can be used. Whether there is a store depends on the features of the build.
fn of_store(sandbox: &Sandbox) -> ClientBuilder {
    let builder = settings(sandbox).proxy(format!("http://user:{PASSWORD}@127.0.0.1:1"));
    builder.store("s3://certificates").seal_key(SEAL_KEY).seal_keys_old([SEAL_KEY.into()])
}

/// An op that has ended, with its events and its result in it.
fn ended(client: &Client, operation: &str, given: &Value) -> Op {
    let op = client.start(operation, &given.to_string()).expect("an op");
    op.join();
    op
}

fn exchange(client: &Client) -> Exchange {
    let (told, exchanges) = channel();
    let client = client.recording_to(move |exchange| told.send(exchange).expect("the test runs"));
    client.call("list_certificates", "{}").expect("a list");
    exchanges.recv().expect("an exchange")
}

/// The lines of a private key that hold its private half.
fn lines_of(key: &Secret) -> impl Iterator<Item = &str> {
    key.reveal().lines().skip(1).take(2)
}

/// Whether a type shows the mask, or leaves out what is secret.
const MASKED: bool = true;
const LEFT_OUT: bool = false;

#[test]
fn every_type_that_can_hold_a_secret() {
    let sandbox = sandbox();
    let credentials = json!({"success": true, "eab_kid": "kid", "eab_hmac_key": KEY});
    fault(&sandbox, "generate_eab_credentials", 2, When::Before, Reply::json(200, credentials));
    let client = settings(&sandbox).build().expect("settings");
    let by_header = settings(&sandbox).auth(Auth::Header).build().expect("settings");
    let by_proxy = settings(&sandbox).proxy(format!("http://user:{PASSWORD}@127.0.0.1:1")).build();
    let token = CancelToken::asking(|| KEY.is_empty());
    let told = client.cancelled_by(&token).logging_to(|_| {}).recording_to(|_| {});

    let domains = ["example.com"];
    let generated = client.send(&GenerateCsr::new(domains)).expect("a key");
    let key = generated.private_key.clone().expect("a new key");
    let mut csr = GenerateCsr::new(domains);
    csr.private_key = Some(key.clone());
    let mut obtain = Obtain::new(domains, "/dev/null/store", json!({"method": "HTTP_CSR_HASH"}));
    obtain.private_key = Some(key.clone());
    let of_csr = ended(&client, "generate_csr", &json!({"domains": domains}));
    let answer = of_csr.result().expect("a key");
    let other_key: Secret = json_of(&answer)["private_key"].as_str().expect("a new key").into();
    let of_list = client.start("list_certificates", "{}").expect("an op");

    let table: Vec<(&str, bool, Box<dyn Debug>)> = vec![
        ("Secret", MASKED, Box::new([KEY, SEAL_KEY, PASSWORD, key.reveal()].map(Secret::from))),
        ("ClientBuilder", MASKED, Box::new(of_store(&sandbox))),
        ("Client", LEFT_OUT, Box::new(client.clone())),
        ("Client that uses the header", LEFT_OUT, Box::new(by_header.clone())),
        ("Client that uses a proxy", LEFT_OUT, Box::new(by_proxy.expect("settings"))),
        ("Client with callbacks", LEFT_OUT, Box::new(told)),
        ("Client with a store, or why there is none", LEFT_OUT, Box::new(of_store(&sandbox).build())),
        ("CancelToken", LEFT_OUT, Box::new(token)),
        ("Certificates", LEFT_OUT, Box::new(client.certificates(ListCertificates::default()))),
        ("Error", MASKED, Box::new(client.call("get_certificate", &json!({KEY: 1}).to_string()))),
        ("Next and Event", LEFT_OUT, Box::new(of_list.next(None))),
        ("Op of a list", LEFT_OUT, Box::new(of_list)),
        ("Op with a key in its result", LEFT_OUT, Box::new(of_csr)),
        ("Op with a key in its parameters", LEFT_OUT, Box::new(ended(&client, "obtain", &json!(obtain)))),
        (
            "Op with credentials in its result",
            LEFT_OUT,
            Box::new(ended(&client, "generate_eab_credentials", &json!({}))),
        ),
        ("Exchange", LEFT_OUT, Box::new(exchange(&client))),
        ("Exchange with the header", LEFT_OUT, Box::new(exchange(&by_header))),
        ("GenerateCsr", MASKED, Box::new(csr)),
        ("GeneratedCsr", MASKED, Box::new(generated)),
        ("Obtain", MASKED, Box::new(obtain)),
        (
            "EabCredentials",
            MASKED,
            Box::new(client.send(&GenerateEabCredentials::default()).expect("credentials")),
        ),
        (
            "RawAnswer with credentials",
            LEFT_OUT,
            Box::new(client.send(&RawRequest::new("POST", "/acme/eab-credentials")).expect("credentials")),
        ),
    ];
    for (what, is_masked, value) in &table {
        for shown in [format!("{value:?}"), format!("{value:#?}")] {
            search(&shown, what);
            let is_key = |line: &str| shown.contains(line);
            assert!(!lines_of(&key).chain(lines_of(&other_key)).any(is_key), "{what} shows a private key");
            assert_eq!(shown.contains(MASK), *is_masked, "{what}: {shown}");
        }
    }
}

/// One by one, since the mask of another would do for all.
#[test]
fn every_setting_that_can_hold_a_secret() {
    let settings = secret_settings();
    for (name, value) in &settings {
        let builder = ClientBuilder::from_json(&json!({*name: value}).to_string()).expect(name);
        for shown in [format!("{builder:?}"), format!("{builder:#?}")] {
            search(&shown, name);
            assert!(shown.contains(MASK), "{name}: {shown}");
        }
    }
    let names: Vec<_> = settings.iter().map(|(name, _)| *name).collect();
    let expected =
        ["access_key", "base_url", "proxy", "store", "store_endpoint", "seal_key", "seal_keys_old"];
    assert_eq!(names, expected);
}

/// A new secret in an operation needs a line in the table above.
#[test]
fn the_operations_with_secrets_are_known() {
    let has_secret = |operation: &&&zerossl::Operation| {
        operation.answer.has_secret() || operation.parameters.iter().any(|parameter| parameter.secret)
    };
    let names: Vec<_> = OPERATIONS.iter().filter(has_secret).map(|operation| operation.name).collect();
    assert_eq!(names, ["generate_eab_credentials", "generate_csr", "obtain"]);
}
