//! Deploy hooks: a program that writes down what it has seen, and fails as long as it is told to.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;
use zerossl_sandbox::CertificateSummary;

use super::actions::{Aim, ENTRIES, Wanted};
use super::rules::{HOOK_FIRST, HOOK_HAS_RUN, HOOK_SEES};
use super::trouble::Trouble;
use super::world::{DAY, Scene, Violation, broken};
use crate::obtain::decide::BLOCKED_RENEWAL_SHARE;
use crate::obtain::interface::{EntrySummary, ListEntries};
use crate::obtain::order_spec::RENEW_AT;
use crate::obtain::store::entry::Entry;
use crate::obtain::store::files::{CERT, CERTIFICATE, REQUEST, WANTED};
use crate::obtain::store::folder::Folder;
use crate::obtain::store::journal::Journal;
use crate::obtain::store::lock::Lock;
use crate::obtain::store::storage::Disk;
use crate::operation::Request;

/// The second line of a leaf has its serial number. No other program is started, so it takes a millisecond.
const PROGRAM: &str = "#!/bin/sh
[ -e \"$1.broken\" ] && exit 1
{ read -r _; read -r serial; } < \"$ZEROSSL_CERT\"
echo \"$ZEROSSL_CERT $ZEROSSL_ID $serial $2\" >> \"$1\"
";

/// A run that was a success.
#[derive(Debug)]
struct Run {
    cert: PathBuf,
    id: String,
    /// A part of the leaf that it saw.
    seen: String,
    word: String,
}

impl Scene {
    pub(super) fn set_up_hook(&self) {
        fs::write(self.hook(), PROGRAM).expect("written");
        fs::set_permissions(self.hook(), fs::Permissions::from_mode(0o755)).expect("its mode");
    }

    pub(super) fn hook_argv(&self, word: &str) -> Vec<String> {
        [self.hook(), self.log(), word.into()].map(|path| path.display().to_string()).into()
    }

    fn hook(&self) -> PathBuf {
        self.stand.store().join("hook")
    }

    fn log(&self) -> PathBuf {
        self.stand.store().join("runs")
    }

    pub(super) fn break_hook(&self, is_broken: bool) {
        let path = self.log().with_extension("broken");
        if is_broken {
            fs::write(path, "").expect("written");
        } else if path.exists() {
            fs::remove_file(path).expect("removed");
        }
    }

    pub(super) fn is_hook_broken(&self) -> bool {
        self.log().with_extension("broken").exists()
    }

    fn runs(&self) -> Vec<Run> {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        let run = |line: &str| {
            let mut words = line.split(' ').map(str::to_owned);
            let mut next = || words.next().expect("four words");
            Run { cert: next().into(), id: next(), seen: next(), word: next() }
        };
        text.lines().map(run).collect()
    }

    /// Whether the hook with this argument has run there for a certificate, with success.
    fn has_run(&self, host: usize, entry: usize, id: &str, word: &str) -> bool {
        let folder = self.folder(host).join(ENTRIES[entry]);
        let is_it = |run: &Run| run.id == id && run.word == word && run.cert.starts_with(&folder);
        self.runs().iter().any(is_it)
    }

    /// A call may end before its hook does, and the hook then keeps the lock.
    pub(super) fn await_hooks(&self) {
        let folders = self.hosts().flat_map(|host| ENTRIES.map(|entry| self.folder(host).join(entry)));
        for lock in folders.map(|folder| folder.join("lock")).filter(|lock| lock.exists()) {
            while Lock::try_take(&lock).expect("no error").is_none() {
                std::thread::yield_now();
            }
        }
    }

    /// What each run since the last look was told of, was in place.
    pub(super) fn hooks_have_seen(&mut self) -> Result<(), Violation> {
        let runs = self.runs();
        let before = std::mem::replace(&mut self.runs_seen, runs.len());
        for run in &runs[before..] {
            self.count("the hook ran");
            let folder = run.cert.ancestors().nth(2).expect("an entry");
            let entry = ENTRIES.iter().position(|name| folder.ends_with(name)).expect("an entry");
            if self.is_in_doubt[entry] {
                continue;
            }
            let versions = fs::read_dir(folder.join("versions")).into_iter().flatten().flatten();
            let is_of_it = |path: &PathBuf| {
                let read = |file| fs::read_to_string(path.join(file)).unwrap_or_default();
                read(CERTIFICATE).contains(&format!("\"{}\"", run.id))
                    && read(CERT).lines().nth(1) == Some(&run.seen)
            };
            // What has expired, or was revoked and is replaced in the same call, may be gone before the next look.
            let is_over = || {
                let is_it = |one: &CertificateSummary| {
                    one.id == run.id && matches!(one.status.as_str(), "expired" | "revoked")
                };
                self.stand.sandbox.certificates().iter().any(is_it)
            };
            if !versions.map(|version| version.path()).any(|path| is_of_it(&path)) && !is_over() {
                return broken(HOOK_SEES, format!("{run:?}"));
            }
        }
        Ok(())
    }

    /// The journal of a host's folder, which says what is in place there.
    pub(super) fn journal_here(&self, host: usize, entry: usize) -> Option<Journal> {
        let path = self.folder(host).join(ENTRIES[entry]);
        let read = self.client().enter(ListEntries::OPERATION, None, |context| {
            self.within(context, &Disk, |env| Folder { env, path: &path }.journal())
        });
        read.ok()
    }

    /// A stored request of a host's folder.
    pub(super) fn stored(&self, host: usize, entry: usize, file: &str) -> String {
        fs::read_to_string(self.folder(host).join(ENTRIES[entry]).join(file)).unwrap_or_default()
    }

    /// Whether a hook may take a certificate out of use again.
    pub(super) fn may_roll_back(&self, entry: usize) -> bool {
        let files =
            self.hosts().flat_map(|host| [REQUEST, WANTED].map(|file| self.stored(host, entry, file)));
        self.wishes[entry].hook.is_some_and(|hook| hook.rolls_back)
            || files.into_iter().any(|text| text.contains("rollback"))
    }

    /// What `list_entries` says of the hook.
    pub(super) fn deployed_is_true(
        &self,
        host: usize,
        entry: usize,
        row: &EntrySummary,
    ) -> Result<(), Violation> {
        let here = || serde_json::from_str::<Value>(&self.stored(host, entry, REQUEST)).unwrap_or_default();
        // Another host may have changed it.
        let shared = self.image(entry)?.and_then(|image| image.request()).map(Value::Object);
        let request = shared.unwrap_or_else(here);
        let word = request["deploy_hook"][2].as_str();
        match (row.deployed, &row.id, word) {
            (Some(true), Some(id), Some(word)) if !self.has_run(host, entry, id, word) => {
                broken(HOOK_HAS_RUN, format!("`{word}` on host {host}: {row:?}"))
            }
            _ => Ok(()),
        }
    }

    /// After a recovery: whatever was asked for before, it is done, and a hook that is asked for has run.
    pub(super) fn is_deployed(&self, host: usize, entry: usize, wish: &Wanted) -> Result<(), Violation> {
        let installed = self.journal_here(host, entry).and_then(|journal| journal.installed);
        let has_run = |id: &str| wish.hook.is_none_or(|hook| self.has_run(host, entry, id, hook.word));
        match installed {
            Some(installed) if installed.deployed && has_run(&installed.id) => Ok(()),
            other => broken(HOOK_HAS_RUN, format!("{} on host {host}: {other:?}", ENTRIES[entry])),
        }
    }

    /// Whether a call has to run the hook before anything else, the hook fails, and the certificate in place has time.
    pub(super) fn must_wait_for_hook(
        &self,
        host: usize,
        entry: usize,
        wish: &Wanted,
        trouble: &Trouble,
    ) -> Result<bool, Violation> {
        if !self.is_hook_broken()
            || self.is_in_doubt[entry]
            || wish.hook.is_none()
            || wish.aim == Aim::Abandon
            || matches!(trouble, Trouble::Meanwhile { .. })
            || self.image(entry)?.is_some_and(|image| image.removed)
        {
            return Ok(false);
        }
        let Some(installed) = self.journal_here(host, entry).and_then(|journal| journal.installed) else {
            return Ok(false);
        };
        let leaf = self.folder(host).join(ENTRIES[entry]).join(Entry::in_version(installed.serial, CERT));
        let leaf = fs::read(leaf).ok().and_then(|pem| crate::obtain::check::Lifetime::of(&pem));
        let later = self.now() + DAY * 2;
        let has_time = leaf.is_some_and(|leaf| !leaf.is_due(RENEW_AT * BLOCKED_RENEWAL_SHARE, later));
        Ok(!installed.deployed && has_time)
    }
}

pub(super) fn expect_no_order(made: usize) -> Result<(), Violation> {
    if made == 0 { Ok(()) } else { broken(HOOK_FIRST, format!("{made} orders")) }
}
