//! The parameters of `obtain`, checked as far as possible without the network.

mod key;
mod refusals;
mod validation;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::budget::Budget;
use super::preflight::Preflight;
use super::publish::Publisher;
use crate::backoff::Backoff;
use crate::endpoints::ValidationMethod;
use crate::error::{Error, Result};
use crate::ledger::records;
use crate::obtain::interface::{Layout, Obtain};
use crate::obtain::store::journal::Terms;
use crate::parameter::Arguments;
use crate::subject::Subject;
pub(crate) use key::KeySpec;
use validation::ValidationSpec;

/// The default time limit of a call. For mails there is none, because a person has to answer them.
pub(crate) const DEADLINE: Duration = Duration::from_secs(1800);
const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// Polling without a pause would only get the account blocked.
const MIN_POLL_INTERVAL: Duration = Duration::from_millis(10);
const MAX_POLL_INTERVAL: Duration = Duration::from_secs(30);
const SETTLE: Duration = Duration::from_secs(30);
pub(crate) const RENEW_AT: f64 = 1.0 / 3.0;
const VALIDITY_DAYS: u64 = 90;

/// Everything that the caller requested.
pub(crate) struct OrderSpec {
    pub(crate) terms: Terms,
    pub(crate) directory: PathBuf,
    pub(crate) name: String,
    pub(crate) method: ValidationMethod,
    pub(crate) publisher: Publisher,
    /// For `EMAIL`: an address for each name, in the order of the names.
    pub(crate) emails: Vec<String>,
    pub(crate) key: KeySpec,
    pub(crate) subject: Subject,
    /// The share of the lifetime that is left when it is renewed.
    pub(crate) renew_at: f64,
    pub(crate) aim: Aim,
    pub(crate) replace: Replace,
    pub(crate) deadline: Option<Duration>,
    pub(crate) poll_interval: Duration,
    pub(crate) settle: Duration,
    pub(crate) preflight_level: PreflightLevel,
    pub(crate) preflight: Preflight,
    pub(crate) deploy_hook: Vec<String>,
    pub(crate) rollback: bool,
    pub(crate) pkcs12_password_file: Option<PathBuf>,
    pub(crate) layout: Layout,
    pub(crate) adopt: Option<String>,
    /// The network is not used while the certificate is good.
    pub(crate) offline: bool,
    /// The status of each of the account's certificates, by id. Only `renew_all` has it.
    pub(crate) statuses: Option<Arc<HashMap<String, String>>>,
    /// How many orders may still be made, by this call and the others of the same run.
    pub(crate) budget: Option<Arc<Budget>>,
    /// Whether a command runs after all entries of a run, so that the journal has to remember it.
    pub(crate) has_post_hook: bool,
    /// The parameters that belong to the entry and not to this call: `renew_all` uses them.
    pub(crate) request: Map<String, Value>,
}

/// The purpose of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// A good certificate: nothing is done while there is one.
    Good,
    /// A new certificate.
    Anew,
    /// The current order is given up.
    GiveUp,
}

impl Aim {
    fn new(request: &Obtain) -> Result<Self> {
        match (request.force.unwrap_or(false), request.abandon.unwrap_or(false)) {
            (false, false) => Ok(Self::Good),
            (true, false) => Ok(Self::Anew),
            (false, true) => Ok(Self::GiveUp),
            (true, true) => Err(Error::invalid("abandon", "it does not go with `force`; call twice")),
        }
    }
}

/// Which certificate the new one replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Replace {
    /// The newest certificate of the entry.
    Auto,
    Never,
    Id(String),
}

/// What the findings of the preflight checks lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PreflightLevel {
    Off,
    Warn,
    Strict,
}

/// Parameters that are for one call only, name the entry's folder, or are secret.
const ONE_CALL_ONLY: [&str; 7] =
    ["directory", "force", "adopt", "abandon", "offline", "dry_run", "private_key"];

/// Whether a parameter is stored in the entry for later calls. An id in `replace` is not: a certificate is replaced
/// only once.
pub(crate) fn is_stored(name: &str, value: &Value) -> bool {
    let is_an_id = || name == "replace" && !matches!(value.as_str(), Some("auto" | "never"));
    !ONE_CALL_ONLY.contains(&name) && !is_an_id()
}

/// The deploy hook of a stored request, empty without one.
pub(crate) fn deploy_hook(request: &Map<String, Value>) -> Vec<String> {
    let argv = request.get("deploy_hook").and_then(Value::as_array).into_iter().flatten();
    argv.filter_map(Value::as_str).map(str::to_owned).collect()
}

impl OrderSpec {
    /// The pauses between two polls of the service.
    pub(crate) fn polls(&self) -> Backoff {
        Backoff::new(self.poll_interval.max(MIN_POLL_INTERVAL), 1.5, MAX_POLL_INTERVAL)
    }

