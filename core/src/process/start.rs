//! Starts a command as a shell would: it inherits only the working directory and the environment of the host.
//!
//! With `posix_spawn` and not `std::process::Command`: our threads block all signals, and a host may ignore some
//! (Python ignores SIGPIPE). A child would inherit both, so a server that is reloaded by a hook could never be stopped.
//! `Command` cannot reset them without unsafe code.

use std::env;
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use nix::errno::Errno;
use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawnp};
use nix::sys::signal::SigSet;
use nix::unistd::Pid;

use super::command::Command;
use super::running::Running;
use crate::error::{Error, Kind, Result};

/// Whether a variable may hold a secret that a hook does not need: keys of ours, credentials of stores.
fn is_secret(name: &[u8]) -> bool {
    let is_ours = || name.starts_with(b"ZEROSSL_") && name.windows(3).any(|part| part == b"KEY");
    name.starts_with(b"AWS_") || name.starts_with(b"PG") || is_ours()
}

/// A command that is ready to start.
#[derive(Debug)]
pub(super) struct Program {
    name: String,
    argv: Vec<CString>,
    environment: Vec<CString>,
}

impl Program {
    pub(super) fn new(command: &Command<'_>) -> Result<Self> {
        let Some(name) = command.argv.first().filter(|name| !name.is_empty()) else {
            return Err(Error::new(Kind::InvalidArgument, "a command begins with the name of a program"));
        };
        let strings = || {
            let argv =
                command.argv.iter().map(|word| CString::new(word.as_str())).collect::<Result<_, _>>()?;
            let environment = environment(command).map(CString::new).collect::<Result<_, _>>()?;
            Ok((argv, environment))
        };
        let (argv, environment) = strings().map_err(|_: std::ffi::NulError| {
            let message =
                format!("{name}: the words of a command and its environment cannot hold NUL characters");
            Error::new(Kind::InvalidArgument, message)
        })?;
        Ok(Self { name: name.clone(), argv, environment })
    }

    pub(super) fn start(&self) -> Result<Running> {
        let failed = |error: io::Error| {
            if Error::is_resource(&error) {
                return Error::resource(&format!("{}: it could not be started", self.name), &error);
            }
            Error::storage(&self.name, format!("it could not be started: {error}")).with_errno_of(&error)
        };
        // All of these are close-on-exec. They are cloned because the number of a clone is never below 3: in a host
        // that closed its standard files, one copy in the child would otherwise overwrite the source of the next.
        let (output, input) = io::pipe().map_err(failed)?;
        let input = OwnedFd::from(input).try_clone().map_err(failed)?;
        let null = File::open("/dev/null").and_then(|null| null.try_clone()).map_err(failed)?;
        let files = files(&null, &input).map_err(|error| failed(error.into()))?;
        let attributes = attributes().map_err(|error| failed(error.into()))?;
        let program = self.argv.first().map(CString::as_c_str).unwrap_or_default();
        match posix_spawnp(program, &files, &attributes, &self.argv, &self.environment) {
            Ok(process) => Ok(Running::new(process, output)),
            Err(error) => Err(self.not_started(error)),
        }
    }

    fn not_started(&self, error: Errno) -> Error {
        let why = match error {
            Errno::ENOENT => {
                "there is no such program, or not the interpreter in its first line; give the full path"
            }
            Errno::EACCES => "it may not be executed; check its permissions (`chmod +x`)",
            Errno::ENOEXEC => {
                "it is no program of this system; a script begins with a line such as `#!/bin/sh`"
            }
            other => &format!("it could not be started: {}", other.desc()),
        };
        Error::storage(&self.name, why).with_errno_of(&error.into())
    }
}

/// All variables as `NAME=value`: our own environment without secrets, and the added ones.
fn environment(command: &Command<'_>) -> impl Iterator<Item = Vec<u8>> {
    let Command { environment: added, passed, .. } = *command;
    let is_added = |name: &OsStr| added.iter().any(|(other, _)| OsStr::new(other) == name);
    let is_passed = |name: &OsStr| passed.iter().any(|other| OsStr::new(other) == name);
    let inherited = env::vars_os()
        .filter(|(name, _)| !is_added(name) && (is_passed(name) || !is_secret(name.as_bytes())))
        .collect::<Vec<_>>();
    let added = added.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    inherited.into_iter().chain(added).map(|(name, value)| [name, value].join(OsStr::new("=")).into_vec())
}

/// Standard input is empty, and all output goes into one pipe.
fn files(null: &File, pipe: &OwnedFd) -> nix::Result<PosixSpawnFileActions> {
    let mut files = PosixSpawnFileActions::init()?;
    files.add_dup2(null.as_raw_fd(), 0)?;
    files.add_dup2(pipe.as_raw_fd(), 1)?;
    files.add_dup2(pipe.as_raw_fd(), 2)?;
    Ok(files)
}

/// Its own process group, so that all of it can be ended. No signal is blocked or ignored.
fn attributes() -> nix::Result<PosixSpawnAttr> {
    let mut attributes = PosixSpawnAttr::init()?;
    attributes.set_flags(
        PosixSpawnFlags::POSIX_SPAWN_SETPGROUP
            | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF
            | PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK,
    )?;
    attributes.set_pgroup(Pid::from_raw(0))?;
    attributes.set_sigdefault(&SigSet::all())?;
    attributes.set_sigmask(&SigSet::empty())?;
    Ok(attributes)
}
