//! A sandbox, a web server for its files, and a folder for the entries.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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
use crate::ledger::location::Location;
use crate::ledger::memory::Memory;
use crate::ledger::records::{self, Records};
use crate::ledger::seal::Seal;
use crate::ledger::{Fetched, Ledger, Swap, Version, open};
use crate::limits::Limits;
use crate::obtain::interface::{Obtain, Obtained, Outcome, RenewAll, Renewals};
use crate::obtain::store::storage::{Disk, Storage};
use crate::obtain::{Env, check};
use crate::operation::Request;
use crate::parameter;
use crate::secret::Secret;

pub(super) struct Stand {
    pub(super) sandbox: Sandbox,
    /// Where the files of every name are fetched.
    pub(super) website: SocketAddr,
    folder: TempDir,
    /// The shared store, if there is one.
    records: Option<Arc<Records>>,
}

/// The shared store on which all tests run, if there is one: what is promised for a folder holds there word for word.
/// `memory`, or a URL as in the setting `store`; then `ZEROSSL_TEST_STORE_ENDPOINT` may say where it is.
const SHARED: &str = "ZEROSSL_TEST_SHARED_STORE";
const ENDPOINT: &str = "ZEROSSL_TEST_STORE_ENDPOINT";
pub(super) const LEASE: Duration = Duration::from_secs(300);

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

    /// The same on a disk in memory, where there is one: for those who say themselves what a power cut leaves.
    pub(super) fn in_memory(sandbox: Sandbox) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self { records: None, ..Self::in_folder(sandbox, folder.expect("a folder")) }
    }

    pub(super) fn with(sandbox: Sandbox) -> Self {
        Self::in_folder(sandbox, tempfile::tempdir().expect("a folder"))
    }

    fn in_folder(sandbox: Sandbox, folder: TempDir) -> Self {
        fs::create_dir(folder.path().join("www")).expect("a folder");
        fs::create_dir(folder.path().join("store")).expect("a folder");
        let port = serve_files(folder.path().join("www")).expect("a web server");
        sandbox.set_http_port(port);
        let records =
            std::env::var(SHARED).ok().map(|store| Arc::new(Records::new(ledger(&store), seal(&[1]))));
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
        self.obtain_by(&SandboxClock::new(&self.sandbox), storage, client, wanted)
    }

    pub(super) fn obtain_by(
        &self,
        clock: &dyn Clock,
        storage: &dyn Storage,
        client: &Client,
        wanted: &Obtain,
    ) -> Result<Obtained> {
        client.enter(Obtain::OPERATION, None, |context| {
            let given = crate::json::encode(wanted)?;
            let arguments = parameter::check(Obtain::OPERATION.parameters, given)?;
            crate::obtain::run_in(context, &self.env(storage, clock), &arguments)
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

    /// What a call gave, and the lines that it logged, with its warnings.
    pub(super) fn obtain_saying(&self, wanted: &Obtain) -> (Result<Obtained>, Vec<String>) {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let client =
            self.client().logging_to(move |line| kept.lock().expect("no panic").push(line.to_owned()));
        let outcome = self.obtain_on(&Disk, &client, wanted);
        drop(client);
        let lines = lines.lock().expect("no panic").clone();
        (outcome, lines)
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
        self.inspect_files(obtained);
        assert!(!self.webroot().join(".well-known").exists(), "the webroot is as it was");
    }

    pub(super) fn inspect_files(&self, obtained: &Obtained) {
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
        assert_eq!(self.journal()["order"], Value::Null);
    }
}

/// The engine of a store, with a place of its own for each test.
fn ledger(store: &str) -> Arc<dyn Ledger> {
    if store == "memory" {
        return Arc::new(Memory::default());
    }
    let settings = Client::builder().store(store).sealed(false);
    let settings = match std::env::var(ENDPOINT) {
        Ok(endpoint) => settings.store_endpoint(endpoint),
        Err(_) => settings,
    };
    let engine = open::engine(&settings, &Location::parse(store).expect("a store")).expect("an engine");
    Arc::new(Below { engine, place: records::random().expect("a place") })
}

/// A part of a store.
#[derive(Debug)]
struct Below {
    engine: Arc<dyn Ledger>,
    place: String,
}

impl Below {
    fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.place)
    }
}

impl Ledger for Below {
    fn get(&self, limits: &dyn Limits, name: &str, knows: Option<&Version>) -> Result<Fetched> {
        self.engine.get(limits, &self.at(name), knows)
    }

    fn put_if(
        &self,
        limits: &dyn Limits,
        name: &str,
        content: &[u8],
        replaces: Option<&Version>,
    ) -> Result<Swap> {
        self.engine.put_if(limits, &self.at(name), content, replaces)
    }

    fn list(&self, limits: &dyn Limits, prefix: &str) -> Result<Vec<(String, Version)>> {
        let found = self.engine.list(limits, &self.at(prefix))?;
        let own = self.at("");
        Ok(found
            .into_iter()
            .map(|(name, version)| (name.trim_start_matches(&own).to_owned(), version))
            .collect())
    }

    fn delete(&self, limits: &dyn Limits, name: &str) -> Result<()> {
        self.engine.delete(limits, &self.at(name))
    }

    fn place(&self, name: &str) -> String {
        self.engine.place(&self.at(name))
    }
}

/// A seal with keys that are no secrets, of one byte each.
pub(super) fn seal(keys: &[u8]) -> Seal {
    let keys: Vec<Secret> = keys.iter().map(|&key| STANDARD.encode([key; 32]).into()).collect();
    let (current, old) = keys.split_first().map_or((None, &[][..]), |(current, old)| (Some(current), old));
    Seal::new(current, old).expect("keys")
}

pub(super) fn is_fresh(obtained: &Obtained) -> bool {
    // Installed: the shared store had it already when the process ended.
    matches!(obtained.outcome, Outcome::Issued | Outcome::Renewed | Outcome::Resumed | Outcome::Installed)
}
