//! The page for users, `docs/sandbox.md`: it is complete, and what it describes works.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::management::start_managed;
use crate::support::{Client, program};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/sandbox.md");

/// The rows of all tables below a heading, as cells.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let page = std::fs::read_to_string(PAGE).expect("the page");
    let (_, part) = page.split_once(&format!("\n## {heading}\n")).expect("the heading");
    let part = part.split("\n## ").next().unwrap_or_default();
    let rows = part.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// The text between the first two backticks.
fn code(cell: &str) -> &str {
    cell.split('`').nth(1).unwrap_or_else(|| panic!("no code in {cell}"))
}

#[test]
fn every_call_of_the_management_is_told_and_works() {
    let (_sandbox, client, manager) = start_managed();
    let told: BTreeSet<String> = rows("The management interface")
        .iter()
        .map(|row| code(&row[0]).replace("{token}", "{}").replace("{number}", "{}"))
        .collect();
    let overview = manager.get("/");
    let calls = overview["calls"].as_array().expect("calls").iter().filter_map(Value::as_str);
    assert_eq!(told, calls.map(str::to_owned).collect());

    if !program::is_needed_here("curl", "--version") {
        return;
    }
    let token = send_mail(&client, &manager.get("/mails"), || manager.get("/mails"));
    for row in rows("The management interface") {
        let example = code(&row[2]).replace("TOKEN", &token);
        let silent = example
            .replacen("curl", "curl -s -S --fail-with-body", 1)
            .replace("> root.pem", "")
            .replace("> crl.pem", "");
        let said = program::run(Command::new("sh").args(["-c", &silent]).env("M", manager.url("")));
        assert!(!said.contains("\"error\""), "{example}: {said}");
        assert!(!example.contains("reset") || manager.get("/mails") == json!([]));
    }
}

/// Makes the sandbox send a mail, and returns its token.
fn send_mail(client: &Client, before: &Value, mails: impl Fn() -> Value) -> String {
    assert_eq!(*before, json!([]));
    let order = client.create(&["example.com"]);
    let path = format!("/certificates/{}/challenges", order["id"].as_str().expect("an id"));
    client.post(&path, &json!({"validation_method": "EMAIL", "validation_email": "admin@example.com"}));
    mails()[0]["token"].as_str().expect("a token").to_owned()
}

#[test]
fn every_setting_is_told() {
    let told: BTreeSet<String> = rows("Settings")
        .iter()
        .map(|row| code(&row[0]).to_owned())
        .filter(|name| name.contains(|c: char| c.is_alphabetic()))
        .collect();
    let settings = serde_json::to_value(zerossl_sandbox::Settings::default()).expect("JSON");
    let known: BTreeSet<String> = settings.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(told, known);
}

#[test]
fn every_effect_is_told() {
    let (_sandbox, _client, manager) = start_managed();
    let error =
        manager.post("/faults", &json!({"effect": "none"}))["error"].as_str().expect("an error").to_owned();
    let (_, known) = error.split_once("expected one of ").expect("what there is");
    let known: BTreeSet<&str> = known.split('`').skip(1).step_by(2).collect();
    let rows = rows("Faults");
    let told: BTreeSet<&str> = rows.iter().map(|row| code(&row[0])).collect();
    assert_eq!(told, known);
}

#[test]
fn every_option_is_told() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zerossl-sandbox"));
    let help = program::run(command.arg("--help"));
    let options = help.split_whitespace().filter(|word| word.starts_with("--"));
    let known: BTreeSet<&str> = options.filter(|name| !["--help", "--version"].contains(name)).collect();
    let rows = rows("Options");
    let told: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| row[0].split('`'))
        .filter_map(|part| part.split(' ').next())
        .filter(|name| name.starts_with("--"))
        .collect();
    assert_eq!(told, known);
}
