//! What is made from the table: subcommands, flags, completions, manual pages.

use std::process::Command;

use crate::support::{Place, Ran, program};

#[test]
fn every_operation_has_its_command_and_every_parameter_its_flag() {
    let description = zerossl::describe();
    let list = Ran::of(&mut program(&["--help"])).expect(0).out;
    for operation in description["operations"].as_array().expect("operations") {
        let name = operation["name"].as_str().expect("a name").replace('_', "-");
        assert!(list.contains(&format!("\n  {name} ")), "{name}");
        let help = Ran::of(&mut program(&[&name, "--help"])).expect(0).out;
        for (parameter, schema) in operation["parameters"]["properties"].as_object().expect("parameters") {
            let flag = format!("--{}", parameter.replace('_', "-"));
            // The usage line has what stands there without its name.
            assert!(help.contains(&flag), "{name} {flag}");
            for word in schema["enum"].as_array().into_iter().flatten() {
                assert!(help.contains(word.as_str().expect("a word")), "{name} {flag}: {word}");
            }
        }
        for setting in description["settings"]["properties"].as_object().expect("settings").keys() {
            let flag = format!("--{}", setting.replace('_', "-"));
            // With a value, or with one that may be left out.
            let is_shown = [" ", "["].iter().any(|after| help.contains(&format!("{flag}{after}")));
            let is_secret = ["access_key", "seal_key", "seal_keys_old"].contains(&setting.as_str());
            assert_eq!(is_shown, !is_secret, "{name} {flag}");
        }
    }
}

#[test]
fn values_arrive_as_the_library_takes_them() {
    let place = Place::new();
    place.draft(2);
    let run = |arguments: &[&str]| place.run(arguments).expect(0).json();
    let some = run(&[
        "list-certificates",
        "--status",
        "draft,issued",
        "--status",
        "cancelled",
        "--page=1",
        "--json",
    ]);
    assert_eq!(some["results"].as_array().map(Vec::len), Some(2));
    let asked = place.sandbox.requests();
    let query = &asked.last().expect("a request").parameters;
    assert_eq!(query.get("certificate_status").map(String::as_str), Some("draft,issued,cancelled"));
    // An object, a flag that is false, a number.
    let order = ["--subject", r#"{"country": "DE"}"#, "--domains=example.com,www.example.com", "--json"];
    let csr = run(&[&["generate-csr"], &order[..]].concat());
    std::fs::write(place.path("csr.pem"), csr["csr"].as_str().expect("a CSR")).expect("a file");
    let create = [
        "create-certificate",
        "example.com",
        "--csr=@csr.pem",
        "--strict-domains=false",
        "--validity-days=90",
    ];
    let order = run(&[&create[..], &["--json"]].concat());
    let request = &place.sandbox.requests();
    let create = &request.last().expect("a request").parameters;
    assert_eq!(create.get("strict_domains").map(String::as_str), Some("0"));
    // With and without its name.
    let id = order["id"].as_str().expect("an id");
    assert_eq!(run(&["get-certificate", id, "--json"]), run(&["get-certificate", "--id", id, "--json"]));
    assert_eq!(place.run(&["get-certificate", id, "--field", "status"]).expect(0).out, "draft\n");
    assert_eq!(
        place.run(&["get-certificate", id, "--field", "/additional_domains/0"]).expect(0).out,
        "www.example.com\n"
    );
    place.run(&["cancel-certificate", id]).expect(0);
    let drafts = run(&["cancel-drafts", "--older-than", "0", "--dry-run=false", "--json"]);
    assert_eq!(drafts["cancelled"].as_array().map(Vec::len), Some(2));
}

/// One text is split as a shell does, a list is taken as it is.
#[test]
fn commands_are_programs_with_arguments() {
    let place = Place::new();
    for (name, hook) in [
        ("one", r"sh -c 'echo $ZEROSSL_ACCESS_KEY > one.txt'"),
        ("two", r#"["sh", "-c", "echo $ZEROSSL_ACCESS_KEY > two.txt"]"#),
    ] {
        place.run_obtain(&["example.com", "--name", name, "--deploy-hook", hook]).expect(0);
        let file = std::fs::read_to_string(place.path(&format!("{name}.txt")));
        assert_eq!(file.expect("the hook ran"), "\n", "and gets no key");
    }
    place.run_obtain(&["example.com", "--deploy-hook", "sh -c 'x"]).expect(2);
}

/// A shell that is not here is not asked.
fn run_if_there(program: &str, arguments: &[&str]) {
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert!(output.status.success(), "{program}: {said}");
        }
        Err(error) => assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{program}: {error}"),
    }
}

