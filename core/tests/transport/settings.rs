//! Settings, and the form of a request.

use std::sync::mpsc::channel;

use zerossl::{ClientBuilder, GetCertificate, Kind};

use crate::builder_for;
use crate::support::{self, SOON, client, json, sandbox, settings, timed};

#[test]
fn settings_are_strict() {
    for (settings, parameter) in [
        (r#"{"acess_key": "k"}"#, "acess_key"),
        (r#"{"access_key": ""}"#, "access_key"),
        (r#"{"access_key": "k\n"}"#, "access_key"),
        (r#"{"access_key": 1}"#, "access_key"),
        (r#"{"auth": "bearer"}"#, "auth"),
        (r#"{"timeout": 0}"#, "timeout"),
        (r#"{"timeout": -1}"#, "timeout"),
        (r#"{"timeout": "60"}"#, "timeout"),
        (r#"{"connect_timeout": 0}"#, "connect_timeout"),
        (r#"{"max_retries": 1.5}"#, "max_retries"),
        (r#"{"requests_per_second": -1}"#, "requests_per_second"),
        (r#"{"roots": "none"}"#, "roots"),
        (r#"{"ca_file": "/nonexistent"}"#, "ca_file"),
        (r#"{"proxy": "socks5://127.0.0.1:1"}"#, "proxy"),
        (r#"{"proxy": "user:secret@"}"#, "proxy"),
        (r#"{"user_agent": "a\r\nb"}"#, "user_agent"),
        (r#"{"max_response_bytes": 0}"#, "max_response_bytes"),
        (r#"{"base_url": "http://api.zerossl.com"}"#, "base_url"),
        (r#"{"base_url": "https://u:p@api.zerossl.com"}"#, "base_url"),
        (r#"{"base_url": "https://api.zerossl.com:0"}"#, "base_url"),
        (r#"{"base_url": "https://api.zerossl.com:65536"}"#, "base_url"),
        (r#"{"proxy": "http://user:secret@127.0.0.1:port"}"#, "proxy"),
        (r#"{"access_key_file": "/nonexistent"}"#, "access_key_file"),
        (r#"{"access_key_file": "/dev/null"}"#, "access_key_file"),
        (r#"{"access_key_file": "/"}"#, "access_key_file"),
        (r#"{"access_key": "k", "access_key_file": "/dev/null"}"#, "access_key_file"),
        (r#"{"clock_offset": 1}"#, "clock_offset"),
        (r#"{"clock_offset": 1, "base_url": "https://api.example.com"}"#, "clock_offset"),
        (r#"{"clock_offset": 1e10, "base_url": "http://127.0.0.1"}"#, "clock_offset"),
        (r#"{"clock_offset": -1, "base_url": "http://127.0.0.1"}"#, "clock_offset"),
    ] {
        let error = ClientBuilder::from_json(settings).and_then(ClientBuilder::build).expect_err(settings);
        assert_eq!(
            (error.kind(), error.parameter()),
            (Kind::InvalidArgument, Some(parameter)),
            "{settings}: {error}"
        );
        assert!(!error.message().contains("secret@"), "{error}");
    }
    for settings in
        ["", "{}", r#"{"access_key": null, "timeout": 0.5, "max_retries": 0, "requests_per_second": 0.5}"#]
    {
        assert!(ClientBuilder::from_json(settings).and_then(ClientBuilder::build).is_ok(), "{settings}");
    }
    for settings in ["[]", "1", "{", "\u{feff}{}"] {
        assert_eq!(ClientBuilder::from_json(settings).expect_err(settings).kind(), Kind::InvalidArgument);
    }
}

/// What an editor or `echo` adds to a file is no part of the key.
#[test]
fn the_key_may_be_in_a_file() {
    let sandbox = sandbox();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key");
    std::fs::write(&file, format!("{}\n", sandbox.access_key())).expect("written");
    let settings = zerossl::Client::builder().access_key_file(&file).base_url(sandbox.base_url());
    let client = settings.build().expect("settings");
    client.call("list_certificates", "{}").expect("the right key");
    std::fs::write(&file, "two keys").expect("written");
    let settings = zerossl::Client::builder().access_key_file(&file);
    let error = settings.build().expect_err("a space");
    assert_eq!(error.parameter(), Some("access_key_file"), "{error}");
    assert!(!error.message().contains("two"), "{error}");
}

/// The bytes that are sent, exactly where that matters.
#[test]
fn a_request_has_its_length_and_its_host() {
    let (told, heads) = channel();
    let (address, _) = support::raw_server(move |mut stream| {
        let _ = told.send(support::read_head(&mut stream).to_lowercase());
    });
    let client = builder_for(&format!("http://{address}")).max_retries(0).build().expect("settings");
    for (operation, parameters, start, length) in [
        (
            "cancel_certificate",
            r#"{"id": "x"}"#,
            "post /certificates/x/cancel?access_key=k http/1.1",
            Some("0"),
        ),
        (
            "revoke_certificate",
            r#"{"id": "x", "reason": "Superseded"}"#,
            "post /certificates/x/revoke?",
            Some("23"),
        ),
        ("get_certificate", r#"{"id": "a b"}"#, "", None),
        ("get_certificate", r#"{"id": "a&b"}"#, "get /certificates/a%26b?access_key=k http/1.1", None),
    ] {
        let error = client.call(operation, parameters).expect_err("the server closes");
        if start.is_empty() {
            assert_eq!(error.kind(), Kind::InvalidArgument);
            continue;
        }
        let head = heads.recv().expect("a request");
        assert!(head.starts_with(start) && head.contains(&format!("host: {address}")), "{head}");
        let expected = length.map(|length| format!("content-length: {length}\r\n"));
        assert!(
            expected.is_none_or(|expected| head.contains(&expected)) && !head.contains("chunked"),
            "{head}"
        );
    }
}

#[test]
fn settings_in_json_take_effect() {
    let (address, comes) = support::raw_server(support::read_to_end);
    let call = |settings: &str| {
        let settings = format!(r#"{{"access_key": "k", "base_url": "http://{address}", {settings}}}"#);
        let client = ClientBuilder::from_json(&settings).and_then(ClientBuilder::build).expect("settings");
        timed(|| client.call("resend_verification", r#"{"id": "x"}"#).expect_err("no answer"))
    };
    let (error, took) = call(r#""timeout": 0.2"#);
    assert!(error.kind() == Kind::Timeout && took < SOON, "{error}");
    assert_eq!(comes.try_iter().count(), 1);

    let (silent, _guard) = support::unresponsive_address();
    let settings = format!(
        r#"{{"access_key": "k", "base_url": "http://{silent}", "connect_timeout": 0.2, "max_retries": 0}}"#
    );
    let client = ClientBuilder::from_json(&settings).and_then(ClientBuilder::build).expect("settings");
    let (error, took) = timed(|| client.call("list_certificates", "{}").expect_err("nobody accepts"));
    assert!(error.message().contains("connect_timeout") && took < SOON, "{error}");
}

#[test]
fn a_base_url_may_have_a_path() {
    let sandbox = sandbox();
    let base = format!("{}/gateway/", sandbox.base_url());
    let client = settings(&sandbox).base_url(base).build().expect("settings");
    let error = client.send(&GetCertificate::new("x")).expect_err("the sandbox has no such path");
    assert_eq!(error.api_type(), Some("invalid_api_function"));
    assert_eq!(sandbox.requests()[0].path, "/gateway/certificates/x");
}

#[test]
fn the_raw_request_reaches_any_endpoint() {
    let sandbox = sandbox();
    let answer = client(&sandbox)
        .call("request", r#"{"method": "GET", "path": "/certificates", "query": {"limit": 5}}"#);
    let answer = json(&answer.expect("an answer"));
    assert_eq!(answer["http_status"], 200);
    assert_eq!(answer["body"]["total_count"], 0);
    assert_eq!(sandbox.requests()[0].parameters["limit"], "5");
}
