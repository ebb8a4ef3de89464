//! The engine: records with versions. What hosts share of an entry is its image, as `core/src/obtain/store/shared/image.rs`
//! has it.

use crate::events::Visitor;

/// The image of an entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Image {
    /// The host that works on it.
    pub(crate) lease: Option<u32>,
    pub(crate) order: Option<Order>,
    pub(crate) lost: Vec<Sent>,
    /// The number of the order whose certificate is in use.
    pub(crate) installed: u32,
    pub(crate) last_serial: u32,
    /// Something that was published is still there.
    pub(crate) has_leftovers: bool,
}

/// The order under way.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// Stands for its key and CSR.
    pub(crate) serial: u32,
    pub(crate) sent: Option<Sent>,
    pub(crate) id: Option<u32>,
}

/// A create, noted before it is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    /// By the clock of the host that sent it.
    pub(crate) at: i64,
    pub(crate) serial: u32,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) image: Image,
    pub(crate) version: u32,
    /// Whether a write has replaced a version that its writer had not seen.
    pub(crate) is_torn: bool,
}

/// A write on its way.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) entry: u32,
    pub(crate) image: Image,
    pub(crate) replaces: u32,
    /// The version that it makes.
    pub(crate) version: u32,
    pub(crate) visitor: Visitor,
    pub(crate) is_answered: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Engine {
    pub(crate) records: Vec<Record>,
    versions: u32,
    writes: Vec<Option<Write>>,
    free: Vec<u32>,
    /// Out of reach until then.
    pub(crate) out_until: u64,
}

impl Engine {
    pub(crate) fn new_version(&mut self) -> u32 {
        self.versions += 1;
        self.versions
    }

    pub(crate) fn send(&mut self, write: Write) -> u32 {
        if let Some(place) = self.free.pop() {
            self.writes[place as usize] = Some(write);
            return place;
        }
        self.writes.push(Some(write));
        self.writes.len() as u32 - 1
    }

    pub(crate) fn peek(&self, place: u32) -> Option<&Write> {
        self.writes[place as usize].as_ref()
    }

    /// Carries a write out, if the version is still the one that it replaces.
    pub(crate) fn carry_out(&mut self, place: u32, obeys: bool) -> Option<(Write, bool)> {
        let write = self.writes[place as usize].take()?;
        self.free.push(place);
        let record = &mut self.records[write.entry as usize];
        let is_seen = record.version == write.replaces;
        if !is_seen && obeys {
            return Some((write, false));
        }
        record.is_torn |= !is_seen;
        record.version = write.version;
        record.image = write.image.clone();
        Some((write, true))
    }
}
