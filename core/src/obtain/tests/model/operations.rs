//! The operations of the library, each with its trouble and with what must be true of it.

use serde_json::json;

use super::actions::{Aim, ENTRIES, Wanted};
use super::calls::Done;
use super::hooks::expect_no_order;
use super::keys::{self, Key};
use super::rules::{FEW_ORDERS_A_CALL, HOOK_HAS_RUN, MENDED, NO_PANIC, ONE_UNKNOWN_CREATE, OWN_DRAFTS};
use super::trouble::Trouble;
use super::world::{Scene, Violation, broken, is_open};
use crate::error::{Kind, Result as Outcome};
use crate::key_type::KeyType;
use crate::obtain::interface::Layout;
use crate::obtain::interface::{
    CancelDrafts, Drafts, InstallCertificates, Obtain, Obtained, Outcome as Came, Redeploy, RenewAll,
    Renewals,
};
use crate::operation::Request;

impl Scene {
    pub(super) fn wanted(&self, host: usize, entry: usize, wish: &Wanted) -> Obtain {
        let name = ENTRIES[entry].to_owned();
        let domains = if wish.with_www { vec![name.clone(), format!("www.{name}")] } else { vec![name] };
        let validation = json!({"method": "HTTP_CSR_HASH", "webroot": self.stand.webroot()});
        let own = wish.key.own(entry);
        let (is_made, is_by_csr) = (wish.key == Key::Made, matches!(wish.key, Key::ByCsr(_)));
        Obtain {
            preflight: Some("off".to_owned()),
            key_type: is_made.then_some(if wish.is_p384 { KeyType::EcdsaP384 } else { KeyType::EcdsaP256 }),
            reuse_key: wish.reuse_key.filter(|_| is_made),
            private_key: own.as_ref().filter(|_| !is_by_csr).map(|own| own.pem.as_str().into()),
            csr: own.as_ref().filter(|_| is_by_csr).map(|own| own.csr(&domains)),
            layout: Some(wish.layout),
            deploy_hook: wish.hook.map(|hook| self.hook_argv(hook.word)),
            rollback: wish.hook.and_then(|hook| hook.rolls_back.then_some(true)),
            force: (wish.aim == Aim::Force).then_some(true),
            abandon: (wish.aim == Aim::Abandon).then_some(true),
            deadline: wish.deadline.map(f64::from),
            ..Obtain::new(domains, self.folder(host), validation)
        }
    }

    pub(super) fn obtain(
        &mut self,
        host: usize,
        entry: usize,
        wish: &Wanted,
        trouble: &Trouble,
    ) -> Result<Outcome<Obtained>, Violation> {
        let before = self.orders(entry).len();
        let must_wait = self.must_wait_for_hook(host, entry, wish, trouble)?;
        let wanted = self.wanted(host, entry, wish);
        let done = self.call(host, entry, trouble, Obtain::OPERATION, &wanted, crate::obtain::run_in);
        let made = self.orders(entry).len() - before;
        if made > if matches!(trouble, Trouble::Meanwhile { .. }) { 4 } else { 2 } {
            return broken(FEW_ORDERS_A_CALL, format!("{made} orders"));
        }
        if must_wait {
            self.count("a hook that fails comes first");
            expect_no_order(made)?;
        }
        if let Trouble::Service { operation: "create_certificate", skip, times: usize::MAX, fault } = trouble
            && fault.is_uncertain()
            && done.creates > skip + 1
        {
            return broken(ONE_UNKNOWN_CREATE, format!("{} creates", done.creates));
        }
        let outcome = self.settle(&format!("obtain on host {host} for {}", ENTRIES[entry]), done, trouble)?;
        if let Ok(obtained) = &outcome {
            self.leaves_whole_files(host, entry, obtained)?;
        }
        Ok(outcome)
    }

