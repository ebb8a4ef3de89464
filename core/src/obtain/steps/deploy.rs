//! The deploy hook: it runs at least once for each certificate, and never causes another order.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::error::{Error, Kind, Result};
use crate::obtain::events::Stage;
use crate::obtain::interface::Obtained;
use crate::obtain::order_spec::{Aim, deploy_hook};
use crate::obtain::session::Session;
use crate::obtain::steps::hook_history::HookRun;
use crate::obtain::store::files::{REQUEST, short_name};
use crate::obtain::store::journal::Installed;
use crate::process;
use crate::process::Command;

/// A reload takes seconds. A longer task has to be started in the background.
const TIMEOUT: Duration = Duration::from_secs(300);

impl Session<'_> {
    /// Runs the hook unless it has run for the certificate in use.
    pub(crate) fn deploy(&mut self) -> Result<()> {
        if self.has_new_hook()? {
            self.expect_hook()?;
        }
        let Some(installed) = self.journal.installed.clone().filter(|installed| !installed.deployed) else {
            return Ok(());
        };
        let is_left = self.leaves_hook_to_request_in_force()?;
        // Nobody has tried again what was rolled back.
        let stays_back = is_left && installed.rolled_back && self.way_back(installed.predecessor)?.is_some();
        if !stays_back {
            // After a rollback, or a crash during one.
            if !self.entry.is_current(installed.serial, self.spec.layout)? {
                self.entry.switch(installed.serial, self.spec.layout)?;
            }
            if installed.rolled_back {
                self.set(|installed| installed.rolled_back = false)?;
            }
        }
        if is_left {
            return Ok(());
        }
        if !self.spec.deploy_hook.is_empty() {
            self.run_hook(&installed)?;
        }
        let hook = deploy_hook(&self.spec.request);
        self.set(|installed| installed.deploy_for(hook))
    }

    /// Whether a change without a hook is requested, or an order given up, and the certificate in place has a hook. A change
    /// is not held up by it, and it runs when the request in force has its turn.
    pub(crate) fn leaves_hook_to_request_in_force(&self) -> Result<bool> {
        let is_settled = self.spec.aim != Aim::GiveUp && self.requested_in_place()?.is_some();
        if self.is_in_force() || !self.spec.deploy_hook.is_empty() || is_settled {
            return Ok(false);
        }
        let in_force = self.entry.read_json(REQUEST).ok().flatten();
        Ok(in_force.is_some_and(|request| !deploy_hook(&request).is_empty()))
    }

    /// Runs the hook again, whether it has run or not.
    pub(crate) fn redeploy(&mut self) -> Result<Obtained> {
        if self.entry.is_read_only() {
            let why = "nothing can be written there, and the journal has to say that the hook runs";
            return Err(Error::storage(&self.entry.path, why));
        }
        let Some(installed) = self.journal.installed.clone() else {
            return Err(Error::storage(&self.entry.path, "there is no certificate yet; call `obtain`"));
        };
        if let Some(why) = self.damage(&installed)? {
            let why = format!(
                "the certificate in place is damaged ({why}); call `obtain`, which orders another one"
            );
            return Err(Error::storage(&self.entry.path, why));
        }
        if self.spec.pkcs12_password_file.is_some() {
            self.renew_keystore(&installed)?;
        }
        self.expect_hook()?;
        self.deploy()?;
        match self.journal.installed.clone() {
            Some(installed) => self.unchanged(&installed),
            None => {
                Err(Error::new(Kind::Internal, "the journal has lost its certificate; please report this"))
            }
        }
    }

    /// The hook has to run for the certificate in place. If it fails, or the process ends, the next call runs it again.
    /// There is no rollback of what has been in use.
    pub(crate) fn expect_hook(&mut self) -> Result<()> {
        self.set(|installed| {
            installed.expect_hook();
            if !installed.rolled_back {
                installed.predecessor = None;
            }
        })
    }

    /// Whether the requested certificate is in use and deployed for another hook, or for none.
    pub(crate) fn has_new_hook(&self) -> Result<bool> {
        let hook = deploy_hook(&self.spec.request);
        let installed = self.journal.installed.as_ref().filter(|installed| installed.deployed);
        let is_new = installed.is_some_and(|installed| !installed.is_deployed_for(&hook));
        Ok(is_new && self.requested_in_place()?.is_some())
    }

    fn run_hook(&mut self, installed: &Installed) -> Result<()> {
        let program = self.spec.deploy_hook.first().cloned().unwrap_or_default();
        self.progress(Stage::Deploy, "running the deploy hook", [("id", installed.id.as_str().into())]);
        let mut environment = vec![
            ("ZEROSSL_ENTRY".to_owned(), self.entry.name.clone()),
            ("ZEROSSL_ID".to_owned(), installed.id.clone()),
            ("ZEROSSL_DOMAINS".to_owned(), installed.terms.domains.join(" ")),
        ];
        for file in self.files_in_use(installed) {
            let name = format!("ZEROSSL_{}", short_name(file).to_uppercase());
            environment.push((name, self.entry.current(file).display().to_string()));
        }
        let passed = &self.context.connection.hook_environment;
        let command =
            Command { argv: &self.spec.deploy_hook, environment: &environment, passed, timeout: TIMEOUT };
        let (at, started) = (self.now(), self.env.clock.instant());
        let ended = process::run(&command, self.context.cancel, self.end(), Arc::clone(&self.entry.lock));
        let took = self.env.clock.instant() - started;
        let run = HookRun::new(at, took, &installed.id, &program);
        let error = match ended {
            Ok(mut ended) => {
                self.context.connection.cleaner.clean_text(&mut ended.output);
                self.keep_hook_run(run.ended(ended.success, &ended.how, &ended.output));
                if ended.success {
                    return Ok(());
                }
                let message = format!(
                    "the deploy hook failed ({}); the certificate is there, and the next call runs the hook again; \
                     what it printed is in `details`",
                    ended.how
                );
                let details = json!({"command": program, "output": ended.output});
                Error::storage(&program, message).with_details(details)
            }
            Err(error) => {
                self.keep_hook_run(run.ended(false, error.message(), ""));
                // It may still run, and read the files.
                if matches!(error.kind(), Kind::Cancelled | Kind::Timeout) {
                    return Err(error);
                }
                error
            }
        };
        if self.spec.rollback
            && let Some(predecessor) = self.way_back(installed.predecessor)?
        {
            self.set(|installed| installed.rolled_back = true)?;
            self.entry.switch(predecessor, self.spec.layout)?;
            return Err(error.and_say("`current` leads to the version before again"));
        }
        Err(error)
    }

    fn set(&mut self, change: impl FnOnce(&mut Installed)) -> Result<()> {
        if let Some(installed) = &mut self.journal.installed {
            change(installed);
        }
        self.save()
    }
}
