//! What happens next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A visit, with its turn: what is on its way to a visit that has ended reaches nobody.
pub(crate) type Visitor = (u32, u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// The timer of a host.
    Timer(u32),
    /// The run of this number has what it needs to begin.
    Begin(u32),
    /// A run shows itself: its write of the account's record, that it has seen in this version, for the nth time.
    Beat { run: u32, seen: u32, tries: u32 },
    /// A run has looked at everything.
    RunEnds(u32),
    /// An answer reaches a visit.
    Answer(Visitor, Answer),
    /// A read of a record is carried out.
    Read(Visitor),
    /// A write on its way, by its place.
    Write(u32),
    /// A call to the service has its place in the pace.
    Send(Visitor),
    /// A call to the service is carried out.
    Call(Visitor),
    /// A host is up again.
    Up(u32),
    /// A host goes down, whatever it does.
    Down(u32),
    /// The engine is out of reach for all.
    EngineOut,
    /// The service is down.
    ServiceOut,
    /// A host cannot reach the engine.
    Cut(u32),
    /// A certificate ends.
    Expiry(u32),
    /// All hosts have to have what was installed with this number.
    Everywhere(u32),
}

/// What a visit hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    /// Done.
    Done,
    /// It is not known whether it was carried out.
    Unknown,
    /// It was surely not carried out, or a question was not answered.
    Failed,
    /// Another version is there.
    Refused,
    /// Time has passed.
    Later,
}

#[derive(Debug, Default)]
pub(crate) struct Events {
    heap: BinaryHeap<Reverse<(u64, u64, Event)>>,
    /// Events of the same moment come in the order in which they were planned.
    count: u64,
}

impl Events {
    pub(crate) fn plan(&mut self, at: u64, event: Event) {
        self.count += 1;
        self.heap.push(Reverse((at, self.count, event)));
    }

    pub(crate) fn next(&mut self) -> Option<(u64, Event)> {
        self.heap.pop().map(|Reverse((at, _, event))| (at, event))
    }
}
