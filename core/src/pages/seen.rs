//! Which entries were seen, and in which sweeps. An account may have 100,000 certificates, so an entry has 17 bytes here.

use std::collections::HashMap;

use crate::digest::sha256_bytes;

/// How often the pages are read before a list that keeps changing is an error.
pub(super) const MAX_SWEEPS: u32 = u8::BITS;

/// The entries of all sweeps.
#[derive(Debug, Default)]
pub(super) struct Seen(HashMap<Id, Sweeps>);

/// An id of 32 hexadecimal digits, as the service's are, or the beginning of the SHA-256 of another one.
type Id = [u8; 16];

/// A bit for each sweep.
type Sweeps = u8;

/// What is known about an entry before it is noted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Nowhere,
    InAnotherSweep,
    InThisSweep,
}

impl Seen {
    /// Notes that this sweep, a number from 1, has the entry.
    pub(super) fn note(&mut self, id: &str, sweep: u32) -> Known {
        let sweeps = self.0.entry(key(id)).or_default();
        let known = match *sweeps {
            0 => Known::Nowhere,
            _ if *sweeps & bit(sweep) == 0 => Known::InAnotherSweep,
            _ => Known::InThisSweep,
        };
        *sweeps |= bit(sweep);
        known
    }

    /// Whether this sweep and the one before it have the same entries.
    pub(super) fn is_as_before(&self, sweep: u32) -> bool {
        let both = bit(sweep) | bit(sweep - 1);
        self.0.values().all(|sweeps| sweeps & both == 0 || sweeps & both == both)
    }
}

fn bit(sweep: u32) -> Sweeps {
    1 << (sweep - 1)
}

fn key(id: &str) -> Id {
    let mut key = Id::default();
    let digit = |byte: u8| char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
    let is_usual = id.len() == 2 * key.len()
        && key.iter_mut().zip(id.as_bytes().chunks_exact(2)).all(|(byte, pair)| {
            let both =
                digit(pair[0]).zip(digit(pair[1])).and_then(|(high, low)| u8::try_from(high << 4 | low).ok());
            *byte = both.unwrap_or_default();
            both.is_some()
        });
    if !is_usual {
        key.iter_mut().zip(sha256_bytes(id.as_bytes())).for_each(|(to, from)| *to = from);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_ids_are_different_entries() {
        let ids =
            ["", "0", "00", "a", "A", "0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789abcdef"];
        let longer = ["0123456789abcdef0123456789abcdef0", "+123456789abcdef0123456789abcdef", "äbc"];
        let mut seen = Seen::default();
        for id in ids.iter().chain(&longer) {
            assert!(seen.note(id, 1) == Known::Nowhere, "{id}");
            assert!(seen.note(id, 1) == Known::InThisSweep, "{id}");
            assert!(seen.note(id, MAX_SWEEPS) == Known::InAnotherSweep, "{id}");
        }
        assert_eq!(key(ids[5]), *b"\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef");
    }

    #[test]
    fn a_sweep_is_compared_with_the_one_before() {
        let mut seen = Seen::default();
        for (id, sweep) in [("a", 1), ("b", 1), ("a", 2)] {
            seen.note(id, sweep);
        }
        assert!(!seen.is_as_before(2), "b is gone");
        seen.note("b", 2);
        assert!(seen.is_as_before(2));
        seen.note("a", 3);
        seen.note("b", 3);
        seen.note("c", 3);
        assert!(!seen.is_as_before(3), "c is new");
    }
}
