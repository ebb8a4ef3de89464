//! The ways to prove control of the names, as flags of `obtain`: short forms of its parameter `validation`.

use clap::builder::{PossibleValuesParser, ValueHint};
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use serde_json::{Map, Value, json};

use crate::failure::{Failure, Result};
use crate::given;

const METHOD: &str = "validation_method";
/// The group of all ways.
pub(crate) const GROUP: &str = "ways";
const HEADING: &str = "Control of the names (one of these)";
/// Each way with the method that it has by default, and its flag.
const WAYS: [(&str, &str, &str, ValueHint, &str); 4] = [
    (
        "webroot",
        "HTTP_CSR_HASH",
        "DIR",
        ValueHint::DirPath,
        "Writes files below this folder of a web server; several as DOMAIN=DIR, one for each name",
    ),
    (
        "listen",
        "HTTP_CSR_HASH",
        "ADDRESS:PORT",
        ValueHint::Other,
        "Serves the files itself, for as long as it is needed: `[::]:80`",
    ),
    (
        "hook",
        "CNAME_CSR_HASH",
        "COMMAND",
        ValueHint::CommandString,
        "Runs a program that publishes DNS records: docs/dns.md",
    ),
    (
        "emails",
        "EMAIL",
        "DOMAIN=ADDRESS",
        ValueHint::EmailAddress,
        "Has the service write to these addresses, one for each name; somebody follows the link",
    ),
];

/// Adds the flags. One of them is needed then.
pub(crate) fn add(command: Command) -> Command {
    let ids: Vec<_> = WAYS.iter().map(|way| way.0).collect();
    let command = WAYS.iter().fold(command, |command, (id, _, value, hint, help)| {
        let arg = Arg::new(*id)
            .long(*id)
            .value_name(*value)
            .value_hint(*hint)
            .help(*help)
            .help_heading(HEADING)
            .action(ArgAction::Append)
            .conflicts_with_all(ids.iter().filter(|other| *other != id));
        // A command may hold commas.
        command.arg(if *id == "emails" { arg.value_delimiter(',') } else { arg })
    });
    let methods = ["HTTP_CSR_HASH", "HTTPS_CSR_HASH", "CNAME_CSR_HASH", "EMAIL"];
    let method = Arg::new(METHOD)
        .long("validation-method")
        .value_name("WORD")
        .value_parser(PossibleValuesParser::new(methods))
        .help("The method, where it is not the usual one; CNAME_CSR_HASH alone asks you to make the record")
        .help_heading(HEADING);
    let all = ids.iter().copied().chain(["validation", METHOD]);
    command
        .arg(method)
        .mut_arg("validation", |arg| {
            arg.required(false).help_heading(HEADING).conflicts_with_all(ids.iter().copied().chain([METHOD]))
        })
        .group(ArgGroup::new(GROUP).args(all).multiple(true).required(true))
}

/// The parameter `validation`, unless it was given as a whole.
pub(crate) fn validation(matches: &ArgMatches) -> Result<Option<Value>> {
    let method = matches.get_one::<String>(METHOD);
    let way = WAYS.iter().find(|way| matches.contains_id(way.0));
    let Some((id, default, ..)) = way else { return Ok(method.map(|method| json!({"method": method}))) };
    let texts: Vec<_> = matches.get_many::<String>(id).into_iter().flatten().map(String::as_str).collect();
    let value = match (*id, texts.as_slice()) {
        ("hook", texts) => given::command(id, texts)?,
        ("listen", [address]) => (*address).into(),
        // A path, even with an equals sign in it.
        ("webroot", [folder]) if folder.starts_with(['/', '.']) || !folder.contains('=') => (*folder).into(),
        ("webroot" | "emails", texts) => map(id, texts)?,
        _ => return Err(Failure::usage(format!("--{id}: it is given twice"))),
    };
    Ok(Some(json!({"method": method.map_or(*default, String::as_str), *id: value})))
}

fn map(flag: &str, texts: &[&str]) -> Result<Value> {
    let pairs = texts.iter().map(|text| {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Failure::usage(format!("--{flag}: {text} says nothing about a name; write DOMAIN=VALUE"))
        })?;
        Ok((name.to_owned(), value.into()))
    });
    Ok(Value::Object(pairs.collect::<Result<Map<_, _>>>()?))
}
