//! `kinds_gen.go`: the kinds of errors, and the version that the package belongs to.

use zerossl::{Kind, VERSION};

use super::docs::comment;
use super::names::exported;

pub(super) fn text() -> String {
    let kinds: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| {
            let name = format!("Err{}", exported(kind.name()));
            format!("{}\t{name} Kind = \"{}\"\n", comment(1, kind.meaning()), kind.name())
        })
        .collect();
    let width = Kind::ALL.iter().map(|kind| exported(kind.name()).len()).max().unwrap_or_default();
    let codes: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| {
            let name = exported(kind.name());
            format!("\tErr{name}:{:space$} {},\n", "", kind.code(), space = width - name.len())
        })
        .collect();
    format!(
        "\n// Version is the version of this package, and of the C library that it was made for.\n\
         const Version = \"{VERSION}\"\n\n\
         // The kinds of errors: errors.Is(err, zerossl.ErrRateLimited).\nconst (\n{})\n\n\
         // The numbers of the kinds.\nvar codes = map[Kind]int{{\n{}}}\n",
        kinds.join("\n"),
        codes.concat()
    )
}
