//! An exception for each kind of error.

use zerossl::Kind;

use super::docs::{comment, exception};
use super::source::Source;
use crate::generate::kinds::parent;
use crate::generate::text::camel;

/// What a kind adds: the kind, the type of the member, its name, how it is read, its documentation.
const OWN: [(&str, &str, &str, &str, &str); 3] = [
    (
        "validation",
        "Map<String, DomainProblem>",
        "domains",
        "map(\"domains\", DomainProblem::from)",
        "for each name that failed, what was expected where, and what was found",
    ),
    ("storage", "String", "path", "text(\"path\")", "the file or folder"),
    (
        "ambiguous",
        "List<Certificate>",
        "candidates",
        "objects(\"candidates\", Certificate::from)",
        "the orders that may be this one; give the {@code id} of one as {@code adopt}",
    ),
];

const TABLE: &str = "\
/** The exception of each kind. */
final class Kinds {
    private Kinds() {}

    static ZeroSslException exception(Fields fields) {
        return switch (fields.kind()) {
ROWS            default -> new ZeroSslException(fields);
        };
    }
}
";

pub(super) fn sources() -> Vec<Source> {
    let mut sources: Vec<Source> =
        Kind::ALL.iter().map(|kind| Source { name: exception(kind.name()), text: class(*kind) }).collect();
    sources.push(Source { name: "Kinds".to_owned(), text: table() });
    sources
}

fn class(kind: Kind) -> String {
    let name = exception(kind.name());
    let base = parent(kind.name()).map_or_else(|| "ZeroSslException".to_owned(), exception);
    let is_final = Kind::ALL.iter().all(|other| parent(other.name()) != Some(kind.name()));
    let modifier = if is_final { "final " } else { "" };
    let (mut members, mut read, mut methods) = (String::new(), String::new(), String::new());
    let mut tags = Vec::new();
    for (_, of, member, how, what) in OWN.iter().filter(|(of, ..)| *of == kind.name()) {
        // Collections of records cannot be serialized.
        let transient = if *of == "String" { "" } else { "transient " };
        tags = vec!["@serial exclude".to_owned()];
        members = format!("    private final {transient}{of} {member};\n");
        read = format!("        {member} = fields.{how};\n");
        methods = format!(
            "\n{}    public {of} {}() {{\n        return {member};\n    }}\n",
            comment(4, &format!("{{@return {what}}}"), &[]),
            camel(member)
        );
    }
    let doc = comment(0, &format!("{} Number {}.", kind.meaning(), kind.code()), &tags);
    format!(
        "{doc}public {modifier}class {name} extends {base} {{\n    private static final long serialVersionUID = 1;\n\
         {members}\n    {name}(Fields fields) {{\n        super(fields);\n{read}    }}\n{methods}}}\n"
    )
}

fn table() -> String {
    let row = |kind: &Kind| {
        format!("            case \"{}\" -> new {}(fields);\n", kind.name(), exception(kind.name()))
    };
    let rows: Vec<String> = Kind::ALL.iter().map(row).collect();
    TABLE.replace("ROWS", &rows.concat())
}
