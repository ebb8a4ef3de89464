//! The program, from its first line of output to its exit.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::json;

use crate::support::openssl::Folder;
use crate::support::{agent, read};

struct Program {
    child: Child,
    url: String,
    /// What it prints after its first line.
    more: BufReader<ChildStdout>,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zerossl-sandbox"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn refused(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = command(arguments).output().expect("it runs");
    assert!(!status.success());
    assert_eq!(stdout, b"");
    String::from_utf8(stderr).expect("text")
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).spawn().expect("it starts");
        let mut more = BufReader::new(child.stdout.take().expect("a pipe"));
        let url = read_url(&mut more, "listening on ");
        Self { child, url, more }
    }

    fn get(&self, path: &str) -> serde_json::Value {
        let response = agent().get(format!("{}{path}", self.url)).call();
        read(response.expect("an answer"))
    }
}

fn read_url(lines: &mut impl BufRead, before: &str) -> String {
    let mut line = String::new();
    lines.read_line(&mut line).expect("a line");
    line.trim_end().strip_prefix(before).unwrap_or_else(|| panic!("{line}")).to_owned()
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_and_ends_with_its_parent() {
    let folder = Folder::new();
    let root = folder.path().join("root.pem");
    let root = root.to_str().expect("text");
    let mut program = Program::start(&[
        "--access-key",
        "a-secret",
        "--quota",
        "0",
        "--seed",
        "1",
        "--issue-delay",
        "0.5",
        "--root",
        root,
        "--exit-with-stdin",
    ]);
    assert!(program.url.starts_with("http://127.0.0.1:"));
    assert_eq!(program.get("/certificates?access_key=a-secret")["total_count"], 0);
    let pem = std::fs::read_to_string(root).expect("the root");
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));

    drop(program.child.stdin.take());
    assert!(program.child.wait().expect("an end").success());
}

#[test]
fn it_can_be_managed() {
    let mut program = Program::start(&[
        "--management",
        "127.0.0.1:0",
        "--management-host",
        "sandbox",
        "--issue-delay",
        "1..2.5",
        "--as-of",
        "2026-04-01",
        "--require-country",
        "--set",
        "list_lag_seconds=5",
        "--set",
        "caa=stall",
        "--dns",
        "127.0.0.1:5353",
    ]);
    let management = read_url(&mut program.more, "management on ");
    let get = |path: &str| {
        let request = agent().get(format!("{management}{path}")).header("host", "sandbox:80");
        read(request.call().expect("an answer"))
    };
    assert_eq!(get("/")["base_url"], program.url);
    assert_eq!(get("/")["dns"], "127.0.0.1:5353");
    let settings = get("/settings");
    assert_eq!(settings["issue_delay_seconds"], json!([1.0, 2.5]));
    assert_eq!((&settings["as_of"], &settings["caa"]), (&json!("2026-04-01"), &json!("stall")));
    assert_eq!(settings["list_lag_seconds"], 5.0);
    assert_eq!(settings["require_country"], true);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it() {
    let mut program = Program::start(&[]);
    let id = program.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    assert!(program.child.wait().expect("an end").success());
}

#[test]
fn it_replays() {
    let case = json!({
        "about": "Nothing is asked.", "source": "inferred", "parameters": {}, "exchange": [],
        "error": {"code": -1},
    });
    let folder = Folder::new();
    folder.write("get_certificate/nothing.json", &case.to_string());
    let program = Program::start(&["--replay", folder.path().to_str().expect("text")]);
    let verdict = program.get("/get_certificate/nothing/.verdict");
    assert_eq!(verdict, json!({"complete": true, "problems": []}));
}

#[test]
fn it_refuses_what_is_unsafe_or_unclear() {
    assert!(refused(&["--listen", "0.0.0.0:0"]).contains("--allow-remote"));
    assert!(refused(&["--replay", "/nowhere/at/all"]).contains("/nowhere/at/all"));
    for remote in ["--management", "--dns-listen"] {
        assert!(refused(&[remote, "0.0.0.0:0"]).contains("--allow-remote"));
    }
    assert!(refused(&["--set", "nothing=1"]).contains("unknown field `nothing`"));
    assert!(refused(&["--set", "nothing"]).contains("an equals sign"));
    assert!(refused(&["--as-of", "soon"]).contains("no day"));
    assert!(refused(&["--dns", "127.0.0.1:53", "--dns-listen", "127.0.0.1:53"]).contains("cannot be used"));
    assert!(refused(&["--issue-delay=-1"]).contains("issue-delay"));
    let unknown = refused(&["--access-key", "a-secret", "--unknown"]);
    assert!(!unknown.contains("a-secret"), "{unknown}");
}
