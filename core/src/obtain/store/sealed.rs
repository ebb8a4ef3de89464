//! JSON files that can detect damage: the first line has the SHA-256 of the file without that line.
//!
//! ```text
//! {
//!   "checksum": "sha256:…",
//!   "version": 1,
//! ```
//!
//! Who edits a file by hand removes that line. A file without the line is accepted, like the files of earlier versions.

use crate::digest;

const BEGIN: &str = "{\n";
const BEFORE: &str = "{\n  \"checksum\": \"sha256:";
const DIGITS: usize = 64;
const AFTER: &str = "\",\n";
/// A line that differs from ours in at most this many characters is ours, and damaged.
const MAX_DIFFERENCES: usize = 3;

/// Adds the line to a JSON object of several lines.
pub(crate) fn seal(json: &str) -> String {
    match json.strip_prefix(BEGIN) {
        Some(rest) => [BEFORE, &digest::sha256(json.as_bytes()), AFTER, rest].concat(),
        None => json.to_owned(),
    }
}

/// The JSON without the line. An error if the checksum does not match.
pub(crate) fn open(content: &[u8]) -> Result<Vec<u8>, &'static str> {
    const DAMAGED: &str = "it is damaged, or was edited: its checksum is another one; who has edited it takes the line \
                           `checksum` out";
    let Some((before, rest)) = content.split_at_checked(BEFORE.len()) else { return Ok(content.to_owned()) };
    let Some((digits, rest)) = rest.split_at_checked(DIGITS) else { return Ok(content.to_owned()) };
    let Some((after, rest)) = rest.split_at_checked(AFTER.len()) else { return Ok(content.to_owned()) };
    match differences(before, BEFORE) + differences(after, AFTER) {
        0 => {}
        1..=MAX_DIFFERENCES => return Err(DAMAGED),
        _ => return Ok(content.to_owned()),
    }
    let json = [BEGIN.as_bytes(), rest].concat();
    if digest::sha256(&json).as_bytes() == digits { Ok(json) } else { Err(DAMAGED) }
}

fn differences(found: &[u8], expected: &str) -> usize {
    found.iter().zip(expected.as_bytes()).filter(|(one, other)| one != other).count()
}

#[cfg(test)]
mod tests {
    use crate::obtain::store::sealed::*;

    const JSON: &str = "{\n  \"version\": 1,\n  \"text\": \"é\"\n}\n";

    #[test]
    fn what_was_sealed_is_opened_again() {
        let sealed = seal(JSON);
        assert_eq!(open(sealed.as_bytes()).as_deref(), Ok(JSON.as_bytes()));
        assert!(serde_json::from_str::<serde_json::Value>(&sealed).expect("JSON")["checksum"].is_string());
    }

    #[test]
    fn every_bit_counts() {
        let sealed = seal(JSON).into_bytes();
        for bit in 0..sealed.len() * 8 {
            let mut damaged = sealed.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&damaged).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn without_the_line_it_is_believed() {
        let edited: String = seal(JSON).replace("\"version\": 1", "\"version\": 7").lines().fold(
            String::new(),
            |text, line| {
                if line.contains("checksum") { text } else { text + line + "\n" }
            },
        );
        assert_eq!(open(edited.as_bytes()).as_deref(), Ok(edited.as_bytes()));
        for other in ["", "{}", "[\n]", JSON, &"x".repeat(500)] {
            assert_eq!(open(other.as_bytes()).as_deref(), Ok(other.as_bytes()));
        }
        assert_eq!(seal("{}"), "{}");
    }
}
