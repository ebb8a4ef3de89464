//! The Java types of parameters and fields.

use zerossl::{Field, FieldKind, Parameter, ParameterKind, Shape};

use crate::generate::words;

/// The type of a parameter.
pub(super) enum Given {
    One(String),
    /// A list of these.
    Many(String),
}

/// The type of a parameter or setting. Each may be null, which is the same as nothing.
pub(super) fn of_parameter(parameter: &Parameter) -> Given {
    let name = match parameter.kind {
        ParameterKind::TextList
        | ParameterKind::Domains
        | ParameterKind::DistinctDomains
        | ParameterKind::Command => return Given::Many("String".to_owned()),
        ParameterKind::SomeOf(_) => return Given::Many(words::name_of(parameter.name)),
        ParameterKind::OneOf(_) => return Given::One(words::name_of(parameter.name)),
        ParameterKind::Subject => "Subject",
        ParameterKind::Integer(..) => "Integer",
        ParameterKind::Seconds => "Duration",
        ParameterKind::Number => "Number",
        ParameterKind::Flag => "Boolean",
        ParameterKind::Object if parameter.name == "validation" => "ValidationWay",
        ParameterKind::Object => "Map<String, ?>",
        _ => "String",
    };
    Given::One(name.to_owned())
}

/// Fields that are more specific than their kind: the shape, the field, the type, how it is read.
const MORE: [(&str, &str, &str, &str); 4] = [
    ("EntrySummary", "last_error", "ZeroSslException", "object(\"last_error\", Kinds::exception)"),
    ("RawAnswer", "http_status", "int", "count(\"http_status\")"),
    ("Renewal", "error", "ZeroSslException", "object(\"error\", Kinds::exception)"),
    ("Zip", "zip", "byte[]", "bytes(\"zip\")"),
];

/// The type of a field, and how `Fields` reads it.
pub(super) fn of_field(shape: &Shape, field: &Field) -> (String, String) {
    if let Some(name) = words::of_field(shape.name, field.name) {
        return (name.to_owned(), format!("word(\"{}\", {name}.values())", field.name));
    }
    if let Some((.., of, read)) = MORE.iter().find(|(of, name, ..)| (*of, *name) == (shape.name, field.name))
    {
        return ((*of).to_owned(), (*read).to_owned());
    }
    let plain =
        |primitive: &str, boxed: &str| if field.required { primitive.to_owned() } else { boxed.to_owned() };
    let (of, method, more) = match field.kind {
        FieldKind::Text | FieldKind::Pem => ("String".to_owned(), "text", String::new()),
        FieldKind::Time => ("Instant".to_owned(), "time", String::new()),
        FieldKind::Flag => (plain("boolean", "Boolean"), "flag", String::new()),
        FieldKind::Count => (plain("int", "Integer"), "count", String::new()),
        FieldKind::Names | FieldKind::Lines => ("List<String>".to_owned(), "names", String::new()),
        FieldKind::Object(of) | FieldKind::ObjectOrNone(of) => {
            (of.name.to_owned(), "object", format!(", {}::from", of.name))
        }
        FieldKind::Objects(of) => (format!("List<{}>", of.name), "objects", format!(", {}::from", of.name)),
        FieldKind::Map(FieldKind::Object(of)) => {
            (format!("Map<String, {}>", of.name), "map", format!(", {}::from", of.name))
        }
        FieldKind::Map(FieldKind::Names | FieldKind::Lines) => {
            ("Map<String, List<String>>".to_owned(), "lists", String::new())
        }
        FieldKind::Map(_) => ("Map<String, String>".to_owned(), "texts", String::new()),
        _ => ("Object".to_owned(), "any", String::new()),
    };
    (of, format!("{method}(\"{}\"{more})", field.name))
}
