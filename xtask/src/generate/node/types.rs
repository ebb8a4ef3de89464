//! The TypeScript types of parameters and fields.

use zerossl::{Field, FieldKind, Parameter, ParameterKind};

/// The type of a parameter that is given.
pub(super) fn of_parameter(parameter: &Parameter) -> String {
    match parameter.kind {
        ParameterKind::TextList
        | ParameterKind::Domains
        | ParameterKind::DistinctDomains
        | ParameterKind::Command => "readonly string[]".to_owned(),
        ParameterKind::Subject => "Subject".to_owned(),
        ParameterKind::OneOf(words) => union(words),
        ParameterKind::SomeOf(words) => format!("readonly ({})[]", union(words)),
        ParameterKind::Integer(..) | ParameterKind::Seconds | ParameterKind::Number => "number".to_owned(),
        ParameterKind::Flag => "boolean".to_owned(),
        ParameterKind::Object if parameter.name == "validation" => "ValidationWay".to_owned(),
        ParameterKind::Object if parameter.name == "query" => {
            "Readonly<Record<string, string | number | boolean>>".to_owned()
        }
        ParameterKind::Object => "Readonly<Record<string, unknown>>".to_owned(),
        _ => "string".to_owned(),
    }
}

fn union(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" | ")
}

/// The bytes that travel as base64.
pub(super) const BYTES: [(&str, &str); 1] = [("Zip", "zip")];

/// Fields that are always there, since they are made here.
const MADE_HERE: [(&str, &str, &str); 4] = [
    ("GeneratedCsr", "csr", "string"),
    ("Obtained", "outcome", "string"),
    ("Download", "fullchain", "string"),
    ("RawAnswer", "http_status", "number"),
];

/// The type of a field.
pub(super) fn of_field(shape: &str, field: &Field) -> String {
    if BYTES.contains(&(shape, field.name)) {
        return "Uint8Array".to_owned();
    }
    if let Some((.., kind)) = MADE_HERE.iter().find(|(of, name, _)| (*of, *name) == (shape, field.name)) {
        return (*kind).to_owned();
    }
    let or_none = |name: &str| if field.required { name.to_owned() } else { format!("{name} | null") };
    match field.kind {
        FieldKind::Text | FieldKind::Pem => or_none("string"),
        FieldKind::Time => "string | null".to_owned(),
        FieldKind::Flag => or_none("boolean"),
        FieldKind::Count => or_none("number"),
        FieldKind::Names | FieldKind::Lines => "string[]".to_owned(),
        FieldKind::Object(of) => of.name.to_owned(),
        FieldKind::ObjectOrNone(of) => format!("{} | null", of.name),
        FieldKind::Objects(of) => format!("{}[]", of.name),
        FieldKind::Map(FieldKind::Object(of)) => format!("Record<string, {}>", of.name),
        FieldKind::Map(FieldKind::Names | FieldKind::Lines) => "Record<string, string[]>".to_owned(),
        FieldKind::Map(_) => "Record<string, string>".to_owned(),
        _ => "unknown".to_owned(),
    }
}
