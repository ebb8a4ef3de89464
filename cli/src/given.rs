//! What was given on the command line, as the JSON that the library takes. The library checks it.

use clap::ArgMatches;
use serde_json::{Map, Value};
use zerossl::{Parameter, ParameterKind};

use crate::arguments::{bare_id, kebab};
use crate::failure::{Failure, Result};
use crate::file_value;

/// Every parameter of the table that was given, or that has a default here.
pub(crate) fn parameters(table: &'static [Parameter], matches: &ArgMatches) -> Result<Map<String, Value>> {
    let mut found = Map::new();
    for parameter in table {
        let bare = bare_id(parameter);
        let ids = [parameter.name, &bare];
        let is_there = |id: &&str| matches.try_contains_id(id).unwrap_or(false);
        if let Some(id) = ids.into_iter().find(is_there)
            && let Some(value) = value(parameter, matches, id)?
        {
            found.insert(parameter.name.to_owned(), value);
        }
    }
    Ok(found)
}

fn value(parameter: &Parameter, matches: &ArgMatches, id: &str) -> Result<Option<Value>> {
    match parameter.kind {
        ParameterKind::Flag => return Ok(matches.get_one::<bool>(id).map(|flag| (*flag).into())),
        ParameterKind::Integer(..) => return Ok(matches.get_one::<u64>(id).map(|number| (*number).into())),
        ParameterKind::Seconds | ParameterKind::Number => {
            return Ok(matches.get_one::<f64>(id).map(|number| (*number).into()));
        }
        _ => {}
    }
    let flag = kebab(parameter.name);
    let texts = || matches.get_many::<String>(id).into_iter().flatten().map(String::as_str);
    let Some(text) = texts().next() else { return Ok(None) };
    Ok(Some(match parameter.kind {
        _ if parameter.secret => file_value::read_secret(&flag, text)?.into(),
        ParameterKind::Csr => file_value::read(text)?.into(),
        ParameterKind::Subject | ParameterKind::Object => json(&flag, &file_value::read(text)?)?,
        ParameterKind::Command => command(&flag, &texts().collect::<Vec<_>>())?,
        ParameterKind::TextList
        | ParameterKind::Domains
        | ParameterKind::DistinctDomains
        | ParameterKind::SomeOf(_) => texts().collect(),
        _ => {
            refuse_user_part(&flag, text)?;
            text.into()
        }
    }))
}

/// A program and its arguments: a JSON list, a text that is split as a shell does, or word by word.
pub(crate) fn command(flag: &str, texts: &[&str]) -> Result<Value> {
    match texts {
        [list] if list.starts_with('[') => json(flag, list),
        [text] => {
            let words = shlex::split(text);
            let words = words.ok_or_else(|| Failure::usage(format!("--{flag}: a quote has no end")))?;
            Ok(words.into())
        }
        words => Ok(words.iter().copied().collect()),
    }
}

fn json(flag: &str, text: &str) -> Result<Value> {
    // The library's own reader would name the whole call.
    serde_json::from_str(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Failure::usage(format!("--{flag}: not JSON ({place})"))
    })
}

/// The user part of a URL is a secret, except the name of a user of a database. The text is not shown.
fn refuse_user_part(flag: &str, text: &str) -> Result<()> {
    let authority = text.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    let is_name_alone = |authority: &str| flag == "store" && !authority.contains(':');
    if authority.is_some_and(|authority| authority.contains('@') && !is_name_alone(authority)) {
        let why = "the user part of a URL on the command line can be seen by every user of the machine";
        return Err(Failure::usage(format!("--{flag}: {why}; put it into the file of `--config`")));
    }
    Ok(())
}
