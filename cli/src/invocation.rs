//! One command line that was read: what its command works with.

use std::cell::OnceCell;

use clap::{ArgMatches, Command};
use serde_json::{Map, Value};
use zerossl::{OPERATIONS, Operation};

use crate::failure::{Failure, Result};
use crate::output::Output;
use crate::progress::Volume;
use crate::run::Session;
use crate::signals::Signals;
use crate::{client, given};

/// One command line.
pub(crate) struct Invocation<'a> {
    pub(crate) tree: &'a Command,
    pub(crate) matches: &'a ArgMatches,
    pub(crate) output: Output,
    volume: Volume,
    signals: OnceCell<Signals>,
}

impl<'a> Invocation<'a> {
    pub(crate) fn new(tree: &'a Command, matches: &'a ArgMatches, output: Output, volume: Volume) -> Self {
        Self { tree, matches, output, volume, signals: OnceCell::new() }
    }

    /// The signal that came.
    pub(crate) fn signal(&self) -> Option<u8> {
        self.signals.get().and_then(Signals::signal)
    }

    /// Signals end the running call from now on, and no more the process.
    pub(crate) fn signals(&self) -> Result<&Signals> {
        if let Some(signals) = self.signals.get() {
            return Ok(signals);
        }
        let signals = Signals::handled()?;
        Ok(self.signals.get_or_init(|| signals))
    }

    /// The client and what belongs to it. What standard input is needed for was read before.
    pub(crate) fn session(&self) -> Result<Session> {
        let client = client::make(self.matches)?;
        let signals = self.signals()?.clone();
        Ok(Session {
            client: client.cancelled_by(signals.token()),
            steady: client,
            output: self.output.clone(),
            volume: self.volume,
            signals,
        })
    }

    pub(crate) fn parameters(&self, operation: &Operation) -> Result<Map<String, Value>> {
        given::parameters(operation.parameters, self.matches)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.matches.get_one::<String>(name).map(String::as_str)
    }
}

/// The operation of this name.
pub(crate) fn find(name: &str) -> Result<&'static Operation> {
    let found = OPERATIONS.iter().find(|operation| operation.name == name).copied();
    found.ok_or_else(|| Failure::usage(format!("this version has no operation {name}")))
}
