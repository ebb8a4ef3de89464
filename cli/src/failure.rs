//! What ends the command without success, and its exit status. docs/command.md lists them; they never change.

use std::io;
use std::path::Path;

use serde_json::Value;
use zerossl::{Error, Kind};

/// Why the command did not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line or the configuration is wrong.
    Usage(String),
    /// The library's error.
    Library(Error),
    /// A file or a stream of the command itself.
    Io(String, io::Error),
    /// What this program did is wrong.
    Bug(String),
    /// A person did not want it.
    Declined(String),
    /// It was said already, by the output of the command itself.
    Told(u8),
    /// The reader of standard output has gone away, which is not an error.
    NoReader,
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) const OTHER: u8 = 1;
    pub(crate) const USAGE: u8 = 2;
    pub(crate) const BUG: u8 = 70;
    pub(crate) const LATER: u8 = 75;
    /// Added to the number of an error, without its sign.
    const FIRST: u8 = 10;

    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::Usage(what.into())
    }

    pub(crate) fn file(path: &Path, error: io::Error) -> Self {
        Self::Io(path.display().to_string(), error)
    }

    /// Standard output could not be written.
    pub(crate) fn stdout(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::NoReader,
            _ => Self::Io("standard output".to_owned(), error),
        }
    }

    /// The exit status. Whatever failed after a signal came, the signal is the reason.
    pub(crate) fn status(&self, signal: Option<u8>) -> u8 {
        match (self, signal) {
            (Self::NoReader, _) => 0,
            (_, Some(signal)) => 128 + signal,
            (failure, None) => failure.own_status(),
        }
    }

    fn own_status(&self) -> u8 {
        match self {
            Self::Usage(_) => Self::USAGE,
            Self::Library(error) => of_code(error.kind().code().into()),
            Self::Io(_, error) => of_code(kind_of(error).code().into()),
            Self::Bug(_) => Self::BUG,
            Self::Declined(_) => Self::OTHER,
            Self::Told(status) => *status,
            Self::NoReader => 0,
        }
    }

    /// One line, if there is something to say.
    pub(crate) fn message(&self) -> Option<String> {
        match self {
            Self::Usage(message) | Self::Declined(message) => Some(message.clone()),
            Self::Bug(message) => Some(format!("{message}; please report this")),
            Self::Library(error) => Some(error.message().to_owned()),
            Self::Io(what, error) => Some(format!("{what}: {error}")),
            Self::Told(_) | Self::NoReader => None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

/// As in the library.
fn kind_of(error: &io::Error) -> Kind {
    if Error::is_resource(error) { Kind::Resource } else { Kind::Storage }
}

/// The status of an error's number, as in its JSON form.
fn of_code(code: i64) -> u8 {
    let is = |kind: Kind| code == i64::from(kind.code());
    if is(Kind::InvalidArgument) {
        Failure::USAGE
    } else if is(Kind::Busy) {
        Failure::LATER
    } else if is(Kind::Internal) {
        Failure::BUG
    } else {
        let number = u8::try_from(code.unsigned_abs()).ok();
        number.and_then(|number| number.checked_add(Failure::FIRST)).unwrap_or(Failure::OTHER)
    }
}

/// The status of an answer: work that is not done yet, entries that failed, and problems that were found are no success.
pub(crate) fn of_answer(answer: &Value) -> u8 {
    let list = |name: &str| answer.get(name).and_then(Value::as_array).into_iter().flatten();
    let waits = |item: &Value| matches!(item["outcome"].as_str(), Some("pending" | "postponed"));
    let failed = list("results").find_map(|result| result["error"]["code"].as_i64());
    if let Some(code) = failed {
        of_code(code)
    } else if list("findings").any(|finding| finding["level"] == "error") {
        Failure::OTHER
    } else if waits(answer) || list("results").any(waits) {
        Failure::LATER
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The numbers of errors never change, and so neither do the statuses.
    #[test]
    fn every_kind_has_its_status() {
        let statuses: Vec<_> =
            Kind::ALL.iter().map(|kind| (kind.name(), of_code(kind.code().into()))).collect();
        assert_eq!(
            statuses,
            [
                ("invalid_argument", 2),
                ("api", 12),
                ("auth", 13),
                ("rate_limited", 14),
                ("network", 15),
                ("tls", 16),
                ("timeout", 17),
                ("response", 18),
                ("validation", 19),
                ("cancelled", 20),
                ("storage", 21),
                ("forked", 22),
                ("busy", 75),
                ("ambiguous", 24),
                ("not_ready", 25),
                ("resource", 26),
                ("internal", 70),
            ]
        );
        // The page that people read says the same.
        let page = include_str!("../../docs/command.md");
        for (kind, status) in statuses {
            assert!(page.contains(&format!("\n| {status} | `{kind}` |")), "{status} {kind}");
        }
        assert_eq!(of_code(-1000), 1);
    }

    #[test]
    fn an_answer_has_a_status() {
        for (answer, status) in [
            (json!({"outcome": "issued"}), 0),
            (json!({"outcome": "pending"}), 75),
            (json!({"outcome": "checked", "findings": [{"level": "warning"}]}), 0),
            (json!({"outcome": "checked", "findings": [{"level": "error"}]}), 1),
            (json!({"results": [{"outcome": "renewed", "error": null}]}), 0),
            (json!({"results": [{"outcome": "postponed"}, {"outcome": "renewed"}]}), 75),
            (json!({"results": [{"outcome": "pending"}, {"error": {"code": -13}}]}), 75),
            (json!({"results": [{"outcome": "pending"}, {"error": {"code": -9}}]}), 19),
        ] {
            assert_eq!(of_answer(&answer), status, "{answer}");
        }
    }
}
