//! `operations.py` and `obtaining.py`: a class with a method for each operation; and the same for event loops.

use std::collections::BTreeSet;

use zerossl::OPERATIONS;

use super::layout::{COLUMNS, bracketed};
use super::methods::{keeps_a_folder, method};
use super::mode::Mode;
use super::note::NOTE;
use super::{iteration, words};

/// Which operations a file holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The operations that are one call.
    Calls,
    /// The operations that keep a folder, with their callables.
    Obtaining,
}

pub(super) fn text(part: Part, mode: Mode) -> String {
    let operations: Vec<_> = OPERATIONS
        .iter()
        .filter(|operation| keeps_a_folder(operation) == (part == Part::Obtaining))
        .collect();
    let mut methods: Vec<String> = Vec::new();
    for operation in &operations {
        methods.push(method(operation, mode));
        if operation.name == iteration::LIST {
            methods.push(iteration::method(operation, mode));
        }
    }
    let methods = methods.join("\n");
    let mut answers: Vec<&str> = operations.iter().map(|operation| operation.answer.name).collect();
    if part == Part::Calls {
        answers.push("Answer");
    }
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
    let mut abstract_types: BTreeSet<_> =
        ABSTRACT.into_iter().filter(|name| methods.contains(&format!("{name}["))).collect();
    let text = match part {
        Part::Calls => CALLS,
        Part::Obtaining => FOLDERS,
    };
    if part == Part::Calls {
        // `_call` takes one.
        abstract_types.insert("Mapping");
    }
    let mut standard =
        format!("    import os\n    from collections.abc import {}\n", joined(&abstract_types));
    if methods.contains("timedelta") {
        standard.push_str("    from datetime import timedelta\n");
    }
    let mut typing = vec!["Any"];
    // Words that have no name in `literals.py`.
    if methods.contains("Literal[") {
        typing.push("Literal");
    }
    if part == Part::Calls {
        typing.push("TypeVar");
    }
    standard.extend(["    from typing import ", &typing.join(", "), "\n"]);
    let call = match mode {
        Mode::Blocking => CALL,
        Mode::Async => ASYNC_CALL,
    };
    text.replace("NOTE\n", NOTE)
        .replace("ANSWERS", &imports(0, "libzerossl.answers", &answers))
        .replace("LITERALS", &imports(4, "libzerossl.literals", &literals))
        .replace("CALL\n", call)
        .replace("MODULES", modules(part, mode))
        .replace("STANDARD\n", &standard)
        .replace("CLASS", prefix(mode))
        .replace("METHODS\n", &methods)
}

/// The types of `collections.abc` that a parameter or an answer may have.
const ABSTRACT: [&str; 5] = ["AsyncGenerator", "Iterable", "Iterator", "Mapping", "Sequence"];

fn joined(names: &BTreeSet<&str>) -> String {
    names.iter().copied().collect::<Vec<_>>().join(", ")
}

fn prefix(mode: Mode) -> &'static str {
    match mode {
        Mode::Blocking => "",
        Mode::Async => "Async",
    }
}

fn modules(part: Part, mode: Mode) -> &'static str {
    match (mode, part) {
        (Mode::Blocking, Part::Calls) => "log, running, ways",
        (Mode::Blocking, Part::Obtaining) => "running, ways",
        (Mode::Async, _) => "awaiting, ways",
    }
}

const CALLS: &str = r#""""A method for each operation of one call."""

NOTE

from __future__ import annotations

from libzerossl import MODULES
ANSWERS

TYPE_CHECKING = False
if TYPE_CHECKING:
STANDARD

    from libzerossl import _native
LITERALS

    _A = TypeVar("_A", bound=Answer)


class CLASSOperations:
    """The part of a client that calls the service once."""

    __slots__ = ()

    _inner: _native.Client

METHODS

CALL
"#;

const CALL: &str = r"    def _call(self, operation: str, answer: type[_A], parameters: Mapping[str, object]) -> _A:
        if log.is_enabled():
            return running.call(self._inner.start_call(operation, parameters), answer)
        return self._inner.call(operation, answer, parameters)
";

const ASYNC_CALL: &str = r"    async def _call(self, operation: str, answer: type[_A], parameters: Mapping[str, object]) -> _A:
        return await awaiting.call(self._inner, operation, answer, parameters)
";

const FOLDERS: &str = r#""""The operations that keep a folder of certificates: each makes many calls."""

NOTE

from __future__ import annotations

from libzerossl import MODULES
ANSWERS
from libzerossl.callables import Callables

TYPE_CHECKING = False
if TYPE_CHECKING:
STANDARD

    from libzerossl import _native
    from libzerossl.callables import OnEvent, Publish
LITERALS


class CLASSObtaining:
    """The part of a client that obtains and renews."""

    __slots__ = ()

    _inner: _native.Client

METHODS
"#;
