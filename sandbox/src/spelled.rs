//! Answers with other spellings of names.

use serde_json::{Map, Value};

use crate::quirk::{Effect, Effects};
use crate::spelling::Spelling;

/// How an answer spells its names, and those in its validation values.
pub(crate) struct Spellings {
    names: Vec<Spelling>,
    values: Vec<Spelling>,
    /// Whether a wildcard certificate also names its apex, and whether the apex is a key of its validation
    /// values.
    apex: Option<bool>,
}

impl Spellings {
    /// The spelling for a call, if one of its quirks changes the spelling.
    pub(crate) fn of_call(effects: &Effects) -> Option<Self> {
        let mut all = Self { names: Vec::new(), values: Vec::new(), apex: None };
        for effect in &effects.0 {
            match *effect {
                Effect::SpellNames { spelling } => all.names.push(spelling),
                Effect::SpellValues { spelling } => all.values.push(spelling),
                Effect::WithApex { validation } => all.apex = Some(validation),
                _ => {}
            }
        }
        let is_some = !all.names.is_empty() || !all.values.is_empty() || all.apex.is_some();
        is_some.then_some(all)
    }

    /// The same answer, spelled this way.
    pub(crate) fn of(&self, value: Value) -> Value {
        match value {
            Value::Array(values) => values.into_iter().map(|value| self.of(value)).collect(),
            Value::Object(mut members) => {
                self.add_apex(&mut members);
                members.into_iter().map(|(name, value)| self.member(name, value)).collect()
            }
            value => value,
        }
    }

    fn member(&self, name: String, value: Value) -> (String, Value) {
        let spelled = match (name.as_str(), value) {
            ("common_name", Value::String(text)) => self.name(&text).into(),
            ("additional_domains", Value::String(text)) => {
                text.split(',').map(|name| self.name(name)).collect::<Vec<_>>().join(",").into()
            }
            ("email_validation", Value::Object(members)) => self.by_name(members, |addresses| addresses),
            ("other_methods", Value::Object(members)) => {
                self.by_name(members, |values| self.validation_values(values))
            }
            // In a refusal, or in the status. For a CAA problem it is a list.
            ("details", Value::Object(members)) => self.by_name(members, |found| match found {
                Value::Object(places) => {
                    places.into_iter().map(|(key, found)| (self.place(&key), found)).collect()
                }
                found => found,
            }),
            ("details", Value::Array(names)) => names
                .into_iter()
                .map(|name| name.as_str().map_or(Value::Null, |name| self.name(name).into()))
                .collect(),
            (_, value) => self.of(value),
        };
        (name, spelled)
    }

    fn name(&self, name: &str) -> String {
        spell(&self.names, name)
    }

    fn by_name(&self, members: Map<String, Value>, value: impl Fn(Value) -> Value) -> Value {
        members.into_iter().map(|(name, found)| (self.name(&name), value(found))).collect()
    }

    /// Where the proof was expected: a URL, a name, or another key.
    fn place(&self, key: &str) -> String {
        if key.contains("://") {
            self.url(key)
        } else if key.contains('.') {
            self.name(key)
        } else {
            key.to_owned()
        }
    }

    fn validation_values(&self, values: Value) -> Value {
        let Value::Object(members) = values else {
            return values;
        };
        let value = |(name, value): (String, Value)| {
            let spelled = match (name.as_str(), value) {
                ("file_validation_url_http" | "file_validation_url_https", Value::String(url)) => {
                    self.url(&url).into()
                }
                ("cname_validation_p1" | "cname_validation_p2", Value::String(record)) => {
                    spell(&self.values, &record).into()
                }
                (_, value) => value,
            };
            (name, spelled)
        };
        members.into_iter().map(value).collect()
    }

    /// Only the host is a name.
    fn url(&self, url: &str) -> String {
        let parts = url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('/')?)));
        match parts {
            Some((scheme, (host, path))) => format!("{scheme}://{}/{path}", spell(&self.values, host)),
            None => url.to_owned(),
        }
    }

    /// Adds the apex to a certificate for a wildcard.
    fn add_apex(&self, certificate: &mut Map<String, Value>) {
        let Some(with_values) = self.apex else {
            return;
        };
        let wildcard = certificate.get("common_name").and_then(Value::as_str);
        let Some(wildcard) = wildcard.filter(|name| name.starts_with("*.")).map(str::to_owned) else {
            return;
        };
        let apex = wildcard.trim_start_matches("*.").to_owned();
        if let Some(Value::String(others)) = certificate.get_mut("additional_domains")
            && !others.split(',').any(|name| name == apex)
        {
            *others = if others.is_empty() { apex.clone() } else { format!("{others},{apex}") };
        }
        let validation =
            certificate.get_mut("validation").filter(|_| with_values).and_then(Value::as_object_mut);
        for values in validation.into_iter().flat_map(|methods| methods.values_mut()) {
            if let Some(values) = values.as_object_mut()
                && let Some(value) = values.get(&wildcard).cloned()
            {
                values.insert(apex.clone(), value);
            }
        }
    }
}

fn spell(spellings: &[Spelling], name: &str) -> String {
    spellings.iter().fold(name.to_owned(), |name, spelling| spelling.of(&name))
}
