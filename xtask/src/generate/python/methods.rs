//! `operations.py` and `obtaining.py`: a method for each operation.

use zerossl::{OPERATIONS, Operation, Parameter};

use super::docstrings::{self, Argument};
use super::layout::{COLUMNS, bracketed, row};
use super::note::NOTE;
use super::own::{OWN, more};
use super::{types, words};

/// Which operations a file holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The operations that are one call.
    Calls,
    /// The operations that keep a folder, with their callables.
    Obtaining,
}

/// The operations on a folder.
const OBTAINING: [(&str, &str); 2] = [("obtain", "domains"), ("renew_all", "directory")];
/// Python's built-in names, which a parameter may shadow.
const BUILTINS: [&str; 2] = ["id", "type"];

/// A parameter of a method.
struct Given {
    name: String,
    annotation: String,
    is_required: bool,
    doc: String,
}

pub(super) fn text(part: Part) -> String {
    let is_obtaining = |operation: &Operation| OBTAINING.iter().any(|(name, _)| *name == operation.name);
    let operations: Vec<_> =
        OPERATIONS.iter().filter(|operation| is_obtaining(operation) == (part == Part::Obtaining)).collect();
    let methods: Vec<String> = operations.iter().map(|operation| method(operation, part)).collect();
    let methods = methods.join("\n");
    let mut answers: Vec<&str> = operations.iter().map(|operation| operation.answer.name).collect();
    answers.push("Answer");
    answers.sort_unstable();
    answers.dedup();
    let answers: Vec<String> = answers.into_iter().map(str::to_owned).collect();
    let literals: Vec<String> = words::used_in(&methods).into_iter().map(str::to_owned).collect();
    let imports = |indent: usize, module: &str, names: &[String]| {
        let space = " ".repeat(indent);
        let one = format!("{space}from {module} import {}", names.join(", "));
        if one.len() <= COLUMNS {
            return one;
        }
        bracketed(indent, &format!("from {module} import ("), names, ")")
    };
    let mut text = match part {
        Part::Calls => CALLS,
        Part::Obtaining => FOLDERS,
    }
    .to_owned();
    // Words that have no name in `literals.py`.
    if methods.contains("Literal[") {
        let before = "    from collections.abc import Mapping, Sequence\n";
        text = text.replace(before, &format!("{before}    from typing import Literal\n"));
    }
    text.replace("NOTE\n", NOTE)
        .replace("ANSWERS", &imports(0, "libzerossl.answers", &answers))
        .replace("LITERALS", &imports(4, "libzerossl.literals", &literals))
        .replace("METHODS\n", &methods)
}

const CALLS: &str = r#""""A method for each operation of one call."""

NOTE

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from libzerossl import log, running, ways
ANSWERS

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from libzerossl import _native
LITERALS

_A = TypeVar("_A", bound=Answer)


class Operations:
    """The part of a `Client` that calls the service once."""

    __slots__ = ()

    _inner: _native.Client

METHODS

    def _call(self, operation: str, answer: type[_A], parameters: Mapping[str, object]) -> _A:
        if log.is_enabled():
            return running.call(self._inner.start_call(operation, parameters), answer)
        return self._inner.call(operation, answer, parameters)
"#;

const FOLDERS: &str = r#""""The operations that keep a folder of certificates: each makes many calls."""

NOTE

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from libzerossl import running, ways
ANSWERS
from libzerossl.running import Callables

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from libzerossl import _native
LITERALS
    from libzerossl.running import OnEvent, Publish


class Obtaining:
    """The part of a `Client` that obtains and renews."""

    __slots__ = ()

    _inner: _native.Client

METHODS
"#;

