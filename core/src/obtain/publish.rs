//! Putting challenges where they are looked for, and taking them away again.

mod caller;
mod connection;
mod file;
mod files;
mod folder;
mod hook;
mod http_request;
mod listen;
mod published;
mod publishing;
mod registry;
mod server;
mod webroot;

use std::net::SocketAddr;

use file::File;
pub(crate) use listen::Listening;
pub(crate) use published::Published;
pub(crate) use publishing::Publishing;
use publishing::{Action, nobody};
pub(crate) use webroot::Webroots;

use super::challenge::Challenge;
use crate::error::{Error, Result};
use crate::process;

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
                process::check_program(program).map_err(|why| Error::invalid("validation.hook", why))
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

#[cfg(test)]
mod tests;
