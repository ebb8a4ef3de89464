//! `errors.ts`: a class for each kind of error.

use zerossl::Kind;

use super::names::comment;
use crate::generate::kinds::parent;
use crate::generate::text::pascal;

/// What a kind adds: the kind, the member, its type, its documentation.
const OWN: [(&str, &str, &str, &str); 4] = [
    (
        "invalid_argument",
        "parameter",
        "string | null",
        "The parameter or setting, with a position inside it where that helps: `domains[2]`.",
    ),
    (
        "validation",
        "domains",
        "Record<string, DomainProblem>",
        "For each name that failed, what was expected where, and what was found.",
    ),
    ("storage", "path", "string | null", "The file or folder."),
    (
        "ambiguous",
        "candidates",
        "Record<string, unknown>[]",
        "The orders that may be this one, as the library reports them; give the `id` of one as `adopt`.",
    ),
];

const ABORTED: &str = r#"  /** As in Node's own errors after an abort. */
  override readonly name = "AbortError";
"#;

const HEAD: &str = r#"import { ZeroSslError } from "./error.js";
import type { DomainProblem, Kinds } from "./error.js";
"#;

pub(super) fn text() -> String {
    let mut kinds = Kind::ALL.to_vec();
    // A class comes after its parent.
    kinds.sort_by_key(|kind| parent(kind.name()).is_some());
    let classes: String = kinds.into_iter().map(class).collect();
    let table: Vec<String> =
        Kind::ALL.iter().map(|kind| format!("  {}: {},\n", kind.name(), class_of(kind.name()))).collect();
    format!(
        "{HEAD}{classes}\n/** The class of each kind. */\nexport const KINDS: Kinds = {{\n{}}};\n",
        table.concat()
    )
}

fn class_of(kind: &str) -> String {
    format!("{}Error", pascal(kind))
}

fn class(kind: Kind) -> String {
    let base = parent(kind.name()).map_or_else(|| "ZeroSslError".to_owned(), class_of);
    let own = OWN.iter().filter(|(of, ..)| *of == kind.name());
    let members: Vec<String> = own
        .map(|(_, name, of, doc)| format!("{}  declare readonly {name}: {of};\n", comment(2, doc)))
        .collect();
    let members = if kind.name() == "cancelled" { ABORTED.to_owned() } else { members.concat() };
    let body = if members.is_empty() { " {}".to_owned() } else { format!(" {{\n{members}}}") };
    let doc = comment(0, &format!("{} Number {}.", kind.meaning(), kind.code()));
    format!("\n{doc}export class {} extends {base}{body}\n", class_of(kind.name()))
}
