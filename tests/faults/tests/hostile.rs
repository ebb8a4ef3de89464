//! Hostile arguments: every parameter of every operation gets texts that would lead elsewhere, run something, or fill the
//! memory. Each call ends soon, with a value or an error on one line; nothing is made outside of its folder, and what is
//! sent is one request to the service.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use zerossl::{Client, Kind, OPERATIONS};
use zerossl_faults::{Stand, Table};

/// What no text may become: a file, or a header.
const MARK: &str = "pwned";
/// For one call, on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// Answers `{}` to everything, and keeps the heads.
fn service() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let heads = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heads);
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let (mut head, mut piece) = (Vec::new(), [0; 8192]);
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut piece) {
                    Ok(length @ 1..) => head.extend_from_slice(&piece[..length]),
                    _ => break,
                }
            }
            let head = String::from_utf8_lossy(&head);
            let head = head.split("\r\n\r\n").next().unwrap_or_default();
            if !head.is_empty() {
                kept.lock().expect("no panic").push(head.to_owned());
            }
            // The client may be gone, and a body is not read.
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
        }
    });
    (url, heads)
}

fn hostile() -> Vec<String> {
    let block = "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n";
    vec![
        "x".repeat(10 << 20),
        "\0".to_owned(),
        format!("../{MARK}"),
        format!("../../../../tmp/{MARK}"),
        format!("%2e%2e%2f{MARK}"),
        format!("$(touch {MARK})"),
        format!("`touch {MARK}`; touch {MARK} | touch {MARK}"),
        format!("a\r\n{MARK}: 1\r\n\r\nGET /{MARK} HTTP/1.1"),
        format!("a?{MARK}=1&access_key=2#x"),
        format!("//{MARK}.example.com/"),
        format!("https://{MARK}.example.com"),
        format!("user@{MARK}.example.com"),
        format!("-o{MARK}"),
        "\u{202e}moc.elpmaxe".to_owned(),
        "xn--".to_owned() + &"a".repeat(60),
        "a.".repeat(20_000),
        block.repeat(3_000),
        format!("-----BEGIN PRIVATE KEY-----\n{}", "A".repeat(300_000)),
        "-----BEGIN ".repeat(30_000),
        format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)),
    ]
}

/// The forms in which a parameter may take a text; of a long one, those that are read.
fn forms(text: &str) -> Vec<Value> {
    let way = json!({"method": "HTTP_CSR_HASH", "webroot": text});
    if text.len() > 10_000 {
        return vec![json!(text), way];
    }
    vec![json!(text), json!([text]), way, json!({text: text})]
}

#[test]
fn every_parameter_of_every_operation() {
    let stand = Stand::start(Table::read()).expect("servers");
    let (url, heads) = service();
    let client = Client::builder().access_key("k").base_url(url).max_retries(0).requests_per_second(0.0);
    let client = client.timeout(Duration::from_secs(2)).build().expect("settings");
    let folder = tempfile::tempdir().expect("a folder");
    let texts = hostile();
    let mut calls = 0;
    for operation in OPERATIONS {
        let store = folder.path().join("stores").join(operation.name);
        for parameter in operation.parameters {
            // These decide how long a call takes, and where the caller wants his store.
            if matches!(parameter.name, "deadline" | "directory") {
                continue;
            }
            for value in texts.iter().flat_map(|text| forms(text)) {
                let given = stand.parameters(&stand.operations[operation.name], &store).expect("a store");
                let mut given: Map<String, Value> = serde_json::from_str(&given).expect("an object");
                given.insert(parameter.name.to_owned(), value);
                let start = Instant::now();
                let outcome = client.call(operation.name, &Value::Object(given).to_string());
                calls += 1;
                let what = format!("{} of {}", parameter.name, operation.name);
                assert!(start.elapsed() < SOON, "{what} took {:?}", start.elapsed());
                if let Err(error) = outcome {
                    assert_ne!(error.kind(), Kind::Internal, "{what}: {error}");
                    let message = error.message();
                    assert!(!message.contains(char::is_control), "{what}: {message:?}");
                    assert!(message.len() < 2_000, "{what}: {} bytes of message", message.len());
                }
            }
        }
    }
    assert!(calls > 3_000, "only {calls} calls");
    let found: Vec<_> =
        marked(folder.path()).into_iter().filter(|path| !is_entry(path, folder.path())).collect();
    assert_eq!(found, Vec::<PathBuf>::new());
    for head in heads.lock().expect("no panic").iter() {
        let names: Vec<_> = head.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
        assert!(!names.iter().any(|name| name.eq_ignore_ascii_case(MARK)), "{head}");
        let target = head.split(' ').nth(1).unwrap_or_default();
        assert!(target.starts_with('/') && !target.starts_with("//") && !target.contains("/../"), "{head}");
        assert!(target.matches("access_key=").count() <= 1, "{head}");
    }
}

/// What was made with the mark in its name, wherever a relative path may lead.
fn marked(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = ["/tmp/pwned", "pwned", "../pwned"].into_iter().map(PathBuf::from).collect();
    found.retain(|path| path.exists());
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().contains(MARK)) {
                found.push(path.clone());
            }
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            }
        }
    }
    found
}

/// An entry may have any name that is one step of a path.
fn is_entry(path: &Path, folder: &Path) -> bool {
    path.parent().and_then(Path::parent) == Some(&folder.join("stores"))
}
