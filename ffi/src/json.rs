//! Just enough JSON for C programs that take one value out of a text.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::document::{Text, index, steps, unquote};

/// A value: a string without quotes and escapes, any other value as JSON.
pub(crate) enum Found<'a> {
    Text(Text),
    Json(&'a str),
}

impl Found<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text.as_str(),
            Self::Json(json) => json,
        }
    }
}

/// The value at an RFC 6901 pointer.
pub(crate) fn get<'a>(json: &'a str, pointer: &str) -> Option<Found<'a>> {
    let start: &RawValue = serde_json::from_str(json).ok()?;
    let found = steps(pointer)?.try_fold(start, |here, step| enter(here, &step?))?;
    match unquote(found.get()) {
        // A C string would end at the NUL, so a shorter text would be read.
        Some(text) if text.bytes().contains(&0) => None,
        Some(text) => Some(Found::Text(text)),
        None => Some(Found::Json(found.get())),
    }
}

fn enter<'a>(value: &'a RawValue, step: &str) -> Option<&'a RawValue> {
    if value.get().starts_with('{') {
        return serde_json::from_str::<HashMap<Cow<'a, str>, &RawValue>>(value.get()).ok()?.remove(step);
    }
    serde_json::from_str::<Vec<&RawValue>>(value.get()).ok()?.get(index(step)?).copied()
}

#[cfg(test)]
mod tests {
    use super::Found;

    fn get(json: &str, pointer: &str) -> Option<String> {
        super::get(json, pointer).as_ref().map(Found::as_str).map(str::to_owned)
    }

    /// The examples of RFC 6901, section 5.
    const RFC: &str = r#"{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5,
        "k\"l": 6, " ": 7, "m~n": 8}"#;

    #[test]
    fn the_examples_of_the_rfc() {
        for (pointer, expected) in [
            ("", RFC),
            ("/foo", r#"["bar", "baz"]"#),
            ("/foo/0", "bar"),
            ("/", "0"),
            ("/a~1b", "1"),
            ("/c%d", "2"),
            ("/e^f", "3"),
            ("/g|h", "4"),
            ("/i\\j", "5"),
            ("/k\"l", "6"),
            ("/ ", "7"),
            ("/m~0n", "8"),
        ] {
            assert_eq!(get(RFC, pointer).as_deref(), Some(expected), "{pointer}");
        }
    }

    #[test]
    fn what_is_not_there() {
        for pointer in
            ["foo", "/bar", "/foo/2", "/foo/-", "/foo/00", "/foo/+1", "/foo/0/0", "/m~n", "/~2", "/a~01b"]
        {
            assert_eq!(get(RFC, pointer), None, "{pointer}");
        }
        assert_eq!(get("{", ""), None);
        assert_eq!(get("", ""), None);
        assert_eq!(get(r#"{"a":"b\u0000c"}"#, "/a"), None);
    }

    #[test]
    fn kinds_of_values() {
        let json =
            r#"{"null":null,"true":true,"big":12345678901234567890123,"text":"\u00e4\n","o":{"b":[1]}}"#;
        for (pointer, expected) in [
            ("/null", "null"),
            ("/true", "true"),
            ("/big", "12345678901234567890123"),
            ("/text", "ä\n"),
            ("/o", r#"{"b":[1]}"#),
            ("/o/b/0", "1"),
        ] {
            assert_eq!(get(json, pointer).as_deref(), Some(expected), "{pointer}");
        }
    }

    #[test]
    fn quoting_comes_back() {
        for text in ["", "a\"b\\c", "line\nbreak\u{1}", "ключ"] {
            assert_eq!(get(&crate::document::quoted(text), "").as_deref(), Some(text));
        }
    }
}
