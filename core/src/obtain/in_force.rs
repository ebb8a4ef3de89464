//! One visit to an entry: what is wanted, and while that fails, what is in force.
//!
//! A change of names that cannot be validated must not let the good certificate expire: as long as what is wanted is not
//! in place, the one that is in place is renewed when it is due.

use std::sync::Arc;

use super::World;
use super::check::Lifetime;
use super::session::Session;
use super::stored::{self, Which};
use super::telling::Stage;
use super::wish::{Aim, DEADLINE, Wish};
use crate::context::Context;
use crate::error::{Kind, Result};
use crate::operations::{Obtained, Outcome};

/// An order that only waits has this share of the time in which a certificate is renewed.
const PATIENCE: f64 = 0.5;

/// What came of a visit, and the leaf that is in place after it.
pub(crate) struct Visit {
    pub(crate) outcome: Result<Obtained>,
    pub(crate) leaf: Option<Lifetime>,
}

/// Who brings the wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The caller: what is refused by its parameters is as if it had not been called.
    Call,
    /// The store.
    Store,
}

/// Does what is wanted; `adjust` is what a run through a store changes of every wish.
pub(crate) fn visit(
    context: &Context<'_>,
    world: &World<'_>,
    wish: Wish,
    origin: Origin,
    adjust: impl FnOnce(&mut Wish),
) -> Result<Visit> {
    let mut session = Session::open(*context, world, Arc::new(wish))?;
    let in_force = due_in_force(&mut session, adjust);
    let whole = in_force.as_ref().map(|_| session.end_early(DEADLINE));
    let mut outcome = session.run();
    if let (Some(in_force), Some(whole)) = (in_force, whole)
        && must_renew(&session, &outcome, &in_force, origin)?
    {
        session.warn(Stage::Order, "what is wanted is not in place, so what is in force is renewed", []);
        session.turn_to(Arc::new(in_force), whole);
        let renewed = session.run();
        outcome = match (outcome, renewed) {
            (Ok(_), renewed) => renewed,
            (Err(error), Ok(renewed)) => {
                Err(error.and_say(&format!("what is in force was kept ({})", renewed.outcome)))
            }
            (Err(error), Err(other)) => {
                Err(error.and_say(&format!("and what is in force could not be renewed ({other})")))
            }
        };
    }
    let leaf = match &session.journal.installed {
        Some(installed) => session.lifetime(installed)?,
        None => None,
    };
    Ok(Visit { outcome, leaf })
}

/// The request that is in force, if it is another one than the session's, and its certificate is due.
fn due_in_force(session: &mut Session<'_>, adjust: impl FnOnce(&mut Wish)) -> Option<Wish> {
    let installed = session.journal.installed.clone()?;
    if session.wish.aim == Aim::GiveUp {
        return None;
    }
    // What cannot be told here is told by the session.
    session.resolve_terms().ok()?;
    if session.wanted_installed().ok()?.is_some() {
        return None;
    }
    let directory = session.wish.directory.clone();
    let name = session.wish.name.clone();
    let found = stored::read(&session.context, session.world, &directory, &name, Which::InForce);
    let mut in_force = match found {
        Ok(found) => found?,
        Err(error) => {
            let message = format!("what is in force cannot be renewed meanwhile ({error})");
            session.warn(Stage::Order, &message, []);
            return None;
        }
    };
    adjust(&mut in_force);
    let leaf = session.lifetime(&installed).ok()??;
    leaf.is_due(in_force.renew_at, session.now()).then_some(in_force)
}

fn must_renew(
    session: &Session<'_>,
    outcome: &Result<Obtained>,
    in_force: &Wish,
    origin: Origin,
) -> Result<bool> {
    Ok(match outcome {
        Ok(Obtained { outcome: Outcome::Pending, .. }) => {
            let Some(installed) = &session.journal.installed else { return Ok(false) };
            let share = in_force.renew_at * PATIENCE;
            session.lifetime(installed)?.is_some_and(|leaf| leaf.is_due(share, session.now()))
        }
        Ok(_) => false,
        Err(error) => match error.kind() {
            Kind::Cancelled | Kind::Internal => false,
            Kind::InvalidArgument => origin == Origin::Store,
            _ => true,
        },
    })
}
