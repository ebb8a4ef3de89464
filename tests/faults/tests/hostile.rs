//! Hostile arguments: every parameter of every operation gets texts that would lead elsewhere, run something, or fill the
//! memory. Each call ends soon, with a value or an error on one line; nothing is made outside of its folder, and what is
//! sent is one request to the service, or the few of an operation of several steps.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use serde_json::{Value, json};
use tempfile::TempDir;
use zerossl::{Client, Kind, OPERATIONS, Operation, Parameter, ParameterKind};
use zerossl_faults::{Stand, Table};
use zerossl_sandbox::{Options, Sandbox, Settings, serve_files};

/// What no text may become: a file, a header, or a program that runs.
const MARK: &str = "pwned";
/// For one call, on a busy machine.
const SOON: Duration = Duration::from_secs(20);
/// Longer texts are given in one form only.
const LONG: usize = 10_000;
/// In parameters: a name that no other call has, and a folder that is served.
const NAME: &str = "@NAME@";
const WWW: &str = "@WWW@";

/// Answers `{}` to everything, and keeps the heads; of a connection without a request, an empty one.
fn service() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
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
            kept.lock().expect("no panic").push(head.split("\r\n\r\n").next().unwrap_or_default().to_owned());
            // The client may be gone, and a body is not read.
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
        }
    });
    (address, heads)
}

/// Where the calls are made.
struct Place {
    /// With a store for each call.
    folder: TempDir,
    /// Nobody has a reason to connect to it.
    trap: TcpListener,
    /// How many calls were made.
    calls: usize,
    /// The most requests of a call, by operation.
    most: BTreeMap<&'static str, usize>,
}

impl Place {
    fn new() -> Self {
        // Relative paths lead into an empty folder, the same for all tests of this program.
        static HERE: OnceLock<TempDir> = OnceLock::new();
        let here = HERE.get_or_init(|| tempfile::tempdir().expect("a folder")).path().join("above/here");
        fs::create_dir_all(&here).expect("a folder");
        env::set_current_dir(here).expect("a folder");
        let trap = TcpListener::bind("127.0.0.1:0").expect("a port");
        trap.set_nonblocking(true).expect("a socket");
        Self { folder: tempfile::tempdir().expect("a folder"), trap, calls: 0, most: BTreeMap::new() }
    }

