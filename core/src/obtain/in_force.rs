//! One call for an entry: the requested certificate, or the certificate in use while that fails.
//!
//! A change of names that cannot be validated must not let the good certificate expire. As long as the requested
//! certificate is not installed, the certificate in use is renewed when it is due.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::check::Lifetime;
use super::decide::BLOCKED_RENEWAL_SHARE;
use super::env::Env;
use super::events::Stage;
use super::fleet::{self, Joined};
use super::order_spec::{Aim, DEADLINE, OrderSpec};
use super::publish::Publisher;
use super::session::{Session, Turn};
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::obtain::interface::{Obtained, Outcome};
use crate::obtain::steps::kept_request;
use crate::obtain::steps::kept_request::Which;
use crate::obtain::store::entry::Entry;
use crate::obtain::store::files::REQUEST;

/// How long an order that renews the certificate in use may take before the requested change is tried again. There is
/// only one order at a time, so without this limit each would cancel the other's order.
const MAX_RENEWAL_WAIT: Duration = Duration::from_secs(24 * 3600);

/// The result of a call, and the leaf that is installed after it.
pub(crate) struct Visit {
    pub(crate) outcome: Result<Obtained>,
    pub(crate) leaf: Option<Lifetime>,
}

/// Where the spec comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The caller. If its parameters are refused, nothing is changed.
    Call,
    /// The store.
    Store,
}

/// Does what the caller requests.
pub(crate) fn obtain(context: &Context<'_>, env: &Env<'_>, spec: OrderSpec) -> Result<Obtained> {
    check_publisher(context, &spec)?;
    fleet::check_commands(env.fleet.as_ref(), &spec)?;
    let end = end_of(env, spec.deadline);
    let spec = Arc::new(spec);
    loop {
        let entry = Entry::open(*context, env, &spec.directory, &spec.name, end)?;
        let mut session = Session::new(*context, env, entry, Arc::clone(&spec), end)?;
        let outcome = run(&mut session, Origin::Call, |_| {});
        if session.must_begin_anew(&outcome) {
            continue;
        }
        // Parameters that are refused say nothing about the entry.
        if !outcome.as_ref().is_err_and(|error| error.kind() == Kind::InvalidArgument) {
            session.keep_last_error(&outcome);
        }
        session.entry.release(&session.journal);
        return session.send_outcome(outcome);
    }
}

