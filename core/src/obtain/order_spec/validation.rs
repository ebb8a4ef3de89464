//! The parameter `validation`: the method, and one way to publish.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::endpoints::ValidationMethod;
use crate::error::{Error, Result};
use crate::obtain::publish::{Publisher, Webroots};
use crate::parameter::domain::normalize;
use crate::parameter::path;

/// The parameter `validation`.
pub(super) struct ValidationSpec {
    pub(super) method: ValidationMethod,
    pub(super) publisher: Publisher,
    pub(super) emails: Vec<String>,
}

/// The same with absolute paths: `renew_all` may run in another folder.
pub(super) fn absolute(mut given: Map<String, Value>) -> Map<String, Value> {
    match given.get_mut("webroot") {
        Some(Value::Object(folders)) => folders.values_mut().for_each(make_absolute),
        Some(folder) => make_absolute(folder),
        None => {}
    }
    if let Some(hook) = given.get_mut("hook") {
        absolute_command(hook);
    }
    given
}

/// Makes the program of a command absolute, unless it is a name that is searched in `PATH`.
pub(super) fn absolute_command(command: &mut Value) {
    let program = command.as_array_mut().and_then(|words| words.first_mut());
    if let Some(program) = program.filter(|program| program.as_str().is_some_and(|path| path.contains('/'))) {
        make_absolute(program);
    }
}

/// If it is not a path, or cannot be text when absolute, it is not changed. It is refused where it is used.
pub(super) fn make_absolute(path: &mut Value) {
    let absolute = path.as_str().and_then(|path| std::path::absolute(path).ok());
    if let Some(absolute) = absolute.and_then(|path| path.into_os_string().into_string().ok()) {
        *path = absolute.into();
    }
}

/// The members of the parameter.
const ALLOWED_MEMBERS: [&str; 5] = ["method", "webroot", "listen", "hook", "emails"];

impl ValidationSpec {
    pub(super) fn read(given: &Map<String, Value>, domains: &[String]) -> Result<Self> {
        if let Some(unknown) = given.keys().find(|name| !ALLOWED_MEMBERS.contains(&name.as_str())) {
            let shown: String = unknown.chars().filter(|c| !c.is_control()).take(60).collect();
            let why = format!("unknown member; known ones are {}", ALLOWED_MEMBERS.join(", "));
            return Err(Error::invalid(format!("validation.{shown}"), why));
        }
        let Some(method) = given.get("method").and_then(Value::as_str).and_then(ValidationMethod::from_word)
        else {
            let why = format!("expected one of {}", ValidationMethod::WORDS.join(", "));
            return Err(Error::invalid("validation.method", why));
        };
        let ways: Vec<_> =
            given.iter().filter(|(name, value)| *name != "method" && !value.is_null()).collect();
        if let [_, (second, _), ..] = ways[..] {
            return Err(Error::invalid(
                format!("validation.{second}"),
                "there is a way to publish already; give one of webroot, listen, hook",
            ));
        }
        let (publisher, emails) = match (ways.first().map(|(name, value)| (name.as_str(), *value)), method) {
            (Some(("emails", value)), ValidationMethod::Email) => {
                (Publisher::Nothing, emails(value, domains)?)
            }
            (_, ValidationMethod::Email) => {
                return Err(Error::invalid(
                    "validation.emails",
                    "expected a map from each name to the address that the mail is to go to",
                ));
            }
            (None, _) => (Publisher::Caller, Vec::new()),
            (Some(("hook", value)), _) => (Publisher::Hook(command(value)?), Vec::new()),
            (Some(("webroot", value)), ValidationMethod::Http | ValidationMethod::Https) => {
                (Publisher::Webroot(webroots(value)?), Vec::new())
            }
            (Some(("listen", value)), ValidationMethod::Http) => (listen(value)?, Vec::new()),
            (Some((name, _)), _) => {
                return Err(Error::invalid(
                    format!("validation.{name}"),
                    format!("it does not go with the method {method}"),
                ));
            }
        };
        Ok(Self { method, publisher, emails })
    }
}

fn emails(value: &Value, domains: &[String]) -> Result<Vec<String>> {
    let place = |name: &str| format!("validation.emails.{name}");
    let given = value
        .as_object()
        .ok_or_else(|| Error::invalid("validation.emails", "expected a map from each name to an address"))?;
    let mut by_domain = BTreeMap::new();
    for (name, address) in given {
        let domain = normalize(name).map_err(|why| Error::invalid(place(name), why))?;
        let address = address.as_str().filter(|text| {
            text.split_once('@').is_some_and(|(local, host)| !local.is_empty() && host.contains('.'))
                && !text.contains(|c: char| c == ',' || c.is_whitespace() || c.is_control())
        });
        let Some(address) = address else {
            return Err(Error::invalid(place(name), "expected one e-mail address as text"));
        };
        by_domain.insert(domain, address.to_owned());
    }
    if let Some(stranger) = by_domain.keys().find(|name| !domains.contains(name)) {
        return Err(Error::invalid(place(stranger), "it is not among `domains`"));
    }
    domains
        .iter()
        .map(|domain| {
            by_domain.remove(domain).ok_or_else(|| {
                Error::invalid("validation.emails", format!("there is no address for `{domain}`"))
            })
        })
        .collect()
}

fn command(value: &Value) -> Result<Vec<String>> {
    let arguments: Option<Vec<String>> = value
        .as_array()
        .and_then(|list| list.iter().map(|argument| argument.as_str().map(str::to_owned)).collect());
    arguments
        .filter(|list| {
            list.first().is_some_and(|program| !program.is_empty())
                && list.iter().all(|argument| !argument.contains('\0'))
        })
        .ok_or_else(|| {
            Error::invalid("validation.hook", "expected a list of texts: a program and its arguments")
        })
}

fn webroots(value: &Value) -> Result<Webroots> {
    let wrong = || {
        let why = path::expected("folder");
        Error::invalid("validation.webroot", format!("{why}, or a map from names to such paths"))
    };
    let path = |value: &Value| {
        let text = value.as_str().filter(|text| path::is_possible(text));
        text.and_then(|text| std::path::absolute(text).ok()).ok_or_else(wrong)
    };
    match value {
        Value::Object(given) => {
            let mut by_domain = BTreeMap::new();
            for (name, folder) in given {
                let domain = normalize(name)
                    .map_err(|why| Error::invalid(format!("validation.webroot.{name}"), why))?;
                by_domain.insert(domain, path(folder)?);
            }
            Ok(Webroots { all: None, by_domain })
        }
        folder => Ok(Webroots { all: Some(path(folder)?), by_domain: BTreeMap::new() }),
    }
}

fn listen(value: &Value) -> Result<Publisher> {
    value.as_str().and_then(|text| text.parse().ok()).map(Publisher::listen).ok_or_else(|| {
        Error::invalid(
            "validation.listen",
            "expected an address and a port, such as `0.0.0.0:80` or `[::]:80`",
        )
    })
}
