//! Parameters and answer of `obtain`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::answers::{CERTIFICATE, Certificate};
use crate::declare::{answer, request};
use crate::event::Stage;
use crate::key_type::KeyType;
use crate::secret::Secret;
use crate::shape::FieldKind;
use crate::subject::Subject;
use crate::words::words;

request! {
    /// Gets a valid certificate and installs it in a folder. A good certificate is kept, and an order that exists
    /// already is continued; otherwise a new one is ordered. The call can be repeated and killed at any time.
    pub struct Obtain {
        required {
            /// The names. The first one is the CN.
            domains: Vec<String> = DistinctDomains;
            /// The folder of all entries. It is made if it does not exist.
            directory: PathBuf = Folder;
            /// How control of the names is proved: `method`, and one of `webroot`, `listen`, `hook`, `emails`. Without
            /// any of these, events ask the caller to publish.
            validation: Value = Object;
        }
        optional {
            /// The entry's name, a folder in `directory`; by default the first domain.
            name: String = Text;
            /// Days of validity; 90 by default.
            validity_days: u64 = Integer(1, 10_000);
            /// Exactly these names; true by default. If false, the service adds the www or bare twin of a name.
            strict_domains: bool = Flag;
            /// The kind of key; ecdsa-p256 by default.
            key_type: KeyType = OneOf(KeyType::WORDS);
            /// Whether a renewal uses the same key. The key of a revoked certificate is never used again.
            reuse_key: bool = Flag;
            /// A key of the caller, in PEM, for all orders of the entry. Later calls and `renew_all` read it from the
            /// entry, until `reuse_key` is false or another `key_type` is requested.
            private_key: Secret = PrivateKey.secret();
            /// A CSR of the caller, in PEM, with the names in `domains`. The caller keeps the key, so there is no
            /// `privkey` and no `combined` among the files. Not together with `key_type`, `subject`, `private_key`,
            /// `reuse_key`.
            csr: String = Csr;
            /// The subject of the CSR besides the CN, as in `generate_csr`.
            subject: Subject = Subject;
            /// The certificate is renewed when this share of its lifetime is left; 1/3 by default.
            renew_at: f64 = Number;
            /// Orders a new certificate even if the current one is good, and even if the outcome of too many creates is
            /// not known.
            force: bool = Flag;
            /// The certificate that the new one replaces, which does not use a place in the quota: `auto` (the newest
            /// of the entry; the default), `never`, or an id.
            replace: String = Id;
            /// Seconds for the whole call; 1800 by default, no limit for EMAIL.
            deadline: f64 = Seconds;
            /// Seconds between two checks of the order, growing to 30; 2 by default. The first check comes sooner.
            poll_interval: f64 = Seconds;
            /// Seconds until an order whose answer was lost, and which is not found, counts as not made; 30 by default.
            settle: f64 = Seconds;
            /// Whether files and records are checked before the service does it, and what a problem leads to; warn by
            /// default.
            preflight: String = OneOf(&["warn", "strict", "off"]);
            /// The DNS server for these checks, `ADDRESS` or `ADDRESS:PORT`; by default the authoritative servers.
            resolver: String = Text;
            /// Other addresses for these checks to connect to, as in curl: `HOST:PORT:TO_HOST:TO_PORT`.
            connect_to: Vec<String> = TextList;
            /// A command that runs after a new certificate is installed, at least once for each certificate.
            deploy_hook: Vec<String> = Command;
            /// Whether `current` is set back to the previous version if the deploy hook fails.
            rollback: bool = Flag;
            /// A file with a password on its first line. Then `keystore.p12` has key and chain as PKCS#12, for Java and
            /// Windows. A changed password counts from the next certificate on, and for `redeploy`. Not together with
            /// `csr`.
            pkcs12_password_file: PathBuf = File;
            /// What `current` is: `links` (default), a symbolic link to a version, switched in one step, or `files`, a
            /// folder with copies, for file systems without links: a reader may see a pair that does not match while they
            /// are replaced; `combined.pem` is always whole.
            layout: Layout = OneOf(Layout::WORDS);
            /// The id of the order to continue, after an error of kind `ambiguous`.
            adopt: String = Id;
            /// Gives up the current order. If it is issued in the meantime, the certificate is installed.
            abandon: bool = Flag;
            /// Does not use the network while the certificate is good. By default the service is asked once whether it
            /// was revoked.
            offline: bool = Flag;
            /// Checks everything that is checked before an order, and the CAA records, and orders nothing. The problems
            /// are the `findings` of the answer. The parameters are not stored. Not together with `abandon`, `adopt`.
            dry_run: bool = Flag;
        }
    }
}