    /// Each text, and the same as JSON.
    fn texts(&self) -> Vec<(String, String)> {
        let trap = self.trap.local_addr().expect("its address");
        let block = "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n";
        let texts = [
            "x".repeat(10 << 20),
            "\0".to_owned(),
            format!("../{MARK}"),
            format!("../../../../tmp/{MARK}"),
            format!("%2e%2e%2f{MARK}"),
            format!("$(touch {MARK})"),
            format!("`touch {MARK}`; touch {MARK} | touch {MARK}"),
            format!("a\r\n{MARK}: 1\r\n\r\nGET /{MARK} HTTP/1.1"),
            format!("/a\r\n{MARK}: 1\r\n\r\nGET /{MARK} HTTP/1.1"),
            format!("/certificates/../../{MARK} HTTP/1.1"),
            format!("a?{MARK}=1&access_key=2#x"),
            format!("//{trap}/{MARK}"),
            format!("http://{trap}/{MARK}"),
            format!("user@{trap}"),
            format!("{trap}"),
            format!("-o{MARK}"),
            "\u{202e}moc.elpmaxe".to_owned(),
            "xn--".to_owned() + &"a".repeat(60),
            "a.".repeat(20_000),
            block.repeat(3_000),
            format!("-----BEGIN PRIVATE KEY-----\n{}", "A".repeat(300_000)),
            "-----BEGIN ".repeat(30_000),
            format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)),
        ];
        texts.into_iter().map(|text| (text.clone(), json!(text).to_string())).collect()
    }

    /// All that a parameter is given, as JSON.
    fn values(&self, parameter: &Parameter, texts: &[(String, String)]) -> Vec<String> {
        let folder = self.folder.path();
        let odd = match (parameter.kind, parameter.name) {
            (ParameterKind::Command, _) => odd_commands(folder),
            (ParameterKind::Seconds | ParameterKind::Number | ParameterKind::Integer(..), _) => odd_numbers(),
            (_, "validation") => {
                let hook = |command| json!({"method": "CNAME_CSR_HASH", "hook": command});
                odd_commands(folder).into_iter().map(hook).collect()
            }
            (ParameterKind::Folder, _) => odd_folders(folder),
            _ => Vec::new(),
        };
        let of_text = |(text, json): &(String, String)| match (parameter.kind, parameter.name) {
            // In another folder that the caller names, a store is made rightly.
            (ParameterKind::Folder, _) => Vec::new(),
            (ParameterKind::Command, _) => vec![format!("[{json}]"), format!("[\"true\", {json}]")],
            _ if text.len() > LONG => vec![json.clone()],
            (_, "validation") => ways(text).iter().map(Value::to_string).collect(),
            _ => vec![json.clone(), format!("[{json}]"), format!("{{{json}: {json}}}")],
        };
        odd.iter().map(Value::to_string).chain(texts.iter().flat_map(of_text)).collect()
    }

    /// Makes a call. `count` says how many requests the service has got so far.
    fn call(
        &mut self,
        client: &Client,
        name: &'static str,
        given: &str,
        what: &str,
        count: impl Fn() -> usize,
    ) {
        self.calls += 1;
        let what = format!("{what} of {name}");
        let given = given.replace(NAME, &format!("name{}.example.com", self.calls));
        let (begin, before) = (Instant::now(), count());
        let outcome = client.call(name, &given);
        let (took, sent) = (begin.elapsed(), count() - before);
        assert!(took < SOON, "{what} took {took:?}");
        let most = self.most.entry(name).or_default();
        *most = sent.max(*most);
        if let Err(error) = outcome {
            assert_ne!(error.kind(), Kind::Internal, "{what}: {error}");
            let message = error.message();
            assert!(!message.contains(char::is_control), "{what}: {message:?}");
            assert!(message.len() < 2_000, "{what}: {} bytes of message", message.len());
            assert!(error.to_json().len() < 10_000, "{what}: {} bytes", error.to_json().len());
        }
        let visit = self.trap.accept().expect_err(&what);
        assert_eq!(visit.kind(), ErrorKind::WouldBlock, "{what}");
        assert_eq!(names(Path::new(".")), [""; 0], "{what}");
    }

    /// Nothing was made where paths lead out of the folders of the calls. The name of an entry may be any step of a path.
    fn check_files(&self, expected: &[&str]) {
        assert_eq!(names(Path::new("..")), ["here"]);
        assert!(!Path::new("/tmp").join(MARK).exists());
        assert_eq!(names(self.folder.path()), expected);
        let mut folders = vec![(self.folder.path().to_owned(), 0)];
        while let Some((folder, depth)) = folders.pop() {
            for name in names(&folder) {
                let path = folder.join(&name);
                assert!(!name.contains(MARK) || depth == 2, "{}", path.display());
                if path.is_dir() && !path.is_symlink() {
                    folders.push((path, depth + 1));
                }
            }
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// How control is proved, and by what: folders, addresses, programs.
fn ways(text: &str) -> Vec<Value> {
    let http = |way: &str, given: &Value| json!({"method": "HTTP_CSR_HASH", way: given});
    let mut ways = vec![json!(text), json!({"method": text}), http(text, &json!("x"))];
    for given in [json!(text), json!({NAME: text}), json!({text: WWW})] {
        ways.extend([http("webroot", &given), http("listen", &given)]);
        ways.push(json!({"method": "EMAIL", "emails": given}));
    }
    // One that fails ends the call at once.
    ways.extend([json!([text]), json!(["false", text])].map(|hook| http("hook", &hook)));
    ways
}

/// Commands are run as they are given, and by no shell. These cannot be, or fail.
fn odd_commands(folder: &Path) -> Vec<Value> {
    vec![
        json!(format!("touch {MARK}")),
        json!({"0": "true"}),
        json!([]),
        json!([""]),
        json!([["true"]]),
        json!(["true", 1]),
        json!([folder.join("no such program")]),
        json!([folder]),
        json!(["/dev/null"]),
        json!(["/etc/passwd", MARK]),
        json!([format!("touch {MARK}"), MARK]),
        json!(vec!["true"; 200_000]),
        json!(["false", "x".repeat(10 << 20)]),
    ]
}

fn odd_numbers() -> Vec<Value> {
    let numbers = [0.0, 1e-9, -1.0, 1e9, 1e300].map(|number: f64| json!(number));
    numbers
        .into_iter()
        .chain([json!(0), json!(1), json!(i64::MIN), json!(true), json!([1]), json!("1")])
        .collect()
}

/// Folders that cannot be made, and those with odd names.
fn odd_folders(folder: &Path) -> Vec<Value> {
    let here = |name: String| json!(folder.join("stores/odd").join(name));
    vec![
        json!(""),
        json!(0),
        json!([folder]),
        json!("\0"),
        json!("x".repeat(10 << 20)),
        here("x/".repeat(2_000)),
        json!("/dev/null"),
        json!("/dev/null/store"),
        json!("/proc/self/fd/store"),
        here("x".repeat(300)),
        here("a/".repeat(3_000)),
        here("a/../b".to_owned()),
        here("a\nb".to_owned()),
        here(format!("$(touch {MARK})")),
    ]
}

#[test]
fn every_parameter_of_every_operation() {
    // At the same time, to be done sooner.
    let (first, second) = OPERATIONS.split_at(OPERATIONS.len() / 2);
    thread::scope(|scope| [first, second].map(|half| scope.spawn(|| every_parameter_of(half))).map(drop));
}

fn every_parameter_of(operations: &[&'static Operation]) {
    let stand = Stand::start(Table::read()).expect("servers");
    let (address, heads) = service();
    let client = Client::builder().access_key("hostile-access-key").base_url(format!("http://{address}"));
    let client = client.timeout(Duration::from_secs(2)).max_retries(0).requests_per_second(0.0);
    let client = client.build().expect("settings");
    let mut place = Place::new();
    let texts = place.texts();
    for operation in operations {
        let store = place.folder.path().join("stores").join(operation.name);
        for parameter in operation.parameters {
            for value in place.values(parameter, &texts) {
                let usual = stand.parameters(&stand.operations[operation.name], &store).expect("a store");
                let given = with(&usual, parameter, &value);
                place.call(&client, operation.name, &given, parameter.name, || {
                    heads.lock().expect("no panic").len()
                });
            }
        }
    }
    assert!(place.calls > 1_500, "only {} calls", place.calls);
    for (name, most) in &place.most {
        // A create without an id in the answer looks for its order; each entry is asked about, and the account.
        let expected = if matches!(*name, "create_certificate" | "renew_all") { 2 } else { 1 };
        assert!(*most <= expected, "{most} requests of one call of {name}");
    }
    place.check_files(&["stores"]);
    for head in heads.lock().expect("no panic").iter().filter(|head| !head.is_empty()) {
        let names: Vec<_> = head.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
        assert!(!names.iter().any(|name| name.eq_ignore_ascii_case(MARK)), "{head}");
        let target = head.split(' ').nth(1).unwrap_or_default();
        assert!(target.starts_with('/') && !target.starts_with("//") && !target.contains("/../"), "{head}");
        assert!(target.matches("access_key=").count() <= 1, "{head}");
        assert!(head.lines().any(|line| line.eq_ignore_ascii_case(&format!("host: {address}"))), "{head}");
    }
}

/// The usual parameters, with this value for one of them.
fn with(usual: &str, parameter: &Parameter, value: &str) -> String {
    let mut given: Value = serde_json::from_str(usual).expect("an object");
    given[parameter.name] = json!("@VALUE@");
    given.to_string().replace("\"@VALUE@\"", value)
}

/// A sandbox that issues, so that `obtain` and `renew_all` come to all of their steps.
#[test]
fn every_parameter_on_the_way_to_a_certificate() {
    let mut place = Place::new();
    let www = place.folder.path().join("www");
    fs::create_dir(&www).expect("a folder");
    let http_port = serve_files(&www).expect("a port");
    let settings = Settings { log_size: 100, ..Settings::default() };
    let sandbox = Sandbox::start(Options { http_port, quota: 100_000, settings, ..Options::default() });
    let sandbox = sandbox.expect("a sandbox");
    let client = Client::builder().access_key(sandbox.access_key()).base_url(sandbox.base_url());
    let client = client.requests_per_second(0.0).build().expect("settings");
    let count = || {
        let asked = sandbox.requests();
        assert!(asked.iter().all(|asked| asked.operation.is_some()), "{asked:?}");
        asked.last().map_or(0, |last| usize::try_from(last.number).expect("a count"))
    };
    let request = json!({
        "domains": [NAME], "preflight": "off", "deadline": 2, "poll_interval": 0.1,
        "validation": {"method": "HTTP_CSR_HASH", "webroot": WWW},
    });
    let (request, www) = (request.to_string(), www.display().to_string());
    // Long ones are refused before anything is sent, as above.
    let texts: Vec<_> = place.texts().into_iter().filter(|(text, _)| text.len() <= LONG).collect();
    for operation in OPERATIONS.iter().filter(|operation| matches!(operation.name, "obtain" | "renew_all")) {
        for parameter in operation.parameters {
            for value in place.values(parameter, &texts) {
                let name = format!("{}-{}", operation.name, place.calls);
                let store = place.folder.path().join("stores").join(name);
                let mut usual = json!({"directory": store}).to_string();
                if operation.name == "obtain" {
                    usual = format!("{{\"directory\": {}, {}", json!(store), &request[1..]);
                } else {
                    fs::create_dir_all(store.join("entry")).expect("a folder");
                    let own = format!("name{}.example.com", place.calls + 1);
                    let request = request.replace(NAME, &own).replace(WWW, &www);
                    fs::write(store.join("entry/request.json"), request).expect("written");
                }
                let given = with(&usual, parameter, &value).replace(WWW, &www);
                place.call(&client, operation.name, &given, parameter.name, count);
            }
        }
    }
    let issued = sandbox.certificates().iter().filter(|certificate| certificate.status == "issued").count();
    assert!(issued > 60, "only {issued} certificates in {} calls", place.calls);
    assert!(place.most.values().all(|most| *most <= 8), "{:?}", place.most);
    place.check_files(&["stores", "www"]);
}
