//! The tables as JSON Schemas (draft 2020-12): the parameters and answer of every operation, for tools and generators.

use serde_json::{Map, Value, json};

use crate::error::{CODES, Kind};
use crate::operation::Operation;
use crate::operations::OPERATIONS;
use crate::parameter::{Parameter, ParameterKind, path, subject};
use crate::settings::SETTINGS;
use crate::shape::{Field, FieldKind, Shape};

/// The whole library as one JSON object: `version`, `settings`, `operations`, `errors`, `api_errors`.
#[must_use]
pub fn describe() -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "settings": parameters_schema(SETTINGS),
        "operations": OPERATIONS.iter().map(|operation| describe_operation(operation)).collect::<Vec<_>>(),
        "errors": Kind::ALL.iter().map(|kind| json!({"code": kind.code(), "kind": kind.name()})).collect::<Vec<_>>(),
        "api_errors": CODES
            .iter()
            .map(|known| json!({"code": known.code, "type": known.api_type, "meaning": known.meaning}))
            .collect::<Vec<_>>(),
    })
}

fn describe_operation(operation: &Operation) -> Value {
    json!({
        "name": operation.name,
        "summary": operation.summary,
        "source": operation.source,
        "parameters": parameters_schema(operation.parameters),
        "answer": object_schema(operation.answer),
    })
}

fn parameters_schema(parameters: &[Parameter]) -> Value {
    let members: Map<_, _> = parameters
        .iter()
        .map(|parameter| {
            let mut schema = documented(parameter_schema(parameter.kind), parameter.doc);
            if parameter.secret {
                schema["format"] = "password".into();
            }
            (parameter.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<_> =
        parameters.iter().filter(|parameter| parameter.required).map(|parameter| parameter.name).collect();
    json!({"type": "object", "properties": members, "required": required, "additionalProperties": false})
}

fn parameter_schema(kind: ParameterKind) -> Value {
    match kind {
        ParameterKind::Text | ParameterKind::Id | ParameterKind::Csr | ParameterKind::PrivateKey => {
            json!({"type": "string", "minLength": 1})
        }
        ParameterKind::Folder | ParameterKind::File => {
            json!({"type": "string", "minLength": 1, "maxLength": path::MAX})
        }
        ParameterKind::TextList | ParameterKind::Domains | ParameterKind::DistinctDomains => {
            json!({"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1})
        }
        ParameterKind::Command => json!({"type": "array", "items": {"type": "string"}, "minItems": 1}),
        ParameterKind::OneOf(words) => json!({"enum": words}),
        ParameterKind::SomeOf(words) => json!({"type": "array", "items": {"enum": words}, "minItems": 1}),
        ParameterKind::Integer(least, u64::MAX) => json!({"type": "integer", "minimum": least}),
        ParameterKind::Integer(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        ParameterKind::Seconds | ParameterKind::Number => json!({"type": "number", "minimum": 0}),
        ParameterKind::Flag => json!({"type": "boolean"}),
        ParameterKind::Object => json!({"type": "object"}),
        ParameterKind::Subject => {
            let members: Map<_, _> = subject::MEMBERS
                .iter()
                .map(|(member, _)| {
                    (member.name.to_owned(), documented(parameter_schema(member.kind), member.doc))
                })
                .collect();
            json!({"type": "object", "properties": members, "additionalProperties": false})
        }
        ParameterKind::Country => json!({"type": "string", "pattern": "^([A-Za-z]{2})?$"}),
    }
}

/// Documented fields are always present. Unknown ones may follow.
fn object_schema(shape: &Shape) -> Value {
    let fields: Map<_, _> =
        shape.fields.iter().map(|field| (field.name.to_owned(), describe_field(field))).collect();
    let names: Vec<_> = shape.fields.iter().map(|field| field.name).collect();
    json!({"title": shape.name, "type": "object", "properties": fields, "required": names})
}

fn describe_field(field: &Field) -> Value {
    let mut schema = documented(field_schema(field.kind, field.required), field.doc);
    if field.secret {
        schema["format"] = "password".into();
    }
    schema
}

fn field_schema(kind: FieldKind, required: bool) -> Value {
    let scalar = |name: &str| if required { json!({"type": name}) } else { json!({"type": [name, "null"]}) };
    match kind {
        FieldKind::Text | FieldKind::Pem => scalar("string"),
        FieldKind::Time => json!({"type": ["string", "null"], "format": "date-time"}),
        FieldKind::Flag => scalar("boolean"),
        FieldKind::Count => scalar("integer"),
        FieldKind::Names | FieldKind::Lines => json!({"type": "array", "items": {"type": "string"}}),
        FieldKind::Object(shape) => object_schema(shape),
        FieldKind::ObjectOrNone(shape) => json!({"anyOf": [object_schema(shape), {"type": "null"}]}),
        FieldKind::Objects(shape) => json!({"type": "array", "items": object_schema(shape)}),
        FieldKind::Map(kind) => json!({"type": "object", "additionalProperties": field_schema(*kind, true)}),
        FieldKind::Any => json!({}),
    }
}

fn documented(mut schema: Value, doc: &str) -> Value {
    schema["description"] = doc.into();
    schema
}
