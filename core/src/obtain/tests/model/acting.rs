//! What is done in a walk: calls, and what people and the world do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::actions::{Action, Aim, Blocked, ENTRIES, Wanted};
use super::keys::Key;
use super::trouble::{Moment, Trouble};
use super::world::{Scene, Violation, is_open, minutes_of};
use crate::endpoints::{CancelCertificate, RevokeCertificate};
use crate::obtain::tests::disk::Loss;

impl Scene {
    /// Does it, and says what was wrong with its outcome.
    pub(super) fn act(&mut self, action: &Action) -> Result<(), Violation> {
        match action {
            Action::Obtain(host, entry, wish, trouble) => {
                self.wishes[*entry] = wish.to_stay();
                self.has_given_key[*entry] |= wish.key != Key::Made;
                self.obtain(*host, *entry, wish, trouble).map(drop)
            }
            Action::Outage(host, entry, trouble, times) => {
                let wish = self.wishes[*entry].clone();
                (0..*times).try_for_each(|_| self.obtain(*host, *entry, &wish, trouble).map(drop))
            }
            Action::RenewAll(host, trouble) => self.renew_all(*host, trouble).map(drop),
            Action::Remove(host, entry, how, trouble) => self.remove(*host, *entry, *how, trouble),
            Action::CancelDrafts(host, trouble) => {
                self.let_wait(self.hosts().len() - 1 - host, 0)?;
                self.cancel_drafts(*host, trouble).map(drop)
            }
            Action::Install(host, trouble) => self.install(*host, trouble),
            Action::Redeploy(host, entry, trouble) => self.redeploy(*host, *entry, trouble),
            Action::Revoke(entry) => self.revoke(*entry),
            Action::Cancel(host, entry) => {
                self.let_wait(*host, *entry)?;
                let open = self.orders(*entry).into_iter().find(is_open);
                if let Some(order) = open
                    && self.stand.client().send(&CancelCertificate::new(order.id)).is_ok()
                {
                    self.count("cancelled by a person");
                }
                Ok(())
            }
            Action::Backup(entry) => {
                copy(&self.folder(0).join(ENTRIES[*entry]), &self.backup(*entry));
                Ok(())
            }
            Action::Restore(entry) => {
                if self.memory.is_none() && self.backup(*entry).exists() {
                    copy(&self.backup(*entry), &self.folder(0).join(ENTRIES[*entry]));
                    self.may_leave_orders[*entry] = true;
                    self.has_one[0][*entry] = false;
                    self.forget_revoked(*entry);
                    self.count("restored from a backup");
                }
                Ok(())
            }
            Action::Quota(left) => {
                self.stand.sandbox.set_quota(self.stand.sandbox.certificates().len() + left);
                self.count("quota");
                Ok(())
            }
            Action::IssueDelay(minutes) => {
                self.stand.sandbox.set_issue_delay(minutes_of(*minutes));
                self.count("issue delay");
                Ok(())
            }
            Action::Block(blocked) => {
                self.block(*blocked);
                self.count(if *blocked == Blocked::Hook { "a hook fails" } else { "a website is down" });
                Ok(())
            }
            Action::Advance(minutes) => {
                self.stand.sandbox.advance(minutes_of(*minutes));
                self.count("clock forward");
                Ok(())
            }
            Action::Skew(minutes) => {
                self.skew = *minutes;
                self.count(if *minutes < 0 { "clock back" } else { "clock ahead" });
                Ok(())
            }
            Action::WrongClock(host, entry, minutes) => {
                if self.memory.is_some() {
                    // It meets the lease of a host that has died.
                    let at = Moment::After { operation: "create_certificate", skip: 0, step: 0 };
                    let trouble = Trouble::Crash { at, loss: Loss::Nothing };
                    let wish = Wanted { aim: Aim::Force, ..self.wishes[*entry].clone() };
                    drop(self.obtain(1 - host, *entry, &wish, &trouble)?);
                }
                self.skew = *minutes;
                let wish = Wanted { deadline: Some(60), ..self.wishes[*entry].clone() };
                let outcome = self.obtain(*host, *entry, &wish, &Trouble::None);
                self.skew = 0;
                outcome.map(drop)
            }
            Action::Daily(days, blocked, troubles) => {
                self.count("daily runs");
                self.daily(*days, *blocked, troubles)
            }
            Action::Recover(host, entry) => {
                self.count("recovered");
                self.recover(*host, *entry)
            }
        }
    }

    /// An order that is not issued yet when the call ends.
    fn let_wait(&mut self, host: usize, entry: usize) -> Result<(), Violation> {
        self.stand.sandbox.set_issue_delay(minutes_of(180));
        let wish = Wanted { aim: Aim::Force, deadline: Some(60), ..self.wishes[entry].clone() };
        let outcome = self.obtain(host, entry, &wish, &Trouble::None);
        self.stand.sandbox.set_issue_delay(minutes_of(0));
        outcome.map(drop)
    }

    fn revoke(&mut self, entry: usize) -> Result<(), Violation> {
        let Some((id, in_use)) = self.installed_in_use(entry)?.filter(|(_, in_use)| !in_use.is_empty())
        else {
            return Ok(());
        };
        if self.stand.client().send(&RevokeCertificate::new(id)).is_ok() {
            self.note_revoked(entry, in_use, true);
            self.count("revoked by a person");
        }
        Ok(())
    }

    fn backup(&self, entry: usize) -> PathBuf {
        self.stand.store().join(format!("backup-{entry}"))
    }
}

/// A folder in the place of another one, if it is there.
fn copy(from: &Path, to: &Path) {
    if from.exists() {
        let _ = fs::remove_dir_all(to);
        let copied = Command::new("cp").arg("-a").args([from, to]).status().expect("cp");
        assert!(copied.success(), "{copied}");
    }
}
