//! What goes wrong in a call, and when.

use fastrand::Rng;
use nix::errno::Errno;

use crate::ledger::memory::Fault;
use crate::obtain::tests::disk::Loss;

/// The operations that an order needs, the one that must not be repeated first.
const OPERATIONS: [&str; 6] = [
    "create_certificate",
    "list_certificates",
    "verify_domains",
    "get_certificate",
    "download_certificate",
    "cancel_certificate",
];

/// Files and links whose order matters.
const FILES: [&str; 6] =
    ["current", "journal.json", "privkey.pem", "cert.pem", "request.json", "wanted.json"];

/// A step of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// Counted from the begin of the call.
    Step(usize),
    /// Counted from the answer to this request: the first one is the first thing that is stored after it.
    After { operation: &'static str, skip: usize, step: usize },
    /// Counted from the first one on a file of this name.
    On { file: &'static str, step: usize },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Trouble {
    None,
    /// A power cut, or after the call if it comes to no such moment.
    Crash {
        at: Moment,
        loss: Loss,
    },
    /// The same on a disk that says to have synced, and has not, from this step on.
    Lie {
        from: usize,
        at: Moment,
        loss: Loss,
    },
    /// A step of the disk fails, and all after it if it lasts.
    Disk {
        at: Moment,
        errno: Errno,
        lasts: bool,
    },
    /// Some requests fail.
    Service {
        operation: &'static str,
        skip: usize,
        times: usize,
        fault: ServiceFault,
    },
    /// A call to the shared store fails.
    Engine {
        call: usize,
        fault: Fault,
    },
    /// Another process, or another host if there are several, works at this moment.
    Meanwhile {
        at: Moment,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServiceFault {
    Lost,
    NotSent,
    Cut,
    Page,
    Html,
    Object,
    TooMany,
    Refused(i64),
    /// Carried out so many minutes after its answer.
    Late(u64),
}

impl Moment {
    fn any(rng: &mut Rng) -> Self {
        // Small numbers are as likely as large ones: what is done first is done by every call, and the first that is stored
        // after an answer is what must not be lost.
        let mut step = |most: [usize; 4]| {
            let most = most[rng.usize(..4)];
            rng.usize(..most)
        };
        match step([4; 4]) {
            0 => Self::Step(step([4, 8, 30, 90])),
            1 => Self::On { file: FILES[step([FILES.len(); 4])], step: step([1, 4, 4, 8]) },
            _ => {
                let step = step([1, 4, 12, 45]);
                Self::After { operation: operation(rng), skip: rng.usize(..3) / 2, step }
            }
        }
    }
}

fn operation(rng: &mut Rng) -> &'static str {
    OPERATIONS[rng.usize(..OPERATIONS.len()).saturating_sub(rng.usize(..3))]
}

impl Trouble {
    pub(super) fn any(rng: &mut Rng, is_shared: bool) -> Self {
        let loss = |rng: &mut Rng| [Loss::Nothing, Loss::Contents, Loss::All][rng.usize(..3)];
        match rng.u8(..16) {
            0..=4 => Self::Crash { at: Moment::any(rng), loss: loss(rng) },
            5 => Self::Disk {
                at: Moment::any(rng),
                errno: [Errno::ENOSPC, Errno::EIO, Errno::EROFS, Errno::EDQUOT][rng.usize(..4)],
                lasts: rng.bool(),
            },
            6 if rng.u8(..4) == 0 => {
                Self::Lie { from: rng.usize(..60), at: Moment::any(rng), loss: loss(rng) }
            }
            7 if is_shared => Self::Engine {
                call: rng.usize(..20),
                fault: if rng.bool() { Fault::AnswerLost } else { Fault::Unreachable },
            },
            8 => Self::Meanwhile { at: Moment::any(rng) },
            9..=14 => Self::service(rng),
            _ => Self::None,
        }
    }

    fn service(rng: &mut Rng) -> Self {
        let operation = operation(rng);
        let fault =
            if operation == OPERATIONS[0] { ServiceFault::of_create(rng) } else { ServiceFault::any(rng) };
        let times = if rng.u8(..4) == 0 { usize::MAX } else { 1 };
        Self::Service { operation, skip: rng.usize(..3) / 2, times, fault }
    }

    /// The create calls of an outage: none is answered.
    pub(super) fn outage(rng: &mut Rng) -> Self {
        let fault = ServiceFault::of_create(rng);
        Self::Service { operation: OPERATIONS[0], skip: 0, times: usize::MAX, fault }
    }

    /// What it is, and how it came out.
    pub(super) fn name(&self, has_died: bool) -> &'static str {
        match self {
            Self::None => "no trouble",
            Self::Crash { .. } if !has_died => "power cut after a call",
            Self::Crash { at: Moment::After { operation: "create_certificate", .. }, .. } => {
                "power cut after a create"
            }
            Self::Crash { loss: Loss::Nothing, .. } => "killed in a call",
            Self::Crash { loss: Loss::Contents, .. } => "power cut, contents lost",
            Self::Crash { loss: Loss::All, .. } => "power cut, all lost",
            Self::Lie { .. } => "power cut on a disk that lies",
            Self::Disk { errno: Errno::ENOSPC, .. } => "ENOSPC",
            Self::Disk { errno: Errno::EIO, .. } => "EIO",
            Self::Disk { errno: Errno::EROFS, .. } => "EROFS",
            Self::Disk { .. } => "EDQUOT",
            Self::Engine { .. } => "engine",
            Self::Meanwhile { .. } => "another process or host",
            Self::Service { fault, .. } => fault.name(),
        }
    }
}

impl ServiceFault {
    fn any(rng: &mut Rng) -> Self {
        [
            Self::Lost,
            Self::NotSent,
            Self::Cut,
            Self::Page,
            Self::Html,
            Self::Object,
            Self::TooMany,
            Self::Refused(111),
        ][rng.usize(..8)]
    }

    fn of_create(rng: &mut Rng) -> Self {
        match rng.u8(..8) {
            0 | 1 => Self::Lost,
            2 | 3 => Self::Late(rng.u64(1..1200)),
            4 => Self::Refused([2808, 2817, 2839, 2844][rng.usize(..4)]),
            _ => Self::any(rng),
        }
    }

    /// Whether it leaves open if the request was carried out.
    pub(super) fn is_uncertain(self) -> bool {
        !matches!(self, Self::TooMany | Self::Refused(_))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Lost => "service: answer lost",
            Self::NotSent => "service: not carried out",
            Self::Cut => "service: answer cut",
            Self::Page => "service: 504",
            Self::Html => "service: HTML",
            Self::Object => "service: an empty object",
            Self::TooMany => "service: 429",
            Self::Refused(_) => "service: a refusal",
            Self::Late(_) => "service: carried out late",
        }
    }
}
