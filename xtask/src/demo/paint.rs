//! Colours, where the reader can see them.

use std::env;
use std::fmt::Display;
use std::io::{self, IsTerminal};

pub(super) fn title(text: impl Display) -> String {
    painted("1", text)
}

pub(super) fn good(text: impl Display) -> String {
    painted("32", text)
}

pub(super) fn bad(text: impl Display) -> String {
    painted("31", text)
}

pub(super) fn faint(text: impl Display) -> String {
    painted("2", text)
}

/// <https://no-color.org>
fn painted(code: &str, text: impl Display) -> String {
    let is_plain = env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty())
        || env::var("TERM").is_ok_and(|terminal| terminal == "dumb")
        || !io::stdout().is_terminal();
    if is_plain { text.to_string() } else { format!("\x1b[{code}m{text}\x1b[0m") }
}