    fn leaves_whole_files(
        &mut self,
        host: usize,
        entry: usize,
        obtained: &Obtained,
    ) -> Result<(), Violation> {
        if matches!(obtained.outcome, Came::Pending | Came::Abandoned | Came::Postponed) {
            return Ok(());
        }
        self.is_removing[entry] = false;
        if self.is_in_doubt[entry] {
            return Ok(());
        }
        match self.in_use(host, entry)? {
            Some(in_use) if in_use.is_whole => {
                if in_use.layout == Layout::Files {
                    self.count("copies in place of a link");
                }
                match in_use.is_by_csr {
                    true => self.count("a CSR of the caller"),
                    false if keys::is_own(&in_use.leaf.public_key) => self.count("a key of the caller"),
                    false => {}
                }
                Ok(())
            }
            _ => broken(MENDED, format!("{} on host {host}: {obtained:?}", ENTRIES[entry])),
        }
    }

    pub(super) fn redeploy(&mut self, host: usize, entry: usize, trouble: &Trouble) -> Result<(), Violation> {
        let wanted = Redeploy::new(self.folder(host), ENTRIES[entry]);
        let (work, before) = (crate::obtain::redeploy::redeploy, self.runs_seen);
        let done = self.call(host, entry, trouble, Redeploy::OPERATION, &wanted, work);
        let outcome =
            self.settle(&format!("redeploy on host {host} for {}", ENTRIES[entry]), done, trouble)?;
        if outcome.is_ok() {
            self.count("redeployed");
            if self.runs_seen == before {
                return broken(HOOK_HAS_RUN, "`redeploy` says so, and it has not");
            }
        }
        Ok(())
    }

    pub(super) fn renew_all(
        &mut self,
        host: usize,
        trouble: &Trouble,
    ) -> Result<Outcome<Renewals>, Violation> {
        let wanted = RenewAll { jobs: Some(1), ..RenewAll::new(self.folder(host)) };
        let work = crate::obtain::renewals::renew_all;
        let done = self.call(host, 0, trouble, RenewAll::OPERATION, &wanted, work);
        self.settle(&format!("renew_all on host {host}"), done, trouble)
    }

    pub(super) fn cancel_drafts(
        &mut self,
        host: usize,
        trouble: &Trouble,
    ) -> Result<Outcome<Drafts>, Violation> {
        let mut known = Vec::new();
        for entry in 0..ENTRIES.len() {
            known.extend(self.open_orders(entry)?.known);
        }
        let wanted = CancelDrafts {
            older_than: Some(0.0),
            directory: Some(self.folder(host)),
            dry_run: Some(false),
            ..CancelDrafts::default()
        };
        let work = crate::obtain::drafts::cancel_drafts;
        let done = self.call(host, 0, trouble, CancelDrafts::OPERATION, &wanted, work);
        let all = self.stand.sandbox.certificates();
        match all.iter().find(|order| known.contains(&order.id) && !is_open(order)) {
            Some(order) => broken(OWN_DRAFTS, format!("{order:?}")),
            None => self.settle("cancel_drafts", done, trouble),
        }
    }

    pub(super) fn install(&mut self, host: usize, trouble: &Trouble) -> Result<(), Violation> {
        let wanted = InstallCertificates::new(self.folder(host));
        let work = crate::obtain::fleet::install::install_certificates;
        let done = self.call(host, 0, trouble, InstallCertificates::OPERATION, &wanted, work);
        self.settle(&format!("install_certificates on host {host}"), done, trouble).map(drop)
    }

    pub(super) fn settle<T>(
        &mut self,
        operation: &str,
        done: Done<T>,
        trouble: &Trouble,
    ) -> Result<Outcome<T>, Violation> {
        self.steps += done.steps;
        let said = done.outcome.as_ref().map_or_else(ToString::to_string, |_| "done".to_owned());
        self.story.push(format!("{operation}: {} creates, {said}", done.creates));
        self.count(if done.outcome.is_ok() { "calls that worked" } else { "calls with an error" });
        if done.has_struck {
            self.count(trouble.name(done.has_died));
        }
        if let Trouble::Lie { .. } = trouble {
            self.is_in_doubt = [true; 2];
            // Of an order with such a key whose note is lost there is a warning, and a person decides.
            for entry in 0..ENTRIES.len() {
                self.may_leave_orders[entry] |= self.has_given_key[entry] || self.has_lost_csr(entry)?;
            }
        }
        self.hooks_have_seen()?;
        match &done.outcome {
            Err(error) if error.kind() == Kind::Internal && !done.has_died => {
                broken(NO_PANIC, error.to_string())
            }
            _ => Ok(done.outcome),
        }
    }
}
