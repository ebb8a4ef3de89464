//! One visit of one entry, step by step: as `core/src/obtain` takes them.

mod asking;
mod searching;
mod steps;
mod writing;

use crate::engine::Image;
use crate::events::{Answer, Visitor};
use crate::world::World;

/// What a visit waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The image is read.
    Join,
    /// The lease is taken.
    Take,
    /// The order is planned.
    Begin,
    /// The account is listed, before a create.
    Look,
    /// It is noted that the create is sent.
    Note,
    Create,
    /// It is noted that it was not carried out.
    Unnote,
    /// The account is listed for a create of unknown outcome.
    Search,
    /// The create is counted as lost.
    CountLost,
    /// The id of the order is noted.
    Adopt,
    /// The order of another visit is looked at.
    Known,
    /// An order that is over is forgotten.
    Forget,
    Publish,
    /// The challenge is in the store.
    Challenge,
    Verify,
    Poll,
    Download,
    /// The certificate is in the image.
    Install,
    Tidy,
    /// The account is listed for orders that turn up late.
    Late,
    /// What became of them is noted.
    Settle,
    Release,
}

#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Visit {
    turn: u32,
    pub(crate) run: u32,
    pub(crate) host: u32,
    pub(crate) entry: u32,
    pub(crate) step: Step,
    /// The image as this visit has seen or written it.
    image: Image,
    seen: u32,
    /// The image that is being written, and its version.
    next: Image,
    writing: u32,
    /// The answer to a write was lost or a refusal: the record is read.
    is_checking: Option<Answer>,
    /// Its lease is renewed; after that it waits on.
    is_keeping: bool,
    began: u64,
    /// When the image was last written, and when that write was sent.
    pushed: u64,
    noted: u64,
    has_lease: bool,
    /// When the search began.
    search: u64,
    pause: u64,
    has_unknown_create: bool,
    /// The order of which the answer to the create told.
    answered: Option<u32>,
    /// Whether everything here is as in the store.
    is_clean: bool,
}

/// The visits that go on.
#[derive(Debug, Default)]
pub(crate) struct Visits {
    all: Vec<Option<Visit>>,
    free: Vec<u32>,
    turns: u32,
}

impl Visits {
    pub(crate) fn end(&mut self, place: u32) {
        if self.all[place as usize].take().is_some() {
            self.free.push(place);
        }
    }

    fn get(&mut self, (place, turn): Visitor) -> Option<&mut Visit> {
        self.all.get_mut(place as usize)?.as_mut().filter(|visit| visit.turn == turn)
    }

    fn begin(&mut self, mut visit: Visit) -> Visitor {
        self.turns += 1;
        visit.turn = self.turns;
        if let Some(place) = self.free.pop() {
            self.all[place as usize] = Some(visit);
            return (place, self.turns);
        }
        self.all.push(Some(visit));
        (self.all.len() as u32 - 1, self.turns)
    }
}

impl World {
    pub(crate) fn visit(&mut self, run: u32, host: u32, entry: u32) {
        let visitor = self.visits.begin(Visit {
            turn: 0,
            run,
            host,
            entry,
            step: Step::Join,
            image: Image::default(),
            seen: 0,
            next: Image::default(),
            writing: 0,
            is_checking: None,
            is_keeping: false,
            began: self.now,
            pushed: self.now,
            noted: self.now,
            has_lease: false,
            search: 0,
            pause: 0,
            has_unknown_create: false,
            answered: None,
            is_clean: false,
        });
        if let Some(run) = &mut self.runs[run as usize] {
            run.visits.push(visitor.0);
        }
        self.read(visitor);
    }

    /// An answer reaches its visit, if that is still there and its host is not paused.
    pub(crate) fn hear(&mut self, visitor: Visitor, answer: Answer) {
        let Some(visit) = self.visits.get(visitor) else { return };
        let (host, is_reading) = (visit.host, visit.step == Step::Join);
        let paused_until = self.hosts[host as usize].paused_until;
        if paused_until > self.now {
            let time = paused_until - self.now;
            return self.later(visitor, time, answer);
        }
        // Visits of what has nothing to do would crash too often.
        if !is_reading && !self.goes_on(host) {
            return self.later(visitor, 0, answer);
        }
        self.go_on(visitor, answer);
    }

    /// The visit is over, and its job takes the next entry.
    fn end(&mut self, visitor: Visitor) {
        let Some(visit) = self.visits.get(visitor) else { return };
        let (run, host, entry, is_clean) = (visit.run, visit.host, visit.entry, visit.is_clean);
        self.visits.end(visitor.0);
        let host = &mut self.hosts[host as usize];
        if is_clean {
            host.behind.remove(&entry);
        } else {
            host.behind.insert(entry);
        }
        if let Some(run) = &mut self.runs[run as usize] {
            run.visits.retain(|place| *place != visitor.0);
        }
        self.next_entry(run);
    }
}
