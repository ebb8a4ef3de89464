//! The Python types of parameters and fields.

use zerossl::{Field, FieldKind, Parameter, ParameterKind};

use super::words;

/// The type of a parameter that is given.
pub(super) fn of_parameter(parameter: &Parameter) -> String {
    match parameter.kind {
        ParameterKind::TextList => "Iterable[str]".to_owned(),
        // No sets: the order matters.
        ParameterKind::Domains | ParameterKind::DistinctDomains => "Sequence[str] | Iterator[str]".to_owned(),
        ParameterKind::Command => "Sequence[str | os.PathLike[str]]".to_owned(),
        ParameterKind::Csr | ParameterKind::PrivateKey => "str | bytes".to_owned(),
        ParameterKind::Subject => "Mapping[str, str]".to_owned(),
        ParameterKind::OneOf(list) => words::name_of(list),
        ParameterKind::SomeOf(list) => format!("Iterable[{}]", words::name_of(list)),
        ParameterKind::Integer(..) => "int".to_owned(),
        ParameterKind::Seconds => "float | timedelta".to_owned(),
        ParameterKind::Number => "float".to_owned(),
        ParameterKind::Flag => "bool".to_owned(),
        ParameterKind::Object if parameter.name == "query" => "Mapping[str, str | float | bool]".to_owned(),
        ParameterKind::Object => "Mapping[str, Any]".to_owned(),
        ParameterKind::Folder | ParameterKind::File => "str | os.PathLike[str]".to_owned(),
        _ => "str".to_owned(),
    }
}

/// Whether it names a file or folder.
pub(super) fn is_path(parameter: &Parameter) -> bool {
    matches!(parameter.kind, ParameterKind::Folder | ParameterKind::File)
}

/// The Python type of a field, where it is more specific than its kind.
const MORE: [(&str, &str, &str, &str); 11] = [
    ("Zip", "zip", "bytes", "bytes"),
    ("Certificate", "type", "CertificateType | str | None", ""),
    ("Certificate", "status", "Status | str | None", ""),
    ("Certificate", "validation_type", "ValidationMethod | str | None", ""),
    ("Obtained", "outcome", "Outcome | str", ""),
    ("ObtainFinding", "stage", "Stage | str", ""),
    ("ObtainFinding", "level", "FindingLevel | str", ""),
    ("Renewal", "outcome", "Outcome | str | None", ""),
    ("Renewal", "error", "Mapping[str, Any] | None", ""),
    // It was created here, so it always exists.
    ("Download", "fullchain", "str", ""),
    ("RawAnswer", "http_status", "int", ""),
];

/// The type of a field, how it is read, and the class of what is in it.
pub(super) fn of_field(shape: &str, field: &Field) -> (String, &'static str, Option<&'static str>) {
    if let Some((_, _, annotation, kind)) =
        MORE.iter().find(|(of, name, _, _)| *of == shape && *name == field.name)
    {
        return ((*annotation).to_owned(), kind, None);
    }
    let or_none = |name: &str| if field.required { name.to_owned() } else { format!("{name} | None") };
    match field.kind {
        FieldKind::Text if shape == "GeneratedCsr" && !field.secret => ("str".to_owned(), "", None),
        FieldKind::Text | FieldKind::Pem => (or_none("str"), "", None),
        FieldKind::Time => ("datetime | str | None".to_owned(), "time", None),
        FieldKind::Flag => (or_none("bool"), "", None),
        FieldKind::Count => (or_none("int"), "", None),
        FieldKind::Names | FieldKind::Lines => ("Sequence[str]".to_owned(), "list", None),
        FieldKind::Object(of) => (of.name.to_owned(), "", Some(of.name)),
        FieldKind::ObjectOrNone(of) => (format!("{} | None", of.name), "optional", Some(of.name)),
        FieldKind::Objects(of) => (format!("Sequence[{}]", of.name), "list", Some(of.name)),
        FieldKind::Map(FieldKind::Object(of)) => {
            (format!("Mapping[str, {}]", of.name), "dict", Some(of.name))
        }
        FieldKind::Map(FieldKind::Names | FieldKind::Lines) => {
            ("Mapping[str, Sequence[str]]".to_owned(), "dict", None)
        }
        FieldKind::Map(_) => ("Mapping[str, str]".to_owned(), "dict", None),
        _ => ("Any".to_owned(), "", None),
    }
}
