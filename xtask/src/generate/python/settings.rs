//! `settings.py`: what a client is made with.

use zerossl::{Parameter, SETTINGS};

use super::layout::{paragraph, row};
use super::note::NOTE;
use super::types;

const TEXT: &str = r#""""The settings of a client."""

NOTE

from __future__ import annotations

from libzerossl import _native, ways

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from datetime import timedelta
    from typing import Literal


class Settings:
    """The part of a `Client` that takes its settings."""

    __slots__ = ("_inner",)

    def __init__(
        self,
PARAMETERS    ) -> None:
        """Make a client; nothing is sent. None means the default.

        Args:
ARGUMENTS
        Raises:
            InvalidArgumentError: A setting is wrong; its ``parameter`` says which.
        """
        self._inner = _native.Client(
            {
MEMBERS            }
        )
"#;

pub(super) fn text() -> String {
    let mut parameters: Vec<String> = SETTINGS.iter().map(given).collect();
    // The access key may be given without its name.
    parameters.insert(1, row(8, "*"));
    let arguments: Vec<String> = SETTINGS
        .iter()
        .map(|setting| {
            paragraph(&format!("            {}:", setting.name), 16, &setting.doc.replace('`', "``"))
        })
        .collect();
    let members: Vec<String> = SETTINGS.iter().map(member).collect();
    TEXT.replace("NOTE\n", NOTE)
        .replace("PARAMETERS", &parameters.concat())
        .replace("ARGUMENTS\n", &(arguments.concat() + "\n"))
        .replace("MEMBERS", &members.concat())
}

fn given(setting: &Parameter) -> String {
    row(8, &format!("{}: {} | None = None", setting.name, types::of_parameter(setting)))
}

fn member(setting: &Parameter) -> String {
    let value = if types::is_path(setting) {
        format!("ways.path({})", setting.name)
    } else {
        setting.name.to_owned()
    };
    row(16, &format!("\"{}\": {value}", setting.name))
}
