//! What `obtain` takes and answers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answers::{CERTIFICATE, Certificate, Extra};
use crate::key_type::KeyType;
use crate::parameter::{Parameter, ParameterKind};
use crate::secret::Secret;
use crate::shape::{Field, FieldKind, Shape};
use crate::subject::{SUBJECT, Subject};
use crate::words::words;

/// Leaves a valid certificate in a folder: nothing is done while the one there is good, an order under way goes on, and
/// otherwise a new one is ordered. Safe to repeat as often as one likes, and safe to kill.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Obtain {
    /// The names; the first one is the CN.
    pub domains: Vec<String>,
    /// The folder of all entries.
    pub directory: PathBuf,
    /// The entry's name, a folder in `directory`; the first domain if absent.
    pub name: Option<String>,
    /// How control of the names is shown: `{"method": "HTTP_CSR_HASH", "webroot": "/var/www"}` and the like.
    pub validation: Value,
    /// Days of validity; 90 if absent.
    pub validity_days: Option<u64>,
    /// Exactly these names; true if absent.
    pub strict_domains: Option<bool>,
    /// The kind of key.
    pub key_type: Option<KeyType>,
    /// Whether a renewal keeps the key.
    pub reuse_key: Option<bool>,
    /// A key of the caller's, PEM, for all orders of the entry: kept in the key's own file only.
    pub private_key: Option<Secret>,
    /// A CSR of the caller's, who keeps the key.
    pub csr: Option<String>,
    /// What a CSR of ours says beside the CN.
    pub subject: Option<Subject>,
    /// The share of the lifetime that is left when the certificate is renewed; 1/3 if absent.
    pub renew_at: Option<f64>,
    /// Orders anew though the certificate is good.
    pub force: Option<bool>,
    /// Which certificate the new one replaces: `auto`, `never`, or an id.
    pub replace: Option<String>,
    /// Seconds for the whole call; 1800 if absent, without end for `EMAIL`.
    pub deadline: Option<f64>,
    /// Seconds before the order is looked at again, growing to half a minute.
    pub poll_interval: Option<f64>,
    /// Seconds after which an order whose answer was lost, and which cannot be found, counts as not made; 30 if absent.
    pub settle: Option<f64>,
    /// Whether we look before the service does: `warn`, `strict`, `off`.
    pub preflight: Option<String>,
    /// The DNS server for that look, `ADDRESS:PORT`.
    pub resolver: Option<String>,
    /// Where that look goes instead, as in curl: `HOST:PORT:TO_HOST:TO_PORT`.
    pub connect_to: Option<Vec<String>>,
    /// A command that runs after a new certificate is in place.
    pub deploy_hook: Option<Vec<String>>,
    /// Whether `current` goes back to the version before when that command fails.
    pub rollback: Option<bool>,
    /// The id of the order that is ours, after an error of kind `ambiguous`.
    pub adopt: Option<String>,
    /// Gives up the order under way.
    pub abandon: Option<bool>,
    /// No network while the certificate is good.
    pub offline: Option<bool>,
}

