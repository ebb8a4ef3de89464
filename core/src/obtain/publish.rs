//! Publishes challenges and removes them again.

mod caller;
mod connection;
mod elsewhere;
mod file;
mod files;
mod folder;
mod hook;
mod http_request;
mod listen;
mod published;
mod publishing;
mod question;
mod registry;
mod round;
mod server;
mod webroot;

use std::net::SocketAddr;

use file::File;
pub(crate) use listen::{Listening, listen_for_all};
pub(crate) use published::Published;
pub(crate) use publishing::Publishing;
use publishing::{Action, nobody};
pub(crate) use webroot::Webroots;

use super::challenge::Challenge;
use crate::error::{Error, Result};
use crate::process;

/// How challenges are published.
#[derive(Debug)]
pub(crate) enum Publisher {
    /// Files in the folders of a web server.
    Webroot(Webroots),
    /// A small built-in web server that runs only as long as it is needed.
    Listen(Listening),
    /// A command of the user.
    Hook(Vec<String>),
    /// The caller of the op, by events.
    Caller,
    /// Nothing is published: mails need nothing.
    Nothing,
}

/// For fuzzers: answers any request.
#[cfg(fuzzing)]
pub(crate) fn answer_any(data: &[u8]) {
    let files = files::Files::default();
    let (domain, path, content) = ("example.com".to_owned(), "/file.txt".to_owned(), "content".to_owned());
    files.add(files::Served { session: 1, domain, path, content });
    // Nothing is looked for elsewhere.
    if let Some(reply) = http_request::reply(data, &files) {
        assert!(matches!(reply, http_request::Reply::Now(answer) if answer.starts_with(b"HTTP/1.1 ")));
    }
}

impl Publisher {
    pub(crate) fn listen(address: SocketAddr) -> Self {
        Self::Listen(Listening::new(address))
    }

    /// Checks before the order whether publishing for these names would work. A failure is an error that names the
    /// parameter. `mark` is unique to the entry: it marks trial files in folders that others use too.
    pub(crate) fn prepare(&self, how: &Publishing<'_>, names: &[String], mark: &str) -> Result<()> {
        match self {
            Self::Webroot(webroots) => webroots.prepare(names, mark),
            Self::Listen(listening) => listening.prepare(how),
            Self::Hook(argv) => {
                process::check_command(argv).map_err(|why| Error::invalid("validation.hook", why))
            }
            Self::Caller | Self::Nothing => Ok(()),
        }
    }

    /// Another publisher of the entry has its turn.
    pub(crate) fn make_way_for(&self, other: &Self) {
        if let (Self::Listen(listening), Self::Listen(other)) = (self, other) {
            listening.make_way_for(other);
        }
    }

    /// What publishing this challenge will create, in order. Determined before anything is written, so that the journal
    /// is written first.
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

    /// The same where other hosts answer, too: then a file that is served here is in the shared store.
    pub(crate) fn plan_for_all(&self, challenge: &Challenge) -> Result<Vec<Published>> {
        let mut planned = self.plan(challenge)?;
        if matches!(self, Self::Listen(_)) {
            planned.push(Published::Challenge { challenge: challenge.clone() });
        }
        Ok(planned)
    }

    /// Publishes it. Doing it again, for example after a crash, does no harm.
    pub(crate) fn publish(&self, how: &Publishing<'_>, challenge: &Challenge) -> Result<()> {
        match self {
            Self::Webroot(webroots) => webroots.publish(&File::of(challenge)?),
            Self::Listen(listening) => listening.publish(how, &File::of(challenge)?),
            Self::Hook(argv) => hook::call(argv, how, Action::Present, challenge),
            Self::Caller => caller::ask(how, Action::Present, challenge),
            Self::Nothing => Err(nobody(challenge)),
        }
    }

    /// Removes one thing. It is no error if it is gone already, or if it is a folder that others use now.
    pub(crate) fn withdraw(&self, how: &Publishing<'_>, published: &Published) -> Result<()> {
        match (published, self) {
            // A file is on the disk, whatever the publisher is now.
            (Published::File { path }, _) => webroot::remove_file(path),
            (Published::Folder { path }, _) => webroot::remove_folder(path),
            (Published::Challenge { challenge }, Self::Hook(argv)) => {
                hook::call(argv, how, Action::Cleanup, challenge)
            }
            (Published::Challenge { challenge }, Self::Caller) => {
                caller::ask(how, Action::Cleanup, challenge)
            }
            (Published::Challenge { challenge: Challenge::File { file, .. } }, _) if how.fleet.is_some() => {
                how.fleet.map_or(Ok(()), |fleet| fleet.withdraw(how.context, file))
            }
            (Published::Challenge { challenge }, Self::Webroot(_) | Self::Listen(_) | Self::Nothing) => {
                Err(nobody(challenge))
            }
        }
    }
}

#[cfg(test)]
mod tests;