/// Does what the stored request of an entry says. Another host's lease is waited for so long. `adjust` changes the spec as
/// `renew_all` needs it.
pub(crate) fn renew(
    context: &Context<'_>,
    env: &Env<'_>,
    directory: &Path,
    name: &str,
    patience: Duration,
    adjust: impl Fn(&mut OrderSpec),
) -> Result<Visit> {
    let read = |which| kept_request::read(context, env, directory, name, which);
    let read_in_force = || {
        let gone = || Error::storage(directory.join(name).join(REQUEST), "it is gone");
        read(Which::InForce)?.ok_or_else(gone)
    };
    // Decides how long to wait for another process. The request is read again when no other process can change it.
    let deadline = match read(Which::Requested) {
        Ok(Some(requested)) => requested.deadline,
        // It may be in the shared store alone.
        _ if env.fleet.is_some() => read(Which::InForce).ok().flatten().and_then(|before| before.deadline),
        _ => read_in_force()?.deadline,
    };
    let end = end_of(env, deadline.or(Some(DEADLINE)));
    let mut entry = Entry::open_here(*context, env, directory, name, end)?;
    let entry = match entry.join_for(patience)? {
        Joined::Ready if entry.is_removed() => return without_work(&entry, Outcome::Removed),
        Joined::Ready => entry,
        // What is there already is installed all the same.
        Joined::Leased(_) => {
            entry.bring_only()?;
            let spec = read(Which::InForce)?;
            let Some(mut spec) = spec else { return without_work(&entry, Outcome::Postponed) };
            adjust(&mut spec);
            let mut session = Session::new(*context, env, entry, Arc::new(spec), end)?;
            let outcome = session.put_in_place().map(|obtained| match obtained.outcome {
                Outcome::Installed => obtained,
                _ => Obtained::without_work(Outcome::Postponed),
            });
            session.keep_last_error(&outcome);
            return Ok(Visit { outcome: session.send_outcome(outcome), leaf: session.leaf()? });
        }
    };
    let read_stored = || {
        let requested = read(Which::Requested).and_then(|found| {
            found.map(|requested| check_publisher(context, &requested).map(|()| requested)).transpose()
        });
        let (mut spec, problem) = match requested {
            Ok(Some(requested)) => (requested, None),
            Ok(None) => (read_in_force()?, None),
            // The request that is in force does not depend on it, and the file is kept.
            Err(problem) => (read_in_force()?, Some(problem)),
        };
        adjust(&mut spec);
        check_publisher(context, &spec)?;
        Ok((spec, problem))
    };
    let (spec, problem) = read_stored().inspect_err(|_: &Error| entry.leave())?;
    let mut session = Session::new(*context, env, entry, Arc::new(spec), end)?;
    let outcome = match problem {
        None => run(&mut session, Origin::Store, adjust),
        Some(problem) => {
            session.turn = Turn::InForce;
            session.run().and(Err(problem))
        }
    };
    session.keep_last_error(&outcome);
    session.entry.release(&session.journal);
    let outcome = match outcome {
        // Another host has taken over, and does the work.
        Err(error) if error.kind() == Kind::Busy && env.fleet.is_some() => {
            Ok(session.outcome(Outcome::Postponed, None))
        }
        outcome => session.send_outcome(outcome),
    };
    Ok(Visit { outcome, leaf: session.leaf()? })
}

fn without_work(entry: &Entry<'_>, outcome: Outcome) -> Result<Visit> {
    let leaf = entry.read("current/cert.pem")?.as_deref().and_then(Lifetime::of);
    Ok(Visit { outcome: Ok(Obtained::without_work(outcome)), leaf })
}

impl Session<'_> {
    /// Whether another host has taken over meanwhile. Nothing was done after that, so the call begins with what is there
    /// now. A call that has sent a create of unknown outcome sends no other.
    fn must_begin_anew(&self, outcome: &Result<Obtained>) -> bool {
        self.env.fleet.is_some()
            && !self.has_unknown_create
            && outcome.as_ref().is_err_and(|error| error.kind() == Kind::Busy)
    }
}

pub(crate) fn end_of(env: &Env<'_>, time: Option<Duration>) -> Option<Instant> {
    time.and_then(|time| env.clock.instant().checked_add(time))
}

/// Only an op can ask its caller to publish.
pub(crate) fn check_publisher(context: &Context<'_>, spec: &OrderSpec) -> Result<()> {
    if matches!(spec.publisher, Publisher::Caller) && context.events.is_none() {
        let why = "give `webroot`, `listen` or `hook`: only an op can ask its caller to publish";
        return Err(Error::invalid("validation", why));
    }
    Ok(())
}

/// The requested certificate, and as long as it is not installed, the certificate in use.
fn run(session: &mut Session<'_>, origin: Origin, adjust: impl FnOnce(&mut OrderSpec)) -> Result<Obtained> {
    let Some(in_force) = other_in_force(session, adjust) else { return session.run() };
    let (requested, in_force) = (Arc::clone(&session.spec), Arc::new(in_force));
    let call_deadline = session.deadline;
    let is_due = session.is_due(in_force.renew_at)?;
    if is_due && has_pending_renewal(session) {
        session.turn_to(Turn::InForce, in_force, call_deadline);
        let renewed = session.run();
        if is_pending(&renewed) || session.has_unknown_create {
            let message = "the certificate in use is being renewed; the requested change is tried after that";
            session.warn(Stage::Order, message, []);
            return renewed;
        }
        session.turn_to(Turn::Requested, requested, call_deadline);
        return session.run().map_err(|error| with_renewal(error, renewed));
    }
    if is_due {
        session.end_early(DEADLINE);
    }
    let outcome = session.run();
    if !must_renew(session, &outcome, &in_force, origin)? {
        return outcome;
    }
    if is_due {
        session.warn(
            Stage::Order,
            "the requested certificate is not in place, so the one in use is renewed",
            [],
        );
    }
    session.turn_to(Turn::InForce, in_force, call_deadline);
    let renewed = session.run();
    if session.is_wanted_issued {
        session.turn_to(Turn::Requested, requested, call_deadline);
        return session.run();
    }
    match outcome {
        Ok(_) => renewed,
        Err(error) => Err(with_renewal(error, renewed)),
    }
}

