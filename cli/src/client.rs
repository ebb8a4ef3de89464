//! The settings of the client: flags, then the environment, then systemd's credential, then the file.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, ValueHint};
use serde_json::{Map, Value};
use zerossl::{Client, ClientBuilder, SETTINGS};

use crate::failure::Result;
use crate::{arguments, config, given};

/// The credential of systemd that holds the access key: `LoadCredential=zerossl-access-key:/etc/zerossl.key`.
const CREDENTIAL: &str = "zerossl-access-key";
/// The two ways to give the access key.
const KEYS: [&str; 2] = ["access_key", "access_key_file"];
const CONFIG: &str = "config";
const HEADING: &str = "Settings of the client";

/// The flags of the settings. They stand before the subcommand, or after it.
pub(crate) fn add_settings(command: Command) -> Command {
    let config = Arg::new(CONFIG)
        .long("config")
        .value_name("FILE")
        .value_hint(ValueHint::FilePath)
        .help("A TOML file with settings, called as in docs/settings.md; with a secret in it, only you may read it")
        .help_heading(HEADING)
        .global(true);
    SETTINGS.iter().fold(command.arg(config), |command, setting| {
        let flag = arguments::flag(setting, SETTINGS).help_heading(HEADING).hide_short_help(true);
        // A secret is known, so that it can be refused; it has better places than the command line.
        command.arg(flag.global(true).hide(setting.secret))
    })
}

/// Makes the client. Nothing is sent.
pub(crate) fn make(matches: &ArgMatches) -> Result<Client> {
    Ok(ClientBuilder::from_json(settings(matches)?)?.build()?)
}

/// Whether the service itself is called, and no sandbox.
pub(crate) fn is_live(matches: &ArgMatches) -> Result<bool> {
    Ok(!settings(matches)?.contains_key("base_url") && !is_set("ZEROSSL_BASE_URL"))
}

fn settings(matches: &ArgMatches) -> Result<Map<String, Value>> {
    let mut settings = given::parameters(SETTINGS, matches)?;
    let file = matches.get_one::<String>(CONFIG).map(|path| config::read(Path::new(path))).transpose()?;
    let (has_key, has_url) =
        (KEYS.iter().any(|name| settings.contains_key(*name)), settings.contains_key("base_url"));
    for (name, value) in file.unwrap_or_default() {
        // A key of either kind on the command line replaces both of the file.
        if has_key && KEYS.contains(&name.as_str()) {
            continue;
        }
        settings.entry(name).or_insert(value);
    }
    // The library looks into the environment itself, where nothing else is given.
    if !has_key {
        if is_set("ZEROSSL_ACCESS_KEY") || is_set("ZEROSSL_ACCESS_KEY_FILE") {
            drop_key(&mut settings);
        } else if let Some(path) = credential() {
            drop_key(&mut settings);
            settings.insert("access_key_file".to_owned(), path.to_string_lossy().into());
        }
    }
    if !has_url && is_set("ZEROSSL_BASE_URL") {
        settings.remove("base_url");
    }
    settings.entry("user_agent").or_insert_with(|| "zerossl".into());
    Ok(settings)
}

fn drop_key(settings: &mut Map<String, Value>) {
    for name in KEYS {
        settings.remove(name);
    }
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn credential() -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var_os("CREDENTIALS_DIRECTORY")?).join(CREDENTIAL);
    path.is_file().then_some(path)
}
