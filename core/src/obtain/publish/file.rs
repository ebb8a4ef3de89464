//! A challenge that is a file.

use crate::error::{Error, Kind, Result};
use crate::excerpt::one_line;
use crate::obtain::challenge::Challenge;

/// Its name, its content, and its domain.
#[derive(Clone, Copy, Debug)]
pub(super) struct File<'a> {
    pub(super) domain: &'a str,
    pub(super) name: &'a str,
    pub(super) content: &'a str,
}

impl<'a> File<'a> {
    pub(super) fn of(challenge: &'a Challenge) -> Result<Self> {
        match challenge {
            Challenge::File { domain, file, content, .. } if is_file_name(file) => {
                Ok(Self { domain, name: file, content })
            }
            Challenge::File { domain, .. } => {
                let why = "its file does not have the documented name, so nothing is published for it";
                Err(Error::new(Kind::Response, format!("{}: {why}", one_line(domain, 80))))
            }
            Challenge::Record { domain, .. } => Err(Error::invalid(
                "validation",
                format!(
                    "the record of {domain} is not for a web server; give a `hook`, or a method with files"
                ),
            )),
        }
    }
}

/// `<32 hex digits>.txt`. Checked again wherever it becomes part of a path, because it may come from a journal on the
/// disk.
pub(super) fn is_file_name(name: &str) -> bool {
    name.strip_suffix(".txt")
        .is_some_and(|stem| stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
