//! Orders of other entries with the same names, for another key: they are none of ours.

use crate::answers::Certificate;
use crate::obtain::fleet;
use crate::obtain::listing::names;
use crate::obtain::session::Session;
use crate::obtain::store::folder::Folder;
use crate::obtain::store::journal::Journal;
use crate::ownership::carries_hash;

/// What all other entries know of their orders, here and in the shared store.
#[derive(Default)]
pub(crate) struct Others {
    ids: Vec<String>,
    /// Of the CSRs whose orders were not found yet.
    hashes: Vec<String>,
}

impl Others {
    /// What cannot be read is left out: whose an order is, is seen again when there is a certificate.
    pub(crate) fn of(session: &Session<'_>) -> Self {
        let (context, env, own) = (&session.context, session.env, &session.entry.name);
        let mut journals = Vec::new();
        if let Some(fleet) = &env.fleet {
            match fleet::journals(context, fleet) {
                Ok(shared) => journals.extend(shared.into_iter().map(|(name, journal)| (name, Ok(journal)))),
                Err(error) => journals.push((String::new(), Err(error))),
            }
        }
        if let Some(directory) = session.entry.path.parent() {
            let journal = |name: String| {
                let found = Folder { env, path: &directory.join(&name) }.journal();
                (name, found)
            };
            match names(env, directory) {
                Ok(names) => journals.extend(names.into_iter().map(journal)),
                Err(error) => journals.push((String::new(), Err(error))),
            }
        }
        let mut others = Self::default();
        for (_, found) in journals.into_iter().filter(|(name, _)| name != own) {
            match found {
                Ok(journal) => others.add(&journal),
                Err(error) => {
                    context.log(|| format!("obtain: the orders of another entry are not known ({error})"));
                }
            }
        }
        others
    }

    fn add(&mut self, journal: &Journal) {
        let in_use = journal.installed.iter().map(|installed| &installed.id);
        self.ids.extend(journal.orders().chain(in_use).cloned());
        self.hashes.extend(journal.creates().map(|sent| sent.csr_sha256.clone()));
    }

    pub(crate) fn have(&self, order: &Certificate) -> bool {
        self.ids.contains(&order.id) || self.hashes.iter().any(|hash| carries_hash(order, hash))
    }
}
