//! Publishing in a session: stored in the journal before it is done, and until it is undone.

use std::sync::Arc;

use crate::answers::Certificate;
use crate::endpoints::GetCertificate;
use crate::error::{Kind, Result};
use crate::obtain::challenge::{Challenge, challenges};
use crate::obtain::events::Stage;
use crate::obtain::publish::{Published, Publishing};
use crate::obtain::session::Session;

impl Session<'_> {
    /// Publishes everything that the order needs. What is published already is published again.
    pub(crate) fn publish(&mut self, order: &Certificate) -> Result<Vec<Challenge>> {
        let challenges = self.challenges(order)?;
        let mut planned = Vec::new();
        for challenge in &challenges {
            planned.extend(match self.env.fleet {
                Some(_) => self.spec.publisher.plan_for_all(challenge)?,
                None => self.spec.publisher.plan(challenge)?,
            });
        }
        self.journal.leftovers.retain(|leftover| !planned.contains(leftover));
        let published = &mut self.order()?.published;
        for thing in planned {
            if !published.contains(&thing) {
                published.push(thing);
            }
        }
        self.save()?;
        for challenge in &challenges {
            let facts = [("domain", challenge.domain().into()), ("location", challenge.location().into())];
            self.progress(Stage::Publish, &format!("publishing for {}", challenge.domain()), facts);
            self.spec.publisher.publish(&self.publishing(&order.id), challenge)?;
        }
        Ok(challenges)
    }

    /// The order's challenges. An answer without them, such as an entry of a list, is fetched again.
    fn challenges(&self, order: &Certificate) -> Result<Vec<Challenge>> {
        let found = challenges(order, self.spec.method, &self.terms.domains);
        if found.is_err() && order.validation.other_methods.is_empty() {
            let full = self.send(&GetCertificate::new(&order.id))?;
            return challenges(&full, self.spec.method, &self.terms.domains);
        }
        found
    }

    /// Removes what the order published: now if possible, otherwise in a later call.
    pub(crate) fn schedule_cleanup(&mut self, published: Vec<Published>) {
        for thing in published {
            if !self.journal.leftovers.contains(&thing) {
                self.journal.leftovers.push(thing);
            }
        }
    }

    /// Removes what ended orders have left. What cannot be removed is reported, and tried again next time.
    pub(crate) fn clear_leftovers(&mut self) -> Result<()> {
        if self.journal.leftovers.is_empty() {
            return Ok(());
        }
        let in_use = self.journal.order.as_ref().map(|order| order.published.clone()).unwrap_or_default();
        let mut kept = Vec::new();
        // Files before their folders.
        for thing in std::mem::take(&mut self.journal.leftovers).into_iter().rev() {
            if in_use.contains(&thing) {
                continue;
            }
            // The folder is not empty yet. It is removed when it is.
            if in_use.iter().any(|used| lies_in(used, &thing)) {
                kept.push(thing);
                continue;
            }
            match self.spec.publisher.withdraw(&self.publishing(""), &thing) {
                Ok(()) => {}
                Err(error) if error.kind() == Kind::Cancelled => {
                    kept.push(thing);
                }
                Err(error) => {
                    let what = match &thing {
                        Published::File { path } | Published::Folder { path } => path.display().to_string(),
                        Published::Challenge { challenge } => challenge.location().to_owned(),
                    };
                    let message =
                        format!("{what} could not be taken away and is tried again next time ({error})");
                    self.warn(Stage::Publish, &message, []);
                    kept.push(thing);
                }
            }
        }
        kept.reverse();
        self.journal.leftovers = kept;
        self.save()
    }

    pub(crate) fn publishing<'b>(&'b self, order_id: &'b str) -> Publishing<'b> {
        Publishing {
            context: &self.context,
            method: self.spec.method,
            entry: &self.entry.name,
            order_id,
            fleet: self.env.fleet,
            end: self.end(),
            lock: Arc::clone(&self.entry.lock) as _,
        }
    }
}

/// Whether a file or folder is in this folder.
fn lies_in(thing: &Published, folder: &Published) -> bool {
    match (thing, folder) {
        (Published::File { path } | Published::Folder { path }, Published::Folder { path: folder }) => {
            path.starts_with(folder)
        }
        _ => false,
    }
}