impl Obtain {
    /// A certificate for these names in this folder; `validation` as in the reference.
    pub fn new<D: Into<String>>(
        domains: impl IntoIterator<Item = D>,
        directory: impl Into<PathBuf>,
        validation: Value,
    ) -> Self {
        Self {
            domains: domains.into_iter().map(Into::into).collect(),
            directory: directory.into(),
            name: None,
            validation,
            validity_days: None,
            strict_domains: None,
            key_type: None,
            reuse_key: None,
            private_key: None,
            csr: None,
            subject: None,
            renew_at: None,
            force: None,
            replace: None,
            deadline: None,
            poll_interval: None,
            settle: None,
            preflight: None,
            resolver: None,
            connect_to: None,
            deploy_hook: None,
            rollback: None,
            adopt: None,
            abandon: None,
            offline: None,
        }
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

/// What [`Obtain`] left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Obtained {
    /// What came of it.
    pub outcome: Outcome,
    /// The certificate, or the order that waits or was given up.
    pub certificate: Option<Certificate>,
    /// Where the files in use lie: `privkey`, `cert`, `chain`, `fullchain`, `combined`; none before the first success.
    pub files: BTreeMap<String, String>,
    /// Whether the deploy hook has had the certificate in use; without a hook true. None before the first success.
    pub deployed: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What `obtain` takes.
pub(crate) static PARAMETERS: &[Parameter] = &[
    Parameter::required("domains", ParameterKind::DistinctDomains, "The names; the first one is the CN."),
    Parameter::required(
        "directory",
        ParameterKind::Text,
        "The folder of all entries; it is made if there is none.",
    ),
    Parameter::optional(
        "name",
        ParameterKind::Text,
        "The entry's name, a folder in `directory`; the first domain if absent.",
    ),
    Parameter::required(
        "validation",
        ParameterKind::Object,
        "How control of the names is shown: `method`, and one of `webroot`, `listen`, `hook`, `emails`; with none of them the caller is asked by events.",
    ),
    Parameter::optional(
        "validity_days",
        ParameterKind::Integer(1, 10_000),
        "Days of validity; 90 by default.",
    ),
    Parameter::optional(
        "strict_domains",
        ParameterKind::Flag,
        "Exactly these names, true by default; otherwise the service adds the www or bare twin of a name.",
    ),
    Parameter::optional(
        "key_type",
        ParameterKind::OneOf(KeyType::WORDS),
        "The kind of key; ecdsa-p256 by default.",
    ),
    Parameter::optional(
        "reuse_key",
        ParameterKind::Flag,
        "Whether a renewal keeps the key; one whose certificate was revoked is never kept.",
    ),
    Parameter::optional(
        "private_key",
        ParameterKind::PrivateKey,
        "A key of the caller's, PEM, for all orders of the entry: later calls and `renew_all` take it from the key's own file, until `reuse_key` is false or another `key_type` is asked for.",
    ),
    Parameter::optional(
        "csr",
        ParameterKind::Csr,
        "A CSR of the caller's, PEM, whose names are `domains`: the caller keeps the key, so there is no privkey and no combined among the files. Not with key_type, subject, private_key, reuse_key.",
    ),
    SUBJECT,
    Parameter::optional(
        "renew_at",
        ParameterKind::Number,
        "The share of the lifetime that is left when the certificate is renewed; 1/3 by default.",
    ),
    Parameter::optional(
        "force",
        ParameterKind::Flag,
        "Orders anew though the certificate is good, and though too many creates are without an outcome.",
    ),
    Parameter::optional(
        "replace",
        ParameterKind::Id,
        "Which certificate the new one replaces, which passes the quota: `auto` (the newest of the entry; the default), `never`, or an id.",
    ),
    Parameter::optional(
        "deadline",
        ParameterKind::Seconds,
        "Seconds for the whole call; 1800 by default, without end for EMAIL.",
    ),
    Parameter::optional(
        "poll_interval",
        ParameterKind::Seconds,
        "Seconds before the order is looked at again, growing to 30; 2 by default.",
    ),
    Parameter::optional(
        "settle",
        ParameterKind::Seconds,
        "Seconds after which an order whose answer was lost, and which cannot be found, counts as not made; 30 by default.",
    ),
    Parameter::optional(
        "preflight",
        ParameterKind::OneOf(&["warn", "strict", "off"]),
        "Whether we look at files and records before the service does, and what follows from what we find; warn by default.",
    ),
    Parameter::optional(
        "resolver",
        ParameterKind::Text,
        "The DNS server for our own look, `ADDRESS` or `ADDRESS:PORT`; by default the authoritative ones.",
    ),
    Parameter::optional(
        "connect_to",
        ParameterKind::TextList,
        "Where our own look goes instead, as in curl: `HOST:PORT:TO_HOST:TO_PORT`.",
    ),
    Parameter::optional(
        "deploy_hook",
        ParameterKind::Command,
        "A command that runs after a new certificate is in place, at least once for each.",
    ),
    Parameter::optional(
        "rollback",
        ParameterKind::Flag,
        "Whether `current` goes back to the version before when the deploy hook fails.",
    ),
    Parameter::optional(
        "adopt",
        ParameterKind::Id,
        "The id of the order that is ours, after an error of kind `ambiguous`.",
    ),
    Parameter::optional(
        "abandon",
        ParameterKind::Flag,
        "Gives up the order under way; one that is issued meanwhile is installed.",
    ),
    Parameter::optional(
        "offline",
        ParameterKind::Flag,
        "No network while the certificate is good; otherwise the service is asked once whether it was revoked.",
    ),
];

pub(crate) static OBTAINED: Shape = Shape::new(
    "Obtained",
    &[
        Field::new("outcome", FieldKind::Text, "issued, renewed, resumed, unchanged, pending, abandoned.")
            .required(),
        Field::new(
            "certificate",
            FieldKind::ObjectOrNone(&CERTIFICATE),
            "The certificate, or the order that waits or was given up.",
        ),
        Field::new(
            "files",
            FieldKind::Map(&FieldKind::Text),
            "Where the files in use lie: privkey, cert, chain, fullchain, combined; with `csr` those without the key.",
        ),
        Field::new(
            "deployed",
            FieldKind::Flag,
            "Whether the deploy hook has had the certificate in use; without a hook true.",
        ),
    ],
);
