//! The Go types of parameters and fields.

use zerossl::{Field, FieldKind, Parameter, ParameterKind};

use super::names;
use crate::generate::words;

/// Flags and times for which the zero value means the same as none. Others are pointers, as for them false or 0 is
/// something else than the default.
const ZERO_IS_NONE: [&str; 11] = [
    "abandon",
    "clock_offset",
    "connect_timeout",
    "deadline",
    "force",
    "include_cross_signed",
    "offline",
    "poll_interval",
    "revoke",
    "rollback",
    "timeout",
];

/// The type of a parameter or setting.
pub(super) fn of_parameter(parameter: &Parameter) -> String {
    let is_plain = parameter.required || ZERO_IS_NONE.contains(&parameter.name);
    let plain = |name: &str| if is_plain { name.to_owned() } else { format!("*{name}") };
    match parameter.kind {
        ParameterKind::TextList
        | ParameterKind::Domains
        | ParameterKind::DistinctDomains
        | ParameterKind::Command => "[]string".to_owned(),
        ParameterKind::PrivateKey => "Secret".to_owned(),
        ParameterKind::Subject => "*Subject".to_owned(),
        ParameterKind::OneOf(_) => words::name_of(parameter.name),
        ParameterKind::SomeOf(_) => format!("[]{}", words::name_of(parameter.name)),
        ParameterKind::Integer(1.., _) => "int".to_owned(),
        ParameterKind::Integer(..) => plain("int"),
        ParameterKind::Seconds => plain("time.Duration"),
        ParameterKind::Number => plain("float64"),
        ParameterKind::Flag => plain("bool"),
        ParameterKind::Object if parameter.name == "validation" => "ObtainValidation".to_owned(),
        ParameterKind::Object => "map[string]any".to_owned(),
        _ => "string".to_owned(),
    }
}

/// The type of a field, where it is more specific than its kind.
const MORE: [(&str, &str, &str); 5] = [
    ("EntrySummary", "last_error", "*Error"),
    ("RawAnswer", "body", "json.RawMessage"),
    ("RawAnswer", "http_status", "int"),
    ("Renewal", "error", "*Error"),
    ("Zip", "zip", "[]byte"),
];

/// The type of a field. A text that is absent is "": the service has no empty texts.
pub(super) fn of_field(shape: &str, field: &Field) -> String {
    if let Some(found) = words::of_field(shape, field.name) {
        return found.to_owned();
    }
    if let Some((_, _, found)) = MORE.iter().find(|(of, name, _)| *of == shape && *name == field.name) {
        return (*found).to_owned();
    }
    let or_none = |name: &str| if field.required { name.to_owned() } else { format!("*{name}") };
    match field.kind {
        FieldKind::Text if field.secret => "Secret".to_owned(),
        FieldKind::Text | FieldKind::Pem => "string".to_owned(),
        FieldKind::Time => "time.Time".to_owned(),
        FieldKind::Flag => or_none("bool"),
        FieldKind::Count => or_none("int"),
        kind => of_kind(kind),
    }
}

fn of_kind(kind: FieldKind) -> String {
    match kind {
        FieldKind::Text => "string".to_owned(),
        FieldKind::Names | FieldKind::Lines => "[]string".to_owned(),
        FieldKind::Object(shape) => names::exported(shape.name),
        FieldKind::ObjectOrNone(shape) => format!("*{}", names::exported(shape.name)),
        FieldKind::Objects(shape) => format!("[]{}", names::exported(shape.name)),
        FieldKind::Map(kind) => format!("map[string]{}", of_kind(*kind)),
        _ => "json.RawMessage".to_owned(),
    }
}
