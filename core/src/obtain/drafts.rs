//! `cancel_drafts`: gives back the quota that forgotten orders use.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;

use super::env::Env;
use super::fleet;
use super::interface::{CancelDrafts, Drafts};
use super::listing::names;
use super::store::folder::Folder;
use super::store::journal::Sent;
use crate::answers::{Certificate, Extra};
use crate::context::Context;
use crate::endpoints::list_certificates::{Found, all};
use crate::endpoints::{CancelCertificate, ListCertificates, Status};
use crate::error::{Result, codes};
use crate::parameter::Arguments;
use crate::time::Time;

const OLDER_THAN: f64 = 7.0 * 24.0 * 3600.0;

/// What a store knows of its orders.
#[derive(Default)]
struct Known {
    ids: Vec<String>,
    /// Create calls whose orders were not found yet.
    creates: Vec<Sent>,
}

pub(crate) fn cancel_drafts(context: &Context<'_>, env: &Env<'_>, arguments: &Arguments) -> Result<Drafts> {
    let wanted: CancelDrafts = arguments.read()?;
    let keep = wanted.keep.unwrap_or_default();
    let call = || Context { deadline: Instant::now() + context.connection.timeout, ..*context };
    let list = ListCertificates {
        status: Some(vec![Status::Draft, Status::PendingValidation]),
        ..ListCertificates::default()
    };
    // A folder that is not there is told before anything is asked.
    if let Some(directory) = &wanted.directory {
        names(env, directory)?;
    }
    let Found { certificates, server_time, .. } = all(|| Ok(call()), list)?;
    // After the list: what is in it was in a journal before.
    let known = known(context, env, wanted.directory.as_deref())?;
    // By the server's clock, which dates the orders.
    let now = server_time.unwrap_or_else(|| env.clock.now());
    let age = Duration::from_secs_f64(wanted.older_than.unwrap_or(OLDER_THAN));
    let is_selected = |order: &Certificate| {
        order.is_open() && is_older(order, age, now) && !keep.contains(&order.id) && !known.has(order)
    };
    let selected = certificates.into_iter().filter(is_selected).collect();
    let mut drafts = Drafts { selected, cancelled: Vec::new(), extra: Extra::default() };
    if wanted.dry_run.unwrap_or(true) {
        return Ok(drafts);
    }
    for order in drafts.selected.clone() {
        match call().send(&CancelCertificate::new(&order.id)) {
            Ok(_) => drafts.cancelled.push(order.id),
            // Issued, or cancelled by somebody else, since it was listed.
            Err(error) if error.is(&codes::CERTIFICATE_CANNOT_BE_CANCELLED) => {
                context.log(|| format!("cancel_drafts: {} is left alone ({error})", order.id));
            }
            Err(error) => return Err(error.with_details(json!(drafts))),
        }
    }
    Ok(drafts)
}

/// Of an order without a date nobody knows whether it is forgotten.
fn is_older(order: &Certificate, age: Duration, now: SystemTime) -> bool {
    let created = order.created.as_ref().and_then(Time::to_system_time);
    created.is_some_and(|created| now.duration_since(created).is_ok_and(|passed| passed >= age))
}

/// The orders of all entries, here and in the shared store. An entry that cannot be read is an error: its order must not
/// be cancelled.
fn known(context: &Context<'_>, env: &Env<'_>, directory: Option<&Path>) -> Result<Known> {
    let mut journals = match &env.fleet {
        Some(fleet) => fleet::journals(context, fleet)?,
        None => Vec::new(),
    };
    if let Some(directory) = directory {
        for name in names(env, directory)? {
            let journal = Folder { env, path: &directory.join(&name) }.journal()?;
            journals.push((name, journal));
        }
    }
    let mut known = Known::default();
    for (_, journal) in journals {
        known.ids.extend(journal.orders().cloned());
        known.creates.extend(journal.creates().cloned());
    }
    Ok(known)
}

impl Known {
    fn has(&self, order: &Certificate) -> bool {
        self.ids.contains(&order.id) || self.creates.iter().any(|sent| sent.sought().may_be(order))
    }
}
