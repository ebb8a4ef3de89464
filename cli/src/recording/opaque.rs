//! Ids, hashes and serial numbers: each becomes another of the same length and alphabet, and the same one the same.

use std::collections::BTreeMap;

const HEX: &[u8] = b"0123456789abcdef";
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8] = b"0123456789";

/// What stands for what.
#[derive(Debug, Default)]
pub(super) struct Opaque(BTreeMap<String, String>);

impl Opaque {
    /// The other text. Upper and lower case of one hash stay one hash.
    pub(super) fn of(&mut self, token: &str) -> String {
        let count = self.0.len();
        let plain = self.0.entry(token.to_ascii_lowercase()).or_insert_with_key(|token| other(token, count));
        if token.bytes().any(|byte| byte.is_ascii_uppercase()) {
            plain.to_ascii_uppercase()
        } else {
            plain.clone()
        }
    }

    /// All that was replaced.
    pub(super) fn originals(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// `0123456789abcdef...`, turned by `count`, which also stands at the end: no two are equal.
fn other(token: &str, count: usize) -> String {
    let is_hex = token.bytes().all(|byte| byte.is_ascii_hexdigit());
    let length = token.len();
    let mut places = count;
    // From the end, in the numerals of each place's alphabet.
    let mut made: Vec<u8> = token
        .bytes()
        .enumerate()
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .map(|(at, byte)| {
            let alphabet = match byte {
                b'0'..=b'9' if !is_hex => DIGITS,
                _ if is_hex => HEX,
                b'a'..=b'z' => LETTERS,
                other => return other,
            };
            let turn = if length - at <= 4 {
                let digit = places % alphabet.len();
                places /= alphabet.len();
                digit
            } else {
                at
            };
            alphabet[turn % alphabet.len()]
        })
        .collect();
    made.reverse();
    String::from_utf8(made).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_stays_equal_and_different_different() {
        let mut opaque = Opaque::default();
        let first = opaque.of("6081afd29299da3eeca10da0e79bf845");
        assert_eq!(first.len(), 32);
        assert!(first.starts_with("0123456789abcdef"), "{first}");
        assert_eq!(opaque.of("6081AFD29299DA3EECA10DA0E79BF845"), first.to_ascii_uppercase());
        let all: std::collections::BTreeSet<_> = (0..3000).map(|n| opaque.of(&format!("{n:032x}"))).collect();
        assert_eq!(all.len(), 3000);
        assert_eq!(opaque.of("lpze4e2gecnt0cz").len(), 15);
    }
}