impl Obtain {
    /// A certificate for these names in this folder. For `validation` see the reference.
    pub fn new<D: Into<String>>(
        domains: impl IntoIterator<Item = D>,
        directory: impl Into<PathBuf>,
        validation: Value,
    ) -> Self {
        Self::with(domains.into_iter().map(Into::into).collect(), directory.into(), validation)
    }
}

impl Obtained {
    /// The result of a call that has left the entry alone.
    pub(crate) fn without_work(outcome: Outcome) -> Self {
        Self {
            outcome,
            certificate: None,
            files: BTreeMap::new(),
            deployed: None,
            findings: Vec::new(),
            extra: crate::answers::Extra::default(),
        }
    }
}

words! {
    /// What `current` is.
    #[derive(Default)]
    pub enum Layout {
        /// A symbolic link to the version in use.
        #[default]
        Links = "links",
        /// A folder with copies of the files in use.
        Files = "files",
    }
}

words! {
    /// The result of the call.
    pub enum Outcome {
        /// The first certificate of the entry is installed.
        Issued = "issued",
        /// A newer certificate is installed.
        Renewed = "renewed",
        /// A certificate is installed whose order was made by an earlier call.
        Resumed = "resumed",
        /// The installed certificate is good.
        Unchanged = "unchanged",
        /// The service is still validating or issuing: call again.
        Pending = "pending",
        /// The current order was given up.
        Abandoned = "abandoned",
        /// The renewal is due, and left for the next run: `max_orders` of `renew_all`.
        Postponed = "postponed",
        /// A dry run: nothing was ordered.
        Checked = "checked",
        /// A certificate of the shared store is installed on this host: another host has ordered it.
        Installed = "installed",
        /// The entry was removed from the shared store. Its files on this host stay.
        Removed = "removed",
    }
}

answer! {
    /// The result of `obtain`.
    pub struct Obtained: OBTAINED {
        /// issued, renewed, resumed, installed, unchanged, pending, abandoned, checked.
        outcome: Outcome = Text.required();
        /// The certificate, or the order that is pending or was given up.
        certificate: Option<Certificate> = ObjectOrNone(&CERTIFICATE);
        /// The files in use: `privkey`, `cert`, `chain`, `fullchain`, `combined`, `pkcs12`; with `csr` no key.
        files: BTreeMap<String, String> = Map(&FieldKind::Text);
        /// Whether the deploy hook has run for the certificate in use; true without a hook.
        deployed: Option<bool> = Flag;
        /// The problems that a dry run found, in the order of the work.
        findings: Vec<ObtainFinding> = Objects(&OBTAIN_FINDING);
        ..extra
    }
}

answer! {
    /// A problem that a dry run found.
    pub struct ObtainFinding: OBTAIN_FINDING {
        /// The name, if it is about one.
        domain: Option<String> = Text;
        /// The step that it is about, as in events: key, order, publish, preflight, install, deploy.
        stage: Stage = Text.required();
        /// `error`: an order would not be made, or would fail. `warning`: it needs attention, or could not be checked.
        level: FindingLevel = Text.required();
        /// What is wrong, and what to do.
        message: String = Text.required();
        ..extra
    }
}

words! {
    /// How bad a finding of a dry run is.
    pub enum FindingLevel {
        /// An order would not be made, or would fail.
        Error = "error",
        /// It needs attention, or it could not be checked.
        Warning = "warning",
    }
}
