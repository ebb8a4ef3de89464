//! Hosts that work on the entries of one shared store.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::stand::{LEASE, Stand, seal};
use super::time::SandboxClock;
use crate::clock::Clock;
use crate::context::Context;
use crate::error::Result;
use crate::ledger::fleet::Fleet;
use crate::ledger::memory::Memory;
use crate::ledger::records::Records;
use crate::obtain::env::Env;
use crate::obtain::interface::{
    Entries, InstallCertificates, ListEntries, Obtain, Obtained, Outcome, Redeploy, RemoveEntry, RenewAll,
    Renewals,
};
use crate::obtain::store::storage::{Disk, Storage};
use crate::operation::{Operation, Request};
use crate::parameter::{self, Arguments};

/// Hosts that share a store, and an account.
pub(super) struct Hosts {
    pub(super) stand: Stand,
    pub(super) memory: Arc<Memory>,
    /// The seal keys, the one of today first; none for a store that is not sealed.
    pub(super) seal_keys: Vec<u8>,
}

impl Hosts {
    pub(super) fn with(memory: Memory) -> Self {
        Self { stand: Stand::of_a_folder(), memory: Arc::new(memory), seal_keys: vec![1] }
    }

    pub(super) fn new() -> Self {
        Self::with(Memory::default())
    }

    /// The folder of one host.
    pub(super) fn folder(&self, host: usize) -> PathBuf {
        self.stand.store().join(format!("host-{host}"))
    }

    pub(super) fn run<T>(
        &self,
        operation: &'static Operation,
        given: &impl serde::Serialize,
        work: impl FnOnce(&Context<'_>, &Env<'_>, &Arguments) -> Result<T>,
    ) -> Result<T> {
        self.run_by(&SandboxClock::new(&self.stand.sandbox), operation, given, work)
    }

    pub(super) fn run_by<T>(
        &self,
        clock: &dyn Clock,
        operation: &'static Operation,
        given: &impl serde::Serialize,
        work: impl FnOnce(&Context<'_>, &Env<'_>, &Arguments) -> Result<T>,
    ) -> Result<T> {
        self.run_on(&Disk, clock, operation, given, work)
    }

    fn run_on<T>(
        &self,
        storage: &dyn Storage,
        clock: &dyn Clock,
        operation: &'static Operation,
        given: &impl serde::Serialize,
        work: impl FnOnce(&Context<'_>, &Env<'_>, &Arguments) -> Result<T>,
    ) -> Result<T> {
        self.stand.client().enter(operation, None, |context| {
            let arguments = parameter::check(operation.parameters, crate::json::encode(given)?)?;
            let records = Arc::new(Records::new(Arc::clone(&self.memory) as _, seal(&self.seal_keys)));
            let fleet = Some(Fleet { records: &records, lease: LEASE });
            work(context, &Env { storage, clock, fleet }, &arguments)
        })
    }

    pub(super) fn wanted(&self, host: usize) -> Obtain {
        Obtain { directory: self.folder(host), ..self.stand.wanted() }
    }

    pub(super) fn obtain(&self, host: usize) -> Result<Obtained> {
        self.obtain_as(&self.wanted(host))
    }

    pub(super) fn obtain_as(&self, wanted: &Obtain) -> Result<Obtained> {
        self.run(Obtain::OPERATION, wanted, crate::obtain::run_in)
    }

    /// An order that is not issued for an hour: its id.
    pub(super) fn order_that_waits(&self, wanted: Obtain) -> String {
        self.stand.sandbox.set_issue_delay(Duration::from_secs(3600));
        let pending = self.obtain_as(&Obtain { deadline: Some(60.0), ..wanted }).expect("ordered");
        assert_eq!(pending.outcome, Outcome::Pending);
        pending.certificate.expect("an order").id
    }

    pub(super) fn renew(&self, host: usize) -> Result<Renewals> {
        let wanted = RenewAll::new(self.folder(host));
        self.run(RenewAll::OPERATION, &wanted, crate::obtain::renewals::renew_all)
    }

    pub(super) fn install_as(&self, wanted: &InstallCertificates) -> Result<Renewals> {
        let install = crate::obtain::fleet::install::install_certificates;
        self.run(InstallCertificates::OPERATION, wanted, install)
    }

    pub(super) fn install(&self, host: usize) -> Vec<(String, Option<Outcome>)> {
        let done = self.install_as(&InstallCertificates::new(self.folder(host))).expect("installed");
        done.results.into_iter().map(|result| (result.name, result.outcome)).collect()
    }

    pub(super) fn list(&self, host: usize) -> Entries {
        let wanted = ListEntries::new(self.folder(host));
        self.run(ListEntries::OPERATION, &wanted, crate::obtain::listing::list_entries).expect("listed")
    }

    pub(super) fn remove(&self, host: usize) -> Result<()> {
        self.remove_on(&Disk, host)
    }

    pub(super) fn remove_on(&self, storage: &dyn Storage, host: usize) -> Result<()> {
        self.remove_as(storage, &RemoveEntry { force: Some(true), ..self.to_remove(host) })
    }

    pub(super) fn to_remove(&self, host: usize) -> RemoveEntry {
        RemoveEntry::new(self.folder(host), "example.com")
    }

    pub(super) fn remove_as(&self, storage: &dyn Storage, wanted: &RemoveEntry) -> Result<()> {
        let (clock, work) = (SandboxClock::new(&self.stand.sandbox), crate::obtain::removal::remove_entry);
        self.run_on(storage, &clock, RemoveEntry::OPERATION, wanted, work).map(drop)
    }

    pub(super) fn redeploy(&self, host: usize) -> Result<Obtained> {
        let wanted = Redeploy::new(self.folder(host), "example.com");
        self.run(Redeploy::OPERATION, &wanted, crate::obtain::redeploy::redeploy)
    }

    pub(super) fn read(&self, host: usize, file: &str) -> Option<String> {
        fs::read_to_string(self.folder(host).join("example.com").join(file)).ok()
    }

    /// Whether key and chain on a host belong together, and are those of the one certificate of the account.
    pub(super) fn inspect(&self, host: usize, place: &str) {
        let read = |file: &str| {
            self.read(host, &format!("current/{file}"))
                .unwrap_or_else(|| panic!("{place}: host {host}: {file}"))
        };
        let key = crate::signing_request::read_key(&read("privkey.pem"), None).expect("a key");
        let public_key = crate::signing_request::public_key(&key);
        let names = ["example.com".to_owned()];
        crate::obtain::check::check(&read("fullchain.pem"), &public_key, &names, self.stand.sandbox.now())
            .unwrap_or_else(|why| panic!("{place}: host {host}: {why}"));
        assert_eq!(read("fullchain.pem"), read("cert.pem") + &read("chain.pem"), "{place}");
        assert_eq!(read("combined.pem"), read("privkey.pem") + &read("fullchain.pem"), "{place}");
    }
}
