//! A walk of one seed, and the shortest walk that still fails.

use fastrand::Rng;

use super::actions::{Action, ENTRIES};
use super::tally::Tally;
use super::world::{Scene, Violation, is_shared};

const ACTIONS: usize = 16;
/// How many walks are tried to find a shorter one.
const MAX_TRIES: usize = 150;
/// How many calls of a walk that fails are shown.
const SHOWN: usize = 20;

/// Walks; if a rule is broken, panics with the shortest walk that breaks it.
pub(super) fn walk(seed: u64, tally: &mut Tally) {
    let mut rng = Rng::with_seed(seed);
    let actions: Vec<Action> = (0..ACTIONS).map(|_| Action::any(&mut rng, is_shared(seed))).collect();
    let mut world = Scene::new(seed);
    let outcome = go(&mut world, &actions);
    tally.add(&world, actions.len());
    if let Err(violation) = outcome {
        let (actions, violation) = shorter(seed, actions, violation);
        let story: Vec<String> = actions.iter().map(|action| format!("  {action:?}")).collect();
        panic!(
            "this must be true: {}\n{}\nafter {} actions, {}:\n{}\nagain: SEED={seed} cargo test -p zerossl --lib \
             obtain::tests::model",
            violation.rule,
            violation.text,
            actions.len(),
            if is_shared(seed) { "two hosts" } else { "one folder" },
            story.join("\n")
        );
    }
}

/// All actions, and what must be true after each and at the end.
fn go(world: &mut Scene, actions: &[Action]) -> Result<(), Violation> {
    let acts = |world: &mut Scene| {
        for action in actions {
            world.act(action)?;
            world.check()?;
        }
        for entry in 0..ENTRIES.len() {
            world.recover(0, entry)?;
            world.check()?;
        }
        Ok(())
    };
    acts(world).map_err(|Violation { rule, text }| {
        let last = world.story.len().saturating_sub(SHOWN);
        Violation { rule, text: format!("{text}\nthe last calls:\n  {}", world.story[last..].join("\n  ")) }
    })
}

/// Leaves out actions, and their trouble, as long as the same rule is broken.
fn shorter(seed: u64, mut actions: Vec<Action>, mut violation: Violation) -> (Vec<Action>, Violation) {
    let mut tries = 0;
    let mut still_fails = |fewer: &[Action], violation: &mut Violation| {
        tries += 1;
        if tries > MAX_TRIES {
            return false;
        }
        match go(&mut Scene::new(seed), fewer) {
            Err(other) if other.rule == violation.rule => {
                *violation = other;
                true
            }
            _ => false,
        }
    };
    let mut size = actions.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < actions.len() {
            let mut fewer = actions.clone();
            fewer.drain(at..(at + size).min(actions.len()));
            if still_fails(&fewer, &mut violation) { actions = fewer } else { at += size }
        }
        size /= 2;
    }
    for at in 0..actions.len() {
        let Some(simpler) = actions[at].simpler() else { continue };
        let mut other = actions.clone();
        other[at] = simpler;
        if still_fails(&other, &mut violation) {
            actions = other;
        }
    }
    (actions, violation)
}