    /// `is_trial`: the service runs on this machine, so documentation addresses may replace public ones.
    pub(crate) fn new(arguments: &Arguments, is_trial: bool) -> Result<Self> {
        let arguments = &absolute(arguments);
        let request: Obtain = arguments.read()?;
        let aim = Aim::new(&request)?;
        if request.dry_run == Some(true) && (aim == Aim::GiveUp || request.adopt.is_some()) {
            return Err(Error::invalid("dry_run", "it does not go with `abandon` or `adopt`"));
        }
        let validation =
            ValidationSpec::read(request.validation.as_object().unwrap_or(&Map::new()), &request.domains)?;
        refusals::check(&request.domains, validation.method, is_trial)?;
        let key = KeySpec::read(&request)?;
        let name = match &request.name {
            Some(name) => entry_name(name)?,
            None => request.domains.first().map(|first| name_of(first)).transpose()?.unwrap_or_default(),
        };
        let renew_at = request.renew_at.unwrap_or(RENEW_AT);
        if renew_at >= 1.0 {
            return Err(Error::invalid(
                "renew_at",
                "expected a share of the lifetime below 1, such as 0.33: how much is left when it is renewed",
            ));
        }
        let is_by_mail = validation.method == ValidationMethod::Email;
        let seconds = |given: Option<f64>| given.map(Duration::from_secs_f64);
        Ok(Self {
            directory: directory(&request.directory)?,
            name,
            method: validation.method,
            publisher: validation.publisher,
            emails: validation.emails,
            subject: request.subject.unwrap_or_default(),
            renew_at,
            aim,
            replace: match request.replace.as_deref() {
                None | Some("auto") => Replace::Auto,
                Some("never") => Replace::Never,
                Some(id) => Replace::Id(id.to_owned()),
            },
            deadline: seconds(request.deadline).or((!is_by_mail).then_some(DEADLINE)),
            poll_interval: seconds(request.poll_interval).unwrap_or(POLL_INTERVAL),
            settle: seconds(request.settle).unwrap_or(SETTLE),
            preflight_level: match request.preflight.as_deref() {
                Some("off") => PreflightLevel::Off,
                Some("strict") => PreflightLevel::Strict,
                _ => PreflightLevel::Warn,
            },
            preflight: Preflight::new(request.resolver.as_deref(), &request.connect_to.unwrap_or_default())?,
            deploy_hook: request.deploy_hook.unwrap_or_default(),
            rollback: request.rollback.unwrap_or(false),
            pkcs12_password_file: request.pkcs12_password_file,
            layout: request.layout.unwrap_or_default(),
            adopt: request.adopt,
            offline: request.offline.unwrap_or(false),
            statuses: None,
            budget: None,
            has_post_hook: false,
            request: arguments
                .iter()
                .filter(|(parameter, value)| is_stored(parameter.name, value))
                .map(|(parameter, value)| (parameter.name.to_owned(), value.clone()))
                .collect(),
            terms: Terms {
                domains: request.domains,
                key_type: key.key_type(),
                validity_days: request.validity_days.unwrap_or(VALIDITY_DAYS),
                strict_domains: request.strict_domains.unwrap_or(true),
                public_key: key.public_key().map(str::to_owned),
                by_csr: matches!(key, KeySpec::Csr { .. }),
            },
            key,
        })
    }
}

/// The same parameters with absolute paths.
fn absolute(arguments: &Arguments) -> Arguments {
    let mut arguments = arguments.clone();
    for (parameter, value) in arguments.iter().cloned().collect::<Vec<_>>() {
        let absolute = match (parameter.name, value) {
            ("validation", Value::Object(given)) => validation::absolute(given).into(),
            ("pkcs12_password_file", mut file) => {
                validation::make_absolute(&mut file);
                file
            }
            ("deploy_hook", mut command) => {
                validation::absolute_command(&mut command);
                command
            }
            _ => continue,
        };
        arguments.set(std::slice::from_ref(parameter), parameter.name, absolute);
    }
    arguments
}

/// A hook or another process may have another working directory, so the path is made absolute.
fn directory(given: &Path) -> Result<PathBuf> {
    std::path::absolute(given)
        .map_err(|error| Error::invalid("directory", format!("expected the path of a folder: {error}")))
}

/// The name of an entry that was given none.
fn name_of(domain: &str) -> Result<String> {
    let why = "the first of `domains` is too long for the name of a folder, which has 200 bytes at most; give a `name`";
    entry_name(domain).map_err(|_| Error::invalid("name", why))
}

pub(crate) fn entry_name(name: &str) -> Result<String> {
    if name.len() > 200 || !records::is_plain(name) {
        return Err(Error::invalid(
            "name",
            "expected the name of a folder: no slash, no dot at the start, 200 bytes at most",
        ));
    }
    Ok(name.replace('*', "wildcard_"))
}
