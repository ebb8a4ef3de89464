//! The replay mode: it plays cases, and detects requests that differ.

use std::io::ErrorKind;

use serde_json::{Value, json};
use zerossl_sandbox::{Replay, Source};

use crate::support::openssl::Folder;
use crate::support::{agent, read};

const CREATE: &str = r#"{
  "about": "Slashes arrive escaped.",
  "source": "raw",
  "settings": {"auth": "header"},
  "parameters": {"domains": ["example.com"]},
  "exchange": [
    {"request": {"method": "POST", "path": "/certificates", "body": {"a": "b"}, "key": "header"},
     "response": {"status": 200, "headers": {"X-Seen": "yes"}, "json": {"z": "http:\/\/x", "a": 1}}},
    {"request": {"method": "GET", "path": "/certificates/1", "query": {"limit": "2"}},
     "response": {"status": 200, "base64": "UEs="}}
  ],
  "result": {"id": "1"}
}"#;

const LOCAL: &str = r#"{
  "about": "Refused before anything is sent.", "source": "inferred",
  "parameters": {}, "exchange": [], "error": {"code": -1}
}"#;

const BROKEN: &str = r#"{
  "about": "The answer is lost.", "source": "inferred", "parameters": {},
  "exchange": [{"request": {"method": "GET", "path": "/", "key": "none"},
    "response": {"status": 200, "text": "long enough", "fault": "truncate"}}],
  "error": {"kind": "network"}
}"#;

fn start(files: &[(&str, &str)]) -> (Folder, std::io::Result<Replay>) {
    let folder = Folder::new();
    for (name, content) in files {
        folder.write(name, content);
    }
    let replay = Replay::start(folder.path());
    (folder, replay)
}

fn play(base: &str, body: &Value) -> (u16, String) {
    let request = agent().post(format!("{base}/certificates"));
    let request = request.header("authorization", "ApiKey replay-key");
    let sent = request.header("content-type", "application/json").send(body.to_string());
    let mut response = sent.expect("an answer");
    (response.status().as_u16(), response.body_mut().read_to_string().expect("text"))
}

#[test]
fn an_exchange_is_played_and_rewound() {
    let (_folder, replay) = start(&[("create/raw.json", CREATE), ("README.md", "not a case")]);
    let replay = replay.expect("a replay");
    let case = &replay.cases()[0];
    assert_eq!((case.name.as_str(), case.source), ("create/raw", Source::Raw));
    assert_eq!(case.result, Some(json!({"id": "1"})));
    let base = replay.base_url("create/raw");
    for _ in 0..2 {
        let answer = play(&base, &json!({"a": "b"}));
        assert_eq!(answer, (200, r#"{"z": "http:\/\/x", "a": 1}"#.to_owned()));
        let url = format!("{base}/certificates/1?access_key=replay-key&limit=2");
        let mut response = agent().get(url).call().expect("an answer");
        assert_eq!(response.body_mut().read_to_vec().expect("bytes"), b"PK");
        let verdict = read(agent().get(format!("{base}/.verdict")).call().expect("an answer"));
        assert_eq!(verdict, json!({"complete": true, "problems": []}));
    }
    let verdict = replay.verdict("create/raw");
    assert!(!verdict.complete && verdict.problems.is_empty());
}

#[test]
fn a_difference_is_told() {
    let (_folder, replay) = start(&[("create/raw.json", CREATE)]);
    let replay = replay.expect("a replay");
    let base = replay.base_url("create/raw");
    let problem = |answer: (u16, String), expected: &str| {
        assert_eq!(answer, (500, format!("replay: request 1: {expected}")));
        let verdict = replay.verdict("create/raw");
        assert_eq!(verdict.problems, [format!("request 1: {expected}")]);
        assert!(!verdict.complete);
    };
    problem(play(&base, &json!({"a": 1})), r#"body: expected {"a":"b"}, got {"a":1}"#);
    problem(
        play(&format!("{base}/x"), &json!({})),
        r#"path: expected "/certificates", got "/x/certificates""#,
    );
    let get = |path: &str| {
        let mut response = agent().get(format!("{base}{path}")).call().expect("an answer");
        (response.status().as_u16(), response.body_mut().read_to_string().expect("text"))
    };
    problem(get("/certificates"), r#"method: expected "POST", got "GET""#);
    let post = |query: &str| {
        let request = agent().post(format!("{base}/certificates?{query}"));
        let sent = request.header("content-type", "application/json").send(r#"{"a":"b"}"#);
        let mut response = sent.expect("an answer");
        (response.status().as_u16(), response.body_mut().read_to_string().expect("text"))
    };
    problem(post("access_key=replay-key"), r#"key: expected "header", got "query""#);
    problem(post("access_key=replay-key&a=b"), r#"query: expected {}, got {"a":"b"}"#);
    assert_eq!(play(&replay.base_url("create/none"), &json!({})).0, 404);
}

#[test]
fn an_exchange_has_an_end() {
    let (_folder, replay) = start(&[("generate_csr/bad.json", LOCAL), ("get/lost.json", BROKEN)]);
    let replay = replay.expect("a replay");
    assert!(replay.verdict("generate_csr/bad").complete);
    let (status, text) = play(&replay.base_url("generate_csr/bad"), &json!({}));
    assert_eq!((status, text.as_str()), (500, "replay: request 1: POST /certificates came after the end"));

    let response = agent().get(replay.base_url("get/lost") + "/").call();
    assert!(response.expect("a head").body_mut().read_to_string().is_err());
    assert!(replay.verdict("get/lost").complete);
}

#[test]
fn a_malformed_case_is_named() {
    let refused = [
        (CREATE.replace("about", "abuot"), "unknown field `abuot`"),
        (CREATE.replace("\"raw\"", "\"rumour\""), "unknown variant `rumour`"),
        (CREATE.replace("\"result\"", "\"error\"").replace("}\n}", "}"), "EOF"),
        (
            LOCAL.replace("\"error\"", "\"result\"").replace("{\"code\": -1}", "null"),
            "one of result and error",
        ),
        (CREATE.replace("\"base64\": \"UEs=\"", "\"base64\": \"?\""), "response 2: base64"),
        (CREATE.replace("\"base64\"", "\"json\": 1, \"text\""), "response 2: more than one"),
        (BROKEN.replace("200", "20"), "response 1: 20 is no HTTP status"),
    ];
    for (content, part) in refused {
        let (_folder, replay) = start(&[("create/bad.json", &content)]);
        let error = replay.expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        let text = error.to_string();
        assert!(text.contains("bad.json: ") && text.contains(part), "{text}");
    }
    let (folder, _) = start(&[]);
    let error = Replay::start(&folder.path().join("none")).expect_err("an error");
    assert!(error.to_string().contains("none"), "{error}");
}