/// The request that is in force, if another certificate is requested and not installed yet.
fn other_in_force(session: &mut Session<'_>, adjust: impl FnOnce(&mut OrderSpec)) -> Option<OrderSpec> {
    if session.journal.installed.is_none()
        || session.spec.aim == Aim::GiveUp
        || session.has_requested_certificate()
    {
        return None;
    }
    let spec = Arc::clone(&session.spec);
    match kept_request::read(&session.context, session.env, &spec.directory, &spec.name, Which::InForce) {
        Ok(found) => found.map(|mut in_force| {
            adjust(&mut in_force);
            in_force
        }),
        Err(error) => {
            let message = format!("the certificate in use cannot be renewed meanwhile ({error})");
            session.warn(Stage::Order, &message, []);
            None
        }
    }
}

/// Whether to wait for an order that renews the certificate in use, made while another one was requested.
fn has_pending_renewal(session: &Session<'_>) -> bool {
    let order = session.journal.order.as_ref().filter(|order| order.is_of_what_was_in_force);
    let sent_at = order.and_then(|order| order.sent.as_ref()?.at.to_system_time());
    sent_at.is_some_and(|at| session.now().duration_since(at).is_ok_and(|age| age < MAX_RENEWAL_WAIT))
}

/// Whether to renew the certificate in use, after the result for the requested one. If it is not due, it is only
/// checked: it may have been revoked.
fn must_renew(
    session: &mut Session<'_>,
    outcome: &Result<Obtained>,
    in_force: &OrderSpec,
    origin: Origin,
) -> Result<bool> {
    Ok(match outcome {
        Ok(_) => is_pending(outcome) && session.is_due(in_force.renew_at * BLOCKED_RENEWAL_SHARE)?,
        // A call sends at most one create whose outcome is not known.
        Err(_) if session.has_unknown_create => false,
        // The requested certificate is installed and its hook failed.
        Err(_) if session.has_requested_certificate() => false,
        // It holds up a renewal as well, as long as there is time.
        Err(_)
            if session.has_failing_hook()
                && !session.is_due(in_force.renew_at * BLOCKED_RENEWAL_SHARE)? =>
        {
            false
        }
        Err(error) => match error.kind() {
            // Busy: another host has taken over.
            Kind::Cancelled | Kind::Internal | Kind::Busy => false,
            Kind::InvalidArgument => origin == Origin::Store,
            _ => true,
        },
    })
}

fn is_pending(outcome: &Result<Obtained>) -> bool {
    outcome.as_ref().is_ok_and(|obtained| obtained.outcome == Outcome::Pending)
}

/// Why the requested certificate is not installed, and what happened to the certificate in use.
fn with_renewal(error: Error, renewed: Result<Obtained>) -> Error {
    match renewed {
        _ if error.kind() == Kind::Cancelled => error,
        Ok(Obtained { outcome: Outcome::Unchanged, .. }) => error,
        Ok(renewed) => error.and_say(&format!("the certificate in use was kept ({})", renewed.outcome)),
        Err(other) => error.and_say(&format!("and the certificate in use could not be renewed ({other})")),
    }
}
