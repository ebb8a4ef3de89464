//! Putting challenges where they are looked for, and taking them away again.

mod caller;
mod files;
mod folder;
mod guest;
mod hook;
mod listen;
mod registry;
mod request;
mod server;
mod webroot;

use std::any::Any;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};

pub(crate) use listen::Listening;
pub(crate) use webroot::Webroots;

use super::challenge::Challenge;
use crate::context::Context;
use crate::endpoints::ValidationMethod;
use crate::error::{Error, Kind, Result};
use crate::excerpt::one_line;
use crate::process;

/// What was put somewhere and has to be taken away again, as it stands in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Published {
    /// A file in a webroot.
    File { path: PathBuf },
    /// A folder in a webroot, made for such files.
    Folder { path: PathBuf },
    /// What a hook or the caller published.
    Challenge { challenge: Challenge },
}

/// Who puts challenges in place.
#[derive(Debug)]
pub(crate) enum Publisher {
    /// Files in the folders of a web server.
    Webroot(Webroots),
    /// A small web server of ours, for the time needed.
    Listen(Listening),
    /// A command of the user's.
    Hook(Vec<String>),
    /// Whoever started the op, by events that ask.
    Caller,
    /// Nobody, since mails need nothing.
    Nothing,
}

/// What publishing has to know beside the challenge.
pub(crate) struct Publishing<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) method: ValidationMethod,
    /// The entry's name.
    pub(crate) entry: &'a str,
    pub(crate) order_id: &'a str,
    /// The deadline.
    pub(crate) end: Option<Instant>,
    /// The entry's lock: a hook may go on after a cancel, and keeps it so long.
    pub(crate) lock: Arc<dyn Any + Send + Sync>,
}

/// Which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Present,
    Cleanup,
}

impl Publisher {
    pub(crate) fn listen(address: SocketAddr) -> Self {
        Self::Listen(Listening::new(address))
    }

    /// Whether it could be published for these names, before anything is ordered: what would fail then is an error that
    /// names the parameter. `mark` is the entry's own, for what is tried in folders that others use, too.
    pub(crate) fn prepare(&self, how: &Publishing<'_>, names: &[String], mark: &str) -> Result<()> {
        match self {
            Self::Webroot(webroots) => webroots.prepare(names, mark),
            Self::Listen(listening) => listening.prepare(how),
            Self::Hook(argv) => {
                let program = argv.first().map_or("", String::as_str);
                process::look_up(program).map_err(|why| Error::invalid("validation.hook", why))
            }
            Self::Caller | Self::Nothing => Ok(()),
        }
    }

    /// What publishing this will leave behind, in the order in which it is made: looked at before anything is written, so
    /// that it can be journalled first.
    pub(crate) fn plan(&self, challenge: &Challenge) -> Result<Vec<Published>> {
        match self {
            Self::Webroot(webroots) => {
                let file = File::of(challenge)?;
                webroots.plan(file.domain, file.name)
            }
            Self::Listen(_) => File::of(challenge).map(|_| Vec::new()),
            Self::Hook(_) | Self::Caller => Ok(vec![Published::Challenge { challenge: challenge.clone() }]),
            Self::Nothing => Err(nobody(challenge)),
        }
    }

    /// Puts it in place; again, as after a crash, does no harm.
    pub(crate) fn publish(&self, how: &Publishing<'_>, challenge: &Challenge) -> Result<()> {
        match self {
            Self::Webroot(webroots) => webroots.publish(&File::of(challenge)?),
            Self::Listen(listening) => listening.publish(how, &File::of(challenge)?),
            Self::Hook(argv) => hook::call(argv, how, Action::Present, challenge),
            Self::Caller => caller::ask(how, Action::Present, challenge),
            Self::Nothing => Err(nobody(challenge)),
        }
    }

    /// Takes one thing away: gone already is fine, and so is a folder that others use by now.
    pub(crate) fn withdraw(&self, how: &Publishing<'_>, published: &Published) -> Result<()> {
        match (published, self) {
            // Whoever publishes by now: it is on the disk.
            (Published::File { path }, _) => webroot::remove_file(path),
            (Published::Folder { path }, _) => webroot::remove_folder(path),
            (Published::Challenge { challenge }, Self::Hook(argv)) => {
                hook::call(argv, how, Action::Cleanup, challenge)
            }
            (Published::Challenge { challenge }, Self::Caller) => {
                caller::ask(how, Action::Cleanup, challenge)
            }
            (Published::Challenge { challenge }, Self::Webroot(_) | Self::Listen(_) | Self::Nothing) => {
                Err(nobody(challenge))
            }
        }
    }
}

/// A challenge that is a file.
#[derive(Clone, Copy, Debug)]
struct File<'a> {
    domain: &'a str,
    name: &'a str,
    content: &'a str,
}

impl<'a> File<'a> {
    fn of(challenge: &'a Challenge) -> Result<Self> {
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

/// `<32 hex digits>.txt`. Looked at again wherever it becomes a path, since it may come from a journal on the disk.
fn is_file_name(name: &str) -> bool {
    name.strip_suffix(".txt")
        .is_some_and(|stem| stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn nobody(challenge: &Challenge) -> Error {
    let why = format!(
        "nobody is there to publish {} or to take it away: give `webroot`, `listen` or `hook`, or start the \
         operation as an op",
        one_line(challenge.location(), 200)
    );
    Error::invalid("validation", why)
}

#[cfg(test)]
mod tests;
