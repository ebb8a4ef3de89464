//! Parameters for the operations that touch the disk, run commands or listen: any value for any of them, but paths lead into
//! a folder of our own, commands are harmless, and addresses are of the loopback interface.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use serde_json::{Map, Value, json};

/// What they get besides what they must have: a choice of a parameter, and a value.
#[derive(Arbitrary, Debug)]
pub struct Work(Vec<(u8, Given)>);

#[derive(Arbitrary, Debug)]
enum Given {
    Null,
    Flag(bool),
    Number(u8),
    Words(u8),
    Names(u8),
    Command(u8),
    Folder(u8),
    Way(u8, Box<Given>),
    Pem(u8),
    Bytes(Vec<u8>),
}

/// No call is so long: `timeout` is 2, and `deadline` shorter.
pub const LONG: Duration = Duration::from_secs(4);
/// Numbers that do not make a call long.
const NUMBERS: &[f64] = &[-1.0, 0.0, 0.01, 0.3, 1.0, 1.5, 90.0, 10_000.0];
const WORDS: &[&str] = &[
    "auto",
    "never",
    "off",
    "warn",
    "strict",
    "links",
    "files",
    "error",
    "report",
    "ecdsa-p384",
    "Superseded",
    "a.example.com",
    "b.example.com",
    "0123456789abcdef0123456789abcdef",
    "127.0.0.1:1",
    "",
];
const DOMAINS: &[&str] =
    &["a.example.com", "b.example.com", "*.example.com", "münchen.example", "a..b", "A.EXAMPLE.com."];
const COMMANDS: &[&[&str]] =
    &[&["true"], &["false"], &["/nonexistent"], &[], &["sh", "-c", "kill $$"], &["env"]];
const PEMS: &[&str] = &[
    include_str!("../../../tests/stores/format-1/example.com/versions/2/privkey.pem"),
    include_str!("../../../tests/stores/format-1/example.com/versions/2/csr.pem"),
    "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n",
];
/// Those that lead somewhere. They get no text of the fuzzer's.
const PLACES: &[&str] =
    &["directory", "pkcs12_password_file", "validation", "resolver", "connect_to", "listen"];
/// Seconds: they get the numbers above, but not the largest ones.
const SECONDS: &[&str] = &["deadline", "poll_interval", "settle"];

/// The port at which the sandbox looks for files.
pub static PORT: LazyLock<u16> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
});

static ROOT: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("zerossl-fuzz-{}", process::id())));

/// Before the calls of an input.
pub fn begin() {
    end();
    for folder in ["store", "www"] {
        fs::create_dir_all(ROOT.join(folder)).expect("a folder");
    }
    fs::write(ROOT.join("password"), "secret\n").expect("a file");
}

/// After them: nothing is where nothing belongs.
pub fn end() {
    for one in fs::read_dir(&*ROOT).into_iter().flatten() {
        let name = one.expect("a name").file_name();
        assert!(["store", "www", "password"].iter().any(|known| *known == name), "{name:?} was written");
    }
    // The thread of an op that was freed may need some moments to end.
    let begin = Instant::now();
    while let Err(error) = fs::remove_dir_all(&*ROOT)
        && error.kind() != ErrorKind::NotFound
    {
        assert!(begin.elapsed() < LONG, "an op has not ended: {error}");
    }
}

impl Work {
    /// For an operation with these parameters.
    pub fn parameters(&self, known: &[zerossl::Parameter]) -> String {
        let mut given = Map::new();
        for parameter in
            known.iter().filter(|parameter| parameter.required || SECONDS.contains(&parameter.name))
        {
            given.insert(parameter.name.to_owned(), usual(parameter.name));
        }
        if known.iter().any(|parameter| parameter.name == "preflight") {
            given.insert("preflight".to_owned(), "off".into());
        }
        for (choice, value) in &self.0 {
            let Some(parameter) = known.get(usize::from(*choice) % (known.len() + 1)) else {
                given.insert("unknown".to_owned(), value.json(""));
                continue;
            };
            given.insert(parameter.name.to_owned(), value.json(parameter.name));
        }
        Value::Object(given).to_string()
    }
}

fn usual(name: &str) -> Value {
    match name {
        "directory" => folder(0),
        "domains" => json!(["a.example.com"]),
        "name" => json!("a.example.com"),
        "validation" => json!({"method": "HTTP_CSR_HASH", "listen": format!("127.0.0.1:{}", *PORT)}),
        "listen" => json!("127.0.0.1:0"),
        "poll_interval" => json!(0.02),
        _ => json!(0.3),
    }
}

fn folder(choice: u8) -> Value {
    const PATHS: &[&str] =
        &["store", "www", "password", "store/a.example.com", "nowhere/deep", "store/../store"];
    json!(ROOT.join(one(PATHS, choice)).join(""))
}

fn one<T: Copy>(all: &[T], choice: u8) -> T {
    all[usize::from(choice) % all.len()]
}

impl Given {
    fn json(&self, name: &str) -> Value {
        let is_place = PLACES.contains(&name);
        match self {
            Self::Null => Value::Null,
            Self::Flag(flag) => json!(flag),
            Self::Number(choice) if SECONDS.contains(&name) => json!(one(&NUMBERS[..4], *choice)),
            Self::Number(choice) => json!(one(NUMBERS, *choice)),
            Self::Names(bits) => {
                let chosen = DOMAINS.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0);
                json!(chosen.map(|(_, name)| name).collect::<Vec<_>>())
            }
            Self::Command(choice) => json!(one(COMMANDS, *choice)),
            Self::Way(choice, value) => way(*choice, value),
            Self::Pem(choice) => json!(one(PEMS, *choice)),
            Self::Folder(choice) => folder(*choice),
            // In the working folder such a path would be one.
            Self::Words(_) | Self::Bytes(_) if is_place => folder(0),
            Self::Words(choice) => json!(one(WORDS, *choice)),
            Self::Bytes(bytes) => json!(String::from_utf8_lossy(bytes)),
        }
    }
}

/// How control is proved: right, wrong, or two ways at once.
fn way(choice: u8, value: &Given) -> Value {
    let method = one(&["HTTP_CSR_HASH", "HTTPS_CSR_HASH", "CNAME_CSR_HASH", "EMAIL"], choice);
    let mut way = json!({"method": method});
    match choice / 4 % 6 {
        0 => way["listen"] = json!(format!("127.0.0.1:{}", *PORT)),
        1 => way["webroot"] = folder(1),
        2 => way["hook"] = json!(one(COMMANDS, choice)),
        3 => way["emails"] = json!({"a.example.com": "admin@example.com"}),
        4 => {}
        _ => way["method"] = value.json("method"),
    }
    way
}
