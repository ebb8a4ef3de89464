//! What `obtain` takes and answers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::answers::{CERTIFICATE, Certificate};
use crate::declare::{answer, request};
use crate::key_type::KeyType;
use crate::secret::Secret;
use crate::shape::FieldKind;
use crate::subject::Subject;
use crate::words::words;

request! {
    /// Leaves a valid certificate in a folder. Nothing is done while the one there is good, an order under way goes on,
    /// and otherwise a new one is ordered. Safe to repeat, safe to kill.
    pub struct Obtain {
        required {
            /// The names; the first one is the CN.
            domains: Vec<String> = DistinctDomains;
            /// The folder of all entries; it is made if there is none.
            directory: PathBuf = Text;
            /// How control of the names is shown: `method`, and one of `webroot`, `listen`, `hook`, `emails`; with
            /// none of them the caller is asked by events.
            validation: Value = Object;
        }
        optional {
            /// The entry's name, a folder in `directory`; the first domain if absent.
            name: String = Text;
            /// Days of validity; 90 by default.
            validity_days: u64 = Integer(1, 10_000);
            /// Exactly these names, true by default; otherwise the service adds the www or bare twin of a name.
            strict_domains: bool = Flag;
            /// The kind of key; ecdsa-p256 by default.
            key_type: KeyType = OneOf(KeyType::WORDS);
            /// Whether a renewal keeps the key; one whose certificate was revoked is never kept.
            reuse_key: bool = Flag;
            /// A key of the caller's, PEM, for all orders of the entry: later calls and `renew_all` take it from the
            /// key's own file, until `reuse_key` is false or another `key_type` is asked for.
            private_key: Secret = PrivateKey;
            /// A CSR of the caller's, PEM, whose names are `domains`: the caller keeps the key, so there is no
            /// `privkey` and no `combined` among the files. Not with `key_type`, `subject`, `private_key`, `reuse_key`.
            csr: String = Csr;
            /// What a CSR of ours says beside the CN, as in `generate_csr`.
            subject: Subject = Subject;
            /// The share of the lifetime that is left when the certificate is renewed; 1/3 by default.
            renew_at: f64 = Number;
            /// Orders anew though the certificate is good, and though too many creates are without an outcome.
            force: bool = Flag;
            /// Which certificate the new one replaces, which passes the quota: `auto` (the newest of the entry; the
            /// default), `never`, or an id.
            replace: String = Id;
            /// Seconds for the whole call; 1800 by default, without end for EMAIL.
            deadline: f64 = Seconds;
            /// Seconds before the order is looked at again, growing to 30; 2 by default.
            poll_interval: f64 = Seconds;
            /// Seconds after which an order whose answer was lost, and which cannot be found, counts as not made; 30
            /// by default.
            settle: f64 = Seconds;
            /// Whether we look at files and records before the service does, and what follows from what we find; warn
            /// by default.
            preflight: String = OneOf(&["warn", "strict", "off"]);
            /// The DNS server for our own look, `ADDRESS` or `ADDRESS:PORT`; by default the authoritative ones.
            resolver: String = Text;
            /// Where our own look goes instead, as in curl: `HOST:PORT:TO_HOST:TO_PORT`.
            connect_to: Vec<String> = TextList;
            /// A command that runs after a new certificate is in place, at least once for each.
            deploy_hook: Vec<String> = Command;
            /// Whether `current` goes back to the version before when the deploy hook fails.
            rollback: bool = Flag;
            /// The id of the order that is ours, after an error of kind `ambiguous`.
            adopt: String = Id;
            /// Gives up the order under way; one that is issued meanwhile is installed.
            abandon: bool = Flag;
            /// No network while the certificate is good; otherwise the service is asked once whether it was revoked.
            offline: bool = Flag;
        }
    }
}

impl Obtain {
    /// A certificate for these names in this folder; `validation` as in the reference.
    pub fn new<D: Into<String>>(
        domains: impl IntoIterator<Item = D>,
        directory: impl Into<PathBuf>,
        validation: Value,
    ) -> Self {
        Self::with(domains.into_iter().map(Into::into).collect(), directory.into(), validation)
    }
}

words! {
    /// What came of it.
    pub enum Outcome {
        /// The first certificate of the entry is in place.
        Issued = "issued",
        /// A newer one is in place.
        Renewed = "renewed",
        /// One is in place whose order an earlier call had begun.
        Resumed = "resumed",
        /// The one in place is good.
        Unchanged = "unchanged",
        /// The service still looks or issues: call again.
        Pending = "pending",
        /// The order under way was given up.
        Abandoned = "abandoned",
        /// It is due, and left for the next run: `max_orders` of `renew_all`.
        Postponed = "postponed",
    }
}

answer! {
    /// What `obtain` left.
    pub struct Obtained: OBTAINED {
        /// issued, renewed, resumed, unchanged, pending, abandoned.
        outcome: Outcome = Text.required();
        /// The certificate, or the order that waits or was given up.
        certificate: Option<Certificate> = ObjectOrNone(&CERTIFICATE);
        /// Where the files in use lie: `privkey`, `cert`, `chain`, `fullchain`, `combined`; with `csr` without the key.
        files: BTreeMap<String, String> = Map(&FieldKind::Text);
        /// Whether the deploy hook has had the certificate in use; without a hook true.
        deployed: Option<bool> = Flag;
        ..extra
    }
}
