//! The layout of a struct, as gofmt wants it.

use super::docs::comment;

/// A field of a struct.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) go_type: String,
    /// Its name in JSON, and `,omitempty`.
    pub(super) tag: String,
    pub(super) doc: String,
}

/// A struct with its comment. Between blank lines nothing is aligned.
pub(super) fn declared(name: &str, doc: &str, members: &[Member], more: &str) -> String {
    let fields: Vec<String> = members
        .iter()
        .map(|member| {
            let Member { name, go_type, tag, doc } = member;
            format!("{}\t{name} {go_type} `json:\"{tag}\"`\n", comment(1, doc))
        })
        .chain((!more.is_empty()).then(|| more.to_owned()))
        .collect();
    let head = comment(0, doc);
    if fields.is_empty() {
        return format!("\n{head}type {name} struct{{}}\n");
    }
    format!("\n{head}type {name} struct {{\n{}}}\n", fields.join("\n"))
}
