//! A sandbox, a web server for its files, and a folder for the entries.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use zerossl_sandbox::{
    Body, CertificateSummary, Effect, Fault, Options, Quirk, Reply, Sandbox, When, serve_files,
};

use super::time::SandboxClock;
use crate::Client;
use crate::clock::Clock;
use crate::error::Result;
use crate::ledger::fleet::Fleet;
use crate::ledger::memory::Memory;
use crate::ledger::records::Records;
use crate::ledger::seal::Seal;
use crate::obtain::interface::{Obtain, Obtained, Outcome, RenewAll, Renewals};
use crate::obtain::store::storage::{Disk, Storage};
use crate::obtain::{Env, check};
use crate::operation::Request;
use crate::parameter;

pub(super) struct Stand {
    pub(super) sandbox: Sandbox,
    /// Where the files of every name are fetched.
    pub(super) website: SocketAddr,
    folder: TempDir,
    /// The shared store, if there is one.
    records: Option<Arc<Records>>,
}

/// Whether all tests run on a shared store, too: what is promised for a folder holds there word for word.
const SHARED: &str = "ZEROSSL_TEST_SHARED_STORE";
const LEASE: Duration = Duration::from_secs(300);

impl Stand {
    pub(super) fn new() -> Self {
        let options = Options { quota: 50, ..Options::default() };
        Self::with(Sandbox::start(options).expect("a sandbox"))
    }

    /// For what becomes of a folder that is damaged, or put back from a backup: with a shared store it is a copy of what
    /// is there.
    pub(super) fn of_a_folder() -> Self {
        Self { records: None, ..Self::new() }
    }

