//! `obtain` with `dry_run`: what is checked before an order, as findings. Nothing is ordered, published or stored.

use std::slice;
use std::sync::Arc;

use super::env::Env;
use super::events::Stage;
use super::in_force::{check_publisher, end_of};
use super::interface::{FindingLevel, ObtainFinding, Obtained, Outcome};
use super::order_spec::{OrderSpec, PreflightLevel};
use super::session::{Session, Turn};
use super::steps::account::Account;
use super::store::entry::Entry;
use crate::answers::Extra;
use crate::clean::Cleaner;
use crate::context::Context;
use crate::error::{Error, Kind, Result};

pub(crate) fn dry_run(context: &Context<'_>, env: &Env<'_>, spec: OrderSpec) -> Result<Obtained> {
    check_publisher(context, &spec)?;
    let end = end_of(env, spec.deadline);
    let mut entry = Entry::open_here(*context, env, &spec.directory, &spec.name, end)?;
    // Without the lease: nothing is changed, whoever works on the entry.
    entry.bring_only()?;
    let mut session = Session::new(*context, env, entry, Arc::new(spec), end)?;
    session.turn = Turn::Dry;
    let outcome = session.checked();
    session.send_outcome(outcome)
}

impl Session<'_> {
    /// Makes every check, in the order of the work, whatever the others find.
    fn checked(&mut self) -> Result<Obtained> {
        let mut findings = Findings { cleaner: &self.context.connection.cleaner, found: Vec::new() };
        let key = self.resolve_terms().and_then(|()| self.key_source().map(drop));
        findings.keep(Stage::Key, None, key)?;
        self.check_order(&mut findings)?;
        for domain in &self.terms.domains {
            findings.keep(Stage::Publish, Some(domain), self.prepare_publish(slice::from_ref(domain)))?;
        }
        self.check_caa(&mut findings)?;
        findings.keep(Stage::Install, None, self.check_storage())?;
        findings.keep(Stage::Install, None, self.prepare_keystore())?;
        findings.keep(Stage::Deploy, None, self.prepare_deploy())?;
        let installed = self.journal.installed.as_ref().map(|installed| self.stored_certificate(installed));
        let certificate = match installed.transpose() {
            Ok(certificate) => certificate,
            Err(error) => {
                findings.keep(Stage::Install, None, Err(error))?;
                None
            }
        };
        Ok(Obtained { findings: findings.found, ..self.outcome(Outcome::Checked, certificate) })
    }

    /// Whether an order would be made: the entry, the account and the clocks.
    fn check_order(&self, findings: &mut Findings<'_>) -> Result<()> {
        if let Some(quarantined) = self.blocking_quarantined() {
            findings.keep(Stage::Order, None, Err(self.kept_for_a_person(quarantined)))?;
        }
        findings.keep(Stage::Order, None, self.check_create_limit())?;
        self.progress(Stage::Order, "asking the service what the account holds", []);
        let account = Account::of(self, self.terms.common_name());
        match account.and_then(|account| self.compare_clocks(account.server_time)) {
            Ok(None) => Ok(()),
            Ok(Some(off)) => {
                findings.add(Stage::Order, None, FindingLevel::Warning, off);
                Ok(())
            }
            Err(error) => findings.keep(Stage::Order, None, Err(error)),
        }
    }

    /// Whether the CAA records let the CA issue. Files and records exist only after an order.
    fn check_caa(&self, findings: &mut Findings<'_>) -> Result<()> {
        if self.spec.preflight_level == PreflightLevel::Off {
            return Ok(());
        }
        self.progress(Stage::Preflight, "looking at the CAA records", []);
        for found in self.spec.preflight.check_caa(&self.watching(), &self.terms.domains)? {
            let level = if found.certain { FindingLevel::Error } else { FindingLevel::Warning };
            findings.add(Stage::Preflight, Some(&found.domain), level, found.to_string());
        }
        Ok(())
    }

    fn check_storage(&self) -> Result<()> {
        if self.entry.is_read_only() {
            let why = "nothing can be written there; make it writable for this user";
            return Err(Error::storage(&self.entry.path, why));
        }
        self.entry.prepare(self.spec.layout)
    }
}

/// What was found, each problem once. No answer of the service may bring a secret into it.
struct Findings<'a> {
    cleaner: &'a Cleaner,
    found: Vec<ObtainFinding>,
}

impl Findings<'_> {
    /// A check that failed becomes a finding. A cancel ends the run, and so does a bug of the library.
    fn keep(&mut self, stage: Stage, domain: Option<&str>, outcome: Result<()>) -> Result<()> {
        match outcome {
            Err(error) if matches!(error.kind(), Kind::Cancelled | Kind::Internal) => return Err(error),
            Err(error) => self.add(stage, domain, FindingLevel::Error, error.to_string()),
            Ok(()) => {}
        }
        Ok(())
    }

    fn add(&mut self, stage: Stage, domain: Option<&str>, level: FindingLevel, mut message: String) {
        self.cleaner.clean_text(&mut message);
        if !self.found.iter().any(|known| known.stage == stage && known.message == message) {
            let domain = domain.map(str::to_owned);
            self.found.push(ObtainFinding { domain, stage, level, message, extra: Extra::default() });
        }
    }
}
