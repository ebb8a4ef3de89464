//! The subject of a CSR besides its CN, checked before it is used.

use serde_json::{Map, Value};

use super::table::Parameter;
use super::table::ParameterKind::{Country, Text};
use crate::error::{Error, Result};

/// The members. Their maximum lengths: RFC 5280, appendix A.1.
pub(crate) const MEMBERS: [(Parameter, usize); 5] = [
    (
        Parameter::optional(
            "country",
            Country,
            "Two letters (ISO 3166-1); `US` if absent, `\"\"` leaves it out. The service refused CSRs without one in 2026.",
        ),
        2,
    ),
    (Parameter::optional("state", Text, "State or province."), 128),
    (Parameter::optional("locality", Text, "Town."), 128),
    (Parameter::optional("organization", Text, "Organization; a DV certificate does not show it."), 64),
    (Parameter::optional("organizational_unit", Text, "Part of the organization."), 64),
];

pub(super) fn check(name: &str, given: &Map<String, Value>) -> Result<Value> {
    let mut checked = Map::new();
    for (member, value) in given {
        let place = format!("{name}.{}", shown(member));
        let Some((known, max_len)) = MEMBERS.iter().find(|(known, _)| known.name == member) else {
            let known: Vec<_> = MEMBERS.iter().map(|(known, _)| known.name).collect();
            return Err(Error::invalid(
                place,
                format!("unknown member; known ones are {}", known.join(", ")),
            ));
        };
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.trim(),
            _ => return Err(Error::invalid(place, known.kind.expected())),
        };
        let text = match known.kind {
            Country if is_country(text) => text.to_ascii_uppercase(),
            Text if !text.is_empty()
                && text.chars().count() <= *max_len
                && !text.contains(char::is_control) =>
            {
                text.to_owned()
            }
            Text => {
                let why = format!("expected a text of 1 to {max_len} characters, on one line");
                return Err(Error::invalid(place, why));
            }
            kind => return Err(Error::invalid(place, kind.expected())),
        };
        checked.insert(member.clone(), text.into());
    }
    Ok(checked.into())
}

fn is_country(text: &str) -> bool {
    text.is_empty() || (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

fn shown(member: &str) -> String {
    member.chars().filter(|c| !c.is_control()).take(60).collect()
}
