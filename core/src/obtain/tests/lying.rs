//! A disk that says that data is safe, and loses it in a power cut. It cannot be outwitted: what is promised is that a
//! later call goes on, or that one clear error says what to do, and that no second order is made without a word.

use std::fs;

use super::disk::{DyingDisk, Lies, Loss};
use super::stand::Stand;
use crate::endpoints::CancelCertificate;
use crate::error::{Error, Kind};
use crate::key_type::KeyType;
use crate::obtain::interface::{Obtain, Outcome};
use crate::private_key::PrivateKey;
use crate::secret::Secret;

/// What is said where there may be two orders.
const WARNINGS: [&str; 3] = ["replacement of", "restore it", "another order of these names waits"];

/// The steps of a call, and where it may die.
struct Case<B, W> {
    before: B,
    wanted: W,
    /// How many live certificates there are when all went well.
    orders: usize,
}

impl<B: Fn(&Stand), W: Fn(&Stand) -> Obtain> Case<B, W> {
    fn steps(&self) -> usize {
        let stand = Stand::of_a_folder();
        (self.before)(&stand);
        let disk = DyingDisk::new(usize::MAX);
        stand.obtain_on(&disk, &stand.client(), &(self.wanted)(&stand)).expect("without a crash it works");
        disk.steps()
    }

    /// Dies after this many steps, or after the call, and goes on by the calls that the errors ask for.
    fn dies(&self, step: usize, lies: Lies, loss: Loss) {
        let place = format!("died after step {step}, {lies:?}, lost: {loss:?}");
        let stand = Stand::of_a_folder();
        (self.before)(&stand);
        let disk = DyingDisk::lying(step, lies);
        disk.trust(&stand.store());
        if let Err(error) = stand.obtain_on(&disk, &stand.client(), &(self.wanted)(&stand)) {
            assert_eq!(error.kind(), Kind::Internal, "{place}: {error}");
        }
        disk.power_cut(&stand.store(), loss);
        let after = Obtain { force: None, ..(self.wanted)(&stand) };
        let before = stand.live().len();
        let (mut outcome, mut words) = stand.obtain_saying(&after);
        for way_out in 0.. {
            let Err(error) = &outcome else { break };
            assert!(stand.live().len() <= before, "{place}: nothing is made before that: {error}");
            assert!(way_out < 3, "{place}: {error}");
            go_by(&stand, &after, error, &place);
            words.push(error.to_string());
            let (next, said) = stand.obtain_saying(&after);
            outcome = next;
            words.extend(said);
        }
        let obtained = outcome.unwrap_or_else(|error| panic!("{place}: {error}"));
        // What was published is forgotten with the note of it.
        stand.inspect_files(&obtained);
        let live = stand.live();
        // A lost store cannot know its order, and says of a new one what it is in place of.
        let has_said = words.iter().any(|line| WARNINGS.iter().any(|word| line.contains(word)));
        assert!(live.len() <= self.orders || has_said, "{place}: {live:?}\n{}", words.join("\n"));
        assert_eq!(stand.obtain(&after).expect(&place).outcome, Outcome::Unchanged, "{place}");
    }

    /// At every step, with syncs that all lie; and with each sync that lies alone, at that step, soon after it, and at the end.
    fn dies_everywhere(&self) {
        let steps = self.steps();
        assert!(steps > 10, "{steps}");
        for loss in [Loss::Contents, Loss::All] {
            for step in 0..=steps {
                self.dies(step, Lies::Always, loss);
                for later in [1, 4, steps] {
                    self.dies((step + later).min(steps), Lies::At(step), loss);
                }
            }
        }
    }
}

/// Does what an error asks for.
fn go_by(stand: &Stand, wanted: &Obtain, error: &Error, place: &str) {
    let asks_for = |what: &str| error.message().contains(what);
    if asks_for("move the entry's folder away") {
        fs::rename(stand.store().join("example.com"), stand.webroot().with_file_name("away")).expect("moved");
    } else if asks_for("call with `abandon`") {
        stand.obtain(&Obtain { abandon: Some(true), ..wanted.clone() }).expect(place);
    } else if asks_for("cancel a draft") {
        for draft in stand.live().into_iter().filter(|order| order.status == "draft") {
            stand.client().send(&CancelCertificate::new(draft.id)).expect(place);
        }
    } else {
        panic!("{place}: it does not say what to do: {error}");
    }
}

#[test]
fn a_first_order_survives_a_disk_that_lies() {
    Case { before: |_: &Stand| {}, wanted: Stand::wanted, orders: 1 }.dies_everywhere();
}

#[test]
fn a_renewal_survives_a_disk_that_lies() {
    let before = |stand: &Stand| {
        stand.obtain(&stand.wanted()).expect("a first certificate");
    };
    let wanted = |stand: &Stand| Obtain { force: Some(true), ..stand.wanted() };
    Case { before, wanted, orders: 2 }.dies_everywhere();
}

/// Others may have ordered with it, so its orders are not known by their hash.
#[test]
fn an_order_of_the_callers_key_survives_a_disk_that_lies() {
    let key = PrivateKey::generate(KeyType::EcdsaP256).and_then(|key| key.to_pem().ok()).expect("a key");
    let wanted = |stand: &Stand| Obtain { private_key: Some(Secret::from(key.as_str())), ..stand.wanted() };
    Case { before: |_: &Stand| {}, wanted, orders: 1 }.dies_everywhere();
}
