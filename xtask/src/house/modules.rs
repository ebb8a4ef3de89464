//! Imports between the files of a crate have no cycles: no file imports, directly or indirectly, a file that
//! imports it.
//!
//! An import is a `use`, or a path in the code, that leads to another file of the crate. A `mod` line is not
//! an import. Imports in tests do not count.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;
use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, ItemUse, UseTree};

use crate::files;
use crate::top::top;

const CRATES: [&str; 6] = ["cli", "core", "ffi", "python", "sandbox", "xtask"];

/// JSON is recursive: values in objects in values.
const NATURAL: [(&str, &str, &str); 1] = [("core", "reading::object", "reading::value")];

pub(crate) fn problems() -> Vec<String> {
    CRATES.into_iter().flat_map(problems_of).collect()
}

fn problems_of(name: &str) -> Vec<String> {
    let sources = sources(name);
    let modules: BTreeSet<String> = sources.keys().cloned().collect();
    let mut problems = Vec::new();
    let mut edges = BTreeSet::new();
    for (module, path) in &sources {
        match std::fs::read_to_string(path)
            .map_err(|error| error.to_string())
            .and_then(|text| syn::parse_file(&text).map_err(|error| error.to_string()))
        {
            Ok(file) => {
                let mut imports = Imports { module, modules: &modules, found: BTreeSet::new() };
                imports.visit_file(&file);
                edges.extend(imports.found.into_iter().map(|found| (module.clone(), found)));
            }
            Err(error) => problems.push(format!("{}: {error}", path.display())),
        }
    }
    let graph: DiGraphMap<&str, ()> = edges.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    for mut ring in tarjan_scc(&graph).into_iter().filter(|ring| ring.len() > 1) {
        ring.sort_unstable();
        if !NATURAL.iter().any(|(crate_name, one, other)| *crate_name == name && ring == [*one, *other]) {
            problems.push(format!("{name}: these files import each other in a ring: {}", ring.join(", ")));
        }
    }
    problems
}

/// The files of a crate by their modules, without tests.
fn sources(name: &str) -> BTreeMap<String, PathBuf> {
    let folder = top().join(name).join("src");
    let of = |path: PathBuf| {
        let relative = path.strip_prefix(&folder).ok()?.with_extension("");
        let mut segments: Vec<_> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if segments.last().is_some_and(|last| last == "mod") || segments == ["lib"] || segments == ["main"] {
            segments.pop();
        }
        let is_test = segments.iter().any(|segment| segment == "tests");
        (!is_test).then(|| (segments.join("::"), path))
    };
    files::below(&folder, "rs").into_iter().filter_map(of).collect()
}

struct Imports<'a> {
    module: &'a str,
    modules: &'a BTreeSet<String>,
    found: BTreeSet<String>,
}

impl Imports<'_> {
    /// Records the file that a path leads to.
    fn note(&mut self, path: &[String]) {
        let mut at: Vec<&str> = self.module.split("::").filter(|segment| !segment.is_empty()).collect();
        let mut rest = path;
        match path.first().map(String::as_str) {
            Some("crate") => {
                at.clear();
                rest = &path[1..];
            }
            Some("self") => rest = &path[1..],
            Some("super") => {
                while let Some(("super", after)) =
                    rest.split_first().map(|(first, after)| (first.as_str(), after))
                {
                    at.pop();
                    rest = after;
                }
            }
            Some(first) if self.modules.contains(&joined(&at, first)) => {}
            _ => return,
        }
        for segment in rest {
            if !self.modules.contains(&joined(&at, segment)) {
                break;
            }
            at.push(segment);
        }
        let target = at.join("::");
        if target != self.module {
            self.found.insert(target);
        }
    }

    fn note_tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |ident: &syn::Ident| [before, &[ident.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.note_tree(&with(&path.ident), &path.tree),
            UseTree::Name(name) => self.note(&with(&name.ident)),
            UseTree::Rename(rename) => self.note(&with(&rename.ident)),
            UseTree::Glob(_) => self.note(before),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.note_tree(before, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Imports<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !is_for_tests(&item.attrs) {
            self.note_tree(&[], &item.tree);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    /// Who may see something is no import: `pub(in crate::generate)`.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.note(&segments);
        }
        visit::visit_path(self, path);
    }
}

fn joined(at: &[&str], segment: &str) -> String {
    [at, &[segment]].concat().join("::")
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}
