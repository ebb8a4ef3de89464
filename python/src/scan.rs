//! Finds members of objects and entries of lists in JSON without parsing all of it.
//!
//! The text was written by the core, or was checked when it came from elsewhere. In a damaged text, members
//! are not found; nothing worse happens.

use memchr::{memchr, memchr2};

/// The value of an object's member.
pub(crate) fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    member_on(json, name).and_then(cut)
}

/// The value of an object's member, and all text after it: so a large value is scanned only once.
pub(crate) fn member_on<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    members_on(json).find(|(key, _)| *key == name).map(|(_, rest)| rest)
}

/// An object's members: the name as it is written, without its quotes, and the value.
pub(crate) fn members(json: &str) -> impl Iterator<Item = (&str, &str)> {
    members_on(json).map_while(|(name, rest)| Some((name, cut(rest)?)))
}

fn members_on(json: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut value = None;
    std::iter::from_fn(move || {
        let bytes = json.as_bytes();
        let at = match value {
            None => begin(json, b'{')?,
            Some(value) => past_value(bytes, value)?,
        };
        let start = next_item(bytes, at)?;
        let end = past_string(bytes, start)?;
        let at = past_space(bytes, past_space(bytes, end) + 1);
        value = Some(at);
        Some((json.get(start + 1..end - 1)?, json.get(at..)?))
    })
}

/// The value at the start of a text.
fn cut(json: &str) -> Option<&str> {
    json.get(..past_value(json.as_bytes(), 0)?)
}

/// A list's entries: where each begins and ends.
pub(crate) fn entries(json: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut at = begin(json, b'[');
    std::iter::from_fn(move || {
        let start = next_item(json.as_bytes(), at?)?;
        let end = past_value(json.as_bytes(), start)?;
        at = Some(end);
        Some((start, end))
    })
}

/// The entries of a list of objects in an answer of the core, which writes each entry of a page on its own
/// line. `None` if they are not written so.
pub(crate) fn lines(json: &str) -> Option<Vec<(usize, usize)>> {
    let bytes = json.as_bytes();
    let mut start = begin(json, b'[')?;
    let mut found = Vec::new();
    if bytes.get(start) == Some(&b']') {
        return Some(found);
    }
    while let Some(length) = memchr(b'\n', bytes.get(start..)?) {
        let end = start + length;
        let is_entry = bytes.get(start) == Some(&b'{') && bytes.get(..end)?.ends_with(b"},");
        if !is_entry {
            return None;
        }
        found.push((start, end - 1));
        start = end + 1;
    }
    let end = past_value(bytes, start)?;
    found.push((start, end));
    (bytes.get(past_space(bytes, end)) == Some(&b']')).then_some(found)
}

fn begin(json: &str, bracket: u8) -> Option<usize> {
    let at = past_space(json.as_bytes(), 0);
    (json.as_bytes().get(at) == Some(&bracket)).then_some(at + 1)
}

/// Where the next item begins, past a comma; none at the end.
fn next_item(json: &[u8], at: usize) -> Option<usize> {
    let at = past_space(json, at);
    match json.get(at)? {
        b'}' | b']' => None,
        b',' => Some(past_space(json, at + 1)),
        _ => Some(at),
    }
}

fn past_space(json: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = json.get(at) {
        at += 1;
    }
    at
}

fn past_value(json: &[u8], at: usize) -> Option<usize> {
    match json.get(at)? {
        b'"' => past_string(json, at),
        b'{' | b'[' => past_brackets(json, at),
        _ => {
            let length =
                json.get(at..)?.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n'));
            Some(length.map_or(json.len(), |length| at + length))
        }
    }
}

fn past_brackets(json: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match json.get(at)? {
            b'"' => {
                at = past_string(json, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

fn past_string(json: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at += memchr2(b'"', b'\\', json.get(at..)?)?;
        if json.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}
