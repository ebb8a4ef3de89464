//! `obtain` and its relatives in a world that is against them: a walk of random calls, faults, crashes, clocks, hosts and
//! people, and after each step what must be true. The code is the real one; the disk, the clock, the shared store and the
//! service are those of the tests.
//!
//! ```text
//! rules       what must be true, in words; in_use (a reader's eye), hooks, keys: some of them
//! actions ─► acting ─► operations, removing (a call with its trouble) ─► invariants, orders (what must be true after each)
//! trouble       └─ recovery (with the trouble gone, documented calls lead to a good certificate)
//! world       what there is: an account, hosts, folders, a shared store; storage, calls: how trouble comes into a call
//! walk        the actions of a seed, and the shortest walk that still breaks the rule
//! ```
//!
//! ```sh
//! cargo test -p zerossl --lib obtain::tests::model                           # a few walks
//! STEPS=1000000 cargo test --release -p zerossl --lib obtain::tests::model   # seeds from 0 or SEED on, so many steps
//! SEED=7 cargo test -p zerossl --lib obtain::tests::model                    # one walk again
//! ```

mod acting;
mod actions;
mod calls;
mod hooks;
mod in_use;
mod invariants;
mod keys;
mod operations;
mod orders;
mod recovery;
mod removing;
mod rules;
mod storage;
mod tally;
mod trouble;
mod walk;
mod world;

use tally::Tally;
use walk::walk;

/// Fixed, so that they are the same on each machine. Long runs begin elsewhere each time.
const SEEDS: u64 = 12;
/// How many calls to the disk, the shared store and the service a long run makes.
const STEPS: &str = "STEPS";
/// The one walk that is done again, or the first of a long run.
const SEED: &str = "SEED";

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}: no number: {text}")))
}

#[test]
#[allow(clippy::print_stdout, reason = "how far it went is the result of a long run")]
fn model() {
    let mut tally = Tally::default();
    match (number(STEPS), number(SEED)) {
        (None, Some(seed)) => walk(seed, &mut tally),
        (None, None) => {
            (0..SEEDS).for_each(|seed| walk(seed, &mut tally));
            tally.assert_each_kind_occurred();
        }
        (Some(steps), first) => {
            let mut seed = first.unwrap_or_default();
            // What is rare may take longer to occur.
            while tally.steps() < steps || (tally.steps() < 3 * steps && tally.missing().is_some()) {
                walk(seed, &mut tally);
                seed += 1;
            }
            assert_eq!(tally.missing(), None, "it did not occur: {tally}");
        }
    }
    println!("{tally}");
}
