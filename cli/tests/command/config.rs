//! `--config`.

use zerossl_sandbox::Sandbox;

use crate::support::{KEY, Place, Ran, file, program};

fn list(config: &std::path::Path, more: &[&str]) -> std::process::Command {
    program(&[&["--config", config.to_str().expect("a path"), "list-certificates"], more].concat())
}

fn settings(sandbox: &Sandbox) -> String {
    format!("base_url = {:?}\naccess_key = {KEY:?}\nmax_retries = 0\ntimeout = 20\n", sandbox.base_url())
}

#[test]
fn settings_come_from_it() {
    let place = Place::new();
    let config = file(place.path("zerossl.toml"), &settings(&place.sandbox), 0o600);
    Ran::of(&mut list(&config, &[])).expect(0);
    // A flag and the environment come before it.
    Ran::of(&mut list(&config, &["--base-url", "http://127.0.0.1:1"])).expect(15);
    Ran::of(list(&config, &[]).env("ZEROSSL_BASE_URL", "http://127.0.0.1:1")).expect(15);
    Ran::of(list(&config, &[]).env("ZEROSSL_ACCESS_KEY", "wrong")).expect(13);
    let key = file(place.path("key"), "wrong", 0o600);
    Ran::of(&mut list(&config, &["--access-key-file", key.to_str().expect("a path")])).expect(13);
}

/// With what is commented out there, too.
#[test]
fn the_example_is_right() {
    let place = Place::new();
    let key = file(place.path("key"), KEY, 0o600);
    let example =
        include_str!("../../examples/zerossl.toml").replace("/etc/zerossl.key", &key.display().to_string());
    let lines =
        example.lines().map(|line| line.strip_prefix('#').filter(|it| !it.starts_with(' ')).unwrap_or(line));
    let config = file(place.path("zerossl.toml"), &lines.collect::<Vec<_>>().join("\n"), 0o644);
    Ran::of(&mut list(&config, &["--base-url", place.sandbox.base_url()])).expect(0);
}

#[test]
fn with_a_key_it_is_its_owners_alone() {
    let place = Place::new();
    for (mode, status) in [(0o644, 2), (0o640, 2), (0o620, 2), (0o600, 0), (0o400, 0)] {
        let config = file(place.path(&format!("{mode:o}.toml")), &settings(&place.sandbox), mode);
        let ran = Ran::of(&mut list(&config, &[])).expect(status);
        assert_eq!(ran.err.contains("chmod 600"), status == 2, "{ran:?}");
    }
    let without = format!("base_url = {:?}\n", place.sandbox.base_url());
    let config = file(place.path("without.toml"), &without, 0o644);
    Ran::of(list(&config, &[]).env("ZEROSSL_ACCESS_KEY", KEY)).expect(0);
    let proxy = file(place.path("proxy.toml"), "proxy = \"http://user:password@127.0.0.1:1\"\n", 0o644);
    Ran::of(list(&proxy, &[]).env("ZEROSSL_ACCESS_KEY", KEY)).expect(2);
}

#[test]
fn a_mistake_in_it_is_named_and_not_quoted() {
    let place = Place::new();
    let broken = format!("timeout = 20\naccess_key = {KEY}\n");
    let config = file(place.path("broken.toml"), &broken, 0o600);
    let ran = Ran::of(&mut list(&config, &[])).expect(2);
    assert!(ran.err.contains("line 2"), "{ran:?}");
    let config = file(place.path("unknown.toml"), "acces_key = \"x\"\n", 0o600);
    let ran = Ran::of(&mut list(&config, &[])).expect(2);
    assert!(ran.err.contains("acces_key") && ran.err.contains("unknown setting"), "{ran:?}");
    Ran::of(&mut program(&["--config", "/nowhere.toml", "list-certificates"])).expect(21);
}