#[test]
fn shells_read_the_completions() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = place.run(&["completions", shell]).expect(0).out;
        assert!(script.contains("get-certificate") && script.contains("renew-at"), "{shell}");
        std::fs::write(place.path(shell), script).expect("a file");
    }
    run_if_there("bash", &["-n", &place.path("bash")]);
}

#[test]
fn manual_pages_are_sound() {
    let place = Place::new();
    place.run(&["man", "pages"]).expect(0);
    let pages: Vec<_> = std::fs::read_dir(place.path("pages")).expect("a folder").flatten().collect();
    assert!(pages.len() > zerossl::OPERATIONS.len(), "{}", pages.len());
    for page in pages {
        run_if_there("mandoc", &["-T", "lint", "-W", "error", page.path().to_str().expect("a path")]);
    }
}

/// The page's first example, word for word but for its port.
#[test]
fn the_page_can_be_followed() {
    let place = Place::new();
    let page = include_str!("../../../docs/command.md");
    let section = page.split("## Try it without an account").nth(1).expect("the section");
    let script =
        section.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("its script");
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_zerossl")).parent().expect("its folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("a PATH"));
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &script.replace("8080", &port.to_string())]).current_dir(place.folder.path());
    shell.env_clear().env("PATH", path).env("HOME", place.folder.path());
    let ran = Ran::of(&mut shell).expect(0);
    assert!(
        ran.out.starts_with("issued example.com, until ") && ran.out.contains("example.com  good "),
        "{ran:?}"
    );
}

#[test]
fn systemd_takes_the_units() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
    let place = Place::new();
    let pages = [("renew", "renew"), ("install", "install"), ("challenges", "serve-challenges")];
    let units = pages.map(|(name, page)| (format!("zerossl-{name}.service"), page));
    for (unit, page) in &units {
        let service = std::fs::read_to_string(folder.join(unit)).expect("a unit");
        // Where the program and its page are here.
        let service = service.replace("/usr/bin/zerossl", env!("CARGO_BIN_EXE_zerossl"));
        std::fs::write(place.path(unit), service.replace(&format!("man:zerossl-{page}(1) "), ""))
            .expect("a file");
    }
    std::fs::copy(folder.join("zerossl-renew.timer"), place.path("zerossl-renew.timer")).expect("a file");
    for unit in units.iter().map(|(unit, _)| unit.as_str()).chain(["zerossl-renew.timer"]) {
        run_if_there("systemd-analyze", &["verify", &place.path(unit)]);
    }
}

/// The commands in the pages of the operations: an order may be missing here, but what is given has to be right.
#[test]
fn the_pages_calls_are_right() {
    let place = Place::new();
    let csr = place.run(&["generate-csr", "example.com", "--field", "csr"]).expect(0).out;
    std::fs::write(place.path("csr.pem"), csr).expect("a file");
    // In the order of the table: `obtain` makes what the later ones work on.
    for operation in zerossl::OPERATIONS {
        let name = operation.name;
        let path = format!("{}/../docs/operations/{name}.md", env!("CARGO_MANIFEST_DIR"));
        let page = std::fs::read_to_string(path).expect("a page");
        let command = page.split("```sh\n").nth(1).and_then(|rest| rest.lines().next()).expect("a command");
        let words: Vec<_> = command.split_whitespace().collect();
        let offline: &[&str] =
            if name == "obtain" { &["--preflight", "off", "--poll-interval", "0.1"] } else { &[] };
        let ran = place.run(&[&words[1..], offline].concat());
        // A good certificate is not removed by a slip, a deploy hook has to be there to run again, and a shared store
        // to be used.
        let is_for_this_entry =
            matches!(name, "redeploy" | "remove_entry" | "install_certificates" | "serve_challenges");
        assert!(is_for_this_entry || !matches!(ran.status, 2 | 70), "{command}: {ran:?}");
    }
    assert_eq!(place.sandbox.certificates().iter().filter(|made| made.status == "issued").count(), 1);
}