fn method(operation: &Operation, part: Part) -> String {
    let given = given(operation);
    let first = OBTAINING.iter().find(|(name, _)| *name == operation.name).map(|(_, first)| *first);
    // What an operation is about may be given without its name.
    let has_first = given.first().is_some_and(|parameter| match first {
        Some(first) => parameter.name == first,
        None => matches!(parameter.name.as_str(), "id" | "directory"),
    });
    let mut parameters = vec!["self".to_owned()];
    let mut hides = false;
    for (place, parameter) in given.iter().enumerate() {
        if place == usize::from(has_first) {
            parameters.push("*".to_owned());
        }
        let mut text = format!("{}: {}", parameter.name, parameter.annotation);
        if !parameter.is_required {
            text.push_str(" | None = None");
        }
        if BUILTINS.contains(&parameter.name.as_str()) {
            hides = true;
            text.push_str("  # noqa: A002");
        }
        parameters.push(text);
    }
    let plain: Vec<String> = parameters.iter().map(|text| text.replace("  # noqa: A002", "")).collect();
    let head = format!("def {}(", operation.name);
    let tail = format!(") -> {}:", operation.answer.name);
    let mut signature = bracketed(4, &head, &plain, &tail);
    if signature.contains('\n') {
        let rows: String = parameters.iter().map(|parameter| row(8, parameter)).collect();
        signature = format!("    {head}\n{rows}    {tail}").replace("        *,\n", "        *,\n");
    } else if hides {
        signature.push_str("  # noqa: A002");
    }
    let arguments: Vec<Argument> = given
        .iter()
        .map(|parameter| Argument { name: parameter.name.clone(), doc: parameter.doc.clone() })
        .collect();
    let body = match part {
        Part::Calls => call(operation),
        Part::Obtaining => run(operation),
    };
    format!("{signature}\n{}{body}", docstrings::of(operation, &arguments))
}

/// The parameters of the table, with Python's additional ones in between.
fn given(operation: &Operation) -> Vec<Given> {
    let own = |after: &str| {
        let of = OWN.iter().filter(|own| own.is_of(operation.name));
        let of = of.filter(|_| OBTAINING.iter().any(|(name, _)| *name == operation.name));
        let after = after.to_owned();
        of.filter(move |own| own.after == after).map(|own| Given {
            name: own.name.to_owned(),
            annotation: own.annotation.to_owned(),
            is_required: false,
            doc: own.doc.to_owned(),
        })
    };
    let mut given = Vec::new();
    for parameter in operation.parameters {
        let has_short_forms = own(parameter.name).next().is_some();
        given.push(Given {
            name: parameter.name.to_owned(),
            annotation: types::of_parameter(parameter),
            // A parameter with short forms may be omitted.
            is_required: parameter.required && !has_short_forms,
            doc: format!("{}{}", parameter.doc, more(operation.name, parameter.name)),
        });
        given.extend(own(parameter.name));
    }
    given.extend(own(""));
    given
}

fn call(operation: &Operation) -> String {
    let items = members(operation.parameters);
    let call = format!("        return self._call(\"{}\", {}, ", operation.name, operation.answer.name);
    let inline = format!("{call}{{{}}})\n", items.join(", "));
    // Short unions are written out where they are used.
    if inline.trim_end().chars().count() <= COLUMNS && items.len() < 3 {
        return inline;
    }
    format!("{}\n{call}parameters)\n", bracketed(8, "parameters = {", &items, "}"))
}

fn run(operation: &Operation) -> String {
    let short: Vec<&str> = OWN
        .iter()
        .filter(|own| own.after == "validation" && own.is_of(operation.name))
        .map(|own| own.name)
        .filter(|name| !matches!(*name, "cleanup" | "validation_method"))
        .collect();
    let forms: Vec<String> = short.iter().map(|name| format!("\"{name}\": {name}")).collect();
    let forms =
        if forms.is_empty() { String::new() } else { bracketed(8, "short_forms = {", &forms, "}") + "\n" };
    let items: Vec<String> = members(operation.parameters)
        .into_iter()
        .map(|item| match item.as_str() {
            "\"validation\": validation" => {
                "\"validation\": ways.validation(validation, validation_method, short_forms)".to_owned()
            }
            _ => item,
        })
        .collect();
    let (name, answer) = (operation.name, operation.answer.name);
    format!(
        "        callables = Callables(on_event, publish, cleanup)\n        \
         callables.check(\"{name}\")\n{forms}{}\n        \
         return running.run(self._inner.start(\"{name}\", parameters, Answer), {answer}, callables)\n",
        bracketed(8, "parameters = {", &items, "}"),
    )
}

fn members(parameters: &[Parameter]) -> Vec<String> {
    let member = |parameter: &Parameter| match parameter.name {
        "directory" => "\"directory\": ways.path(directory)".to_owned(),
        name => format!("\"{name}\": {name}"),
    };
    parameters.iter().map(member).collect()
}