    pub(super) fn with(sandbox: Sandbox) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("www")).expect("a folder");
        fs::create_dir(folder.path().join("store")).expect("a folder");
        let port = serve_files(folder.path().join("www")).expect("a web server");
        sandbox.set_http_port(port);
        let is_shared = std::env::var_os(SHARED).is_some();
        let records = is_shared.then(|| Arc::new(Records::new(Arc::new(Memory::default()), seal())));
        Self { sandbox, website: ([127, 0, 0, 1], port).into(), folder, records }
    }

    pub(super) fn env<'a>(&'a self, storage: &'a dyn Storage, clock: &'a dyn Clock) -> Env<'a> {
        let fleet = self.records.as_ref().map(|records| Fleet { records, lease: LEASE });
        Env { storage, clock, fleet }
    }

    pub(super) fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    pub(super) fn webroot(&self) -> PathBuf {
        self.folder.path().join("www")
    }

    pub(super) fn client(&self) -> Client {
        Client::builder()
            .access_key(self.sandbox.access_key())
            .base_url(self.sandbox.base_url())
            .requests_per_second(0.0)
            .max_retries(0)
            .timeout(Duration::from_secs(2))
            .build()
            .expect("settings")
    }

    /// The parameters of an order of example.com by file.
    pub(super) fn wanted(&self) -> Obtain {
        let validation = json!({"method": "HTTP_CSR_HASH", "webroot": self.webroot()});
        Obtain { preflight: Some("off".to_owned()), ..Obtain::new(["example.com"], self.store(), validation) }
    }

    pub(super) fn obtain(&self, wanted: &Obtain) -> Result<Obtained> {
        self.obtain_on(&Disk, &self.client(), wanted)
    }

    pub(super) fn obtain_on(
        &self,
        storage: &dyn Storage,
        client: &Client,
        wanted: &Obtain,
    ) -> Result<Obtained> {
        client.enter(Obtain::OPERATION, None, |context| {
            let given = crate::json::encode(wanted)?;
            let arguments = parameter::check(Obtain::OPERATION.parameters, given)?;
            let clock = SandboxClock::new(&self.sandbox);
            crate::obtain::run_in(context, &self.env(storage, &clock), &arguments)
        })
    }

    pub(super) fn renew_all(&self, wanted: &RenewAll) -> Result<Renewals> {
        self.renew_all_on(&Disk, &self.client(), wanted)
    }

    pub(super) fn renew_all_on(
        &self,
        storage: &dyn Storage,
        client: &Client,
        wanted: &RenewAll,
    ) -> Result<Renewals> {
        client.enter(RenewAll::OPERATION, None, |context| {
            let given = crate::json::encode(wanted)?;
            let arguments = parameter::check(RenewAll::OPERATION.parameters, given)?;
            let clock = SandboxClock::new(&self.sandbox);
            crate::obtain::renewals::renew_all(context, &self.env(storage, &clock), &arguments)
        })
    }

    /// A call whose create is not carried out, and the next one, which orders.
    pub(super) fn obtain_after_unknown(&self, wanted: &Obtain) -> Result<Obtained> {
        let error = self.obtain(wanted).expect_err("one create a call");
        assert!(error.is_retryable() && error.message().contains("call again"), "{error}");
        self.obtain(wanted)
    }

    /// Adds a fault to the next requests of an operation.
    pub(super) fn strike(&self, operation: &str, times: usize, when: When, reply: Reply) {
        self.sandbox.fault(Fault { operation: Some(operation.to_owned()), times, when, reply });
    }

    /// Lets the next requests of an operation work before the faulty ones.
    pub(super) fn pass(&self, operation: &str, times: usize) {
        if times > 0 {
            self.strike(operation, times, When::After, Reply::new(200, Body::AsIs));
        }
    }

    pub(super) fn quirk(&self, operation: &str, times: usize, effect: Effect) {
        let quirk = Quirk { operation: Some(operation.to_owned()), times, effect };
        self.sandbox.quirk(quirk).expect("it goes together");
    }

    /// Everything on the account that is neither cancelled nor expired.
    pub(super) fn live(&self) -> Vec<CertificateSummary> {
        let is_live = |certificate: &CertificateSummary| {
            !matches!(certificate.status.as_str(), "cancelled" | "expired" | "revoked")
        };
        self.sandbox.certificates().into_iter().filter(is_live).collect()
    }

    pub(super) fn count(&self, operation: &str) -> usize {
        self.sandbox.requests().iter().filter(|asked| asked.operation == Some(operation)).count()
    }

    pub(super) fn journal(&self) -> Value {
        let text = fs::read_to_string(self.store().join("example.com/journal.json")).expect("a journal");
        serde_json::from_str(&text).expect("JSON")
    }

    /// What must be true after a successful call: the installed files match each other and a certificate of the
    /// account, and nothing is left in the webroot.
    pub(super) fn inspect(&self, obtained: &Obtained) {
        let read = |name: &str| fs::read_to_string(&obtained.files[name]).expect(name);
        let key = crate::signing_request::read_key(&read("privkey"), None).expect("a key");
        let public_key = crate::signing_request::public_key(&key);
        check::check(&read("fullchain"), &public_key, &["example.com".to_owned()], self.sandbox.now())
            .expect("a match");
        assert_eq!(read("fullchain"), read("cert") + &read("chain"));
        assert_eq!(read("combined"), read("privkey") + &read("fullchain"));
        let id = &obtained.certificate.as_ref().expect("a certificate").id;
        assert!(
            self.live().iter().any(|certificate| certificate.id == *id && certificate.status == "issued")
        );
        assert_eq!(obtained.deployed, Some(true));
        assert!(!self.webroot().join(".well-known").exists(), "the webroot is as it was");
        assert_eq!(self.journal()["order"], Value::Null);
    }
}

/// A seal with a key that is no secret.
pub(super) fn seal() -> Seal {
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    Seal::new(Some(&key.into()), &[]).expect("a key")
}

pub(super) fn is_fresh(obtained: &Obtained) -> bool {
    // Installed: the shared store had it already when the process ended.
    matches!(obtained.outcome, Outcome::Issued | Outcome::Renewed | Outcome::Resumed | Outcome::Installed)
}
