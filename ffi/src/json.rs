//! Just enough JSON for C programs that have no parser of their own.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;

/// The value at an RFC 6901 pointer: a string without quotes and escapes, any other value as JSON.
pub(crate) fn get(json: &str, pointer: &str) -> Option<String> {
    let mut here: &RawValue = serde_json::from_str(json).ok()?;
    let mut steps = pointer.split('/');
    // The empty pointer is the whole document; any other begins with a slash.
    if !steps.next().is_some_and(str::is_empty) {
        return None;
    }
    for step in steps {
        here = enter(here, &unescape(step)?)?;
    }
    match serde_json::from_str::<String>(here.get()) {
        // A C string would end at the NUL, so a shorter text would be read.
        Ok(text) if text.contains('\0') => None,
        Ok(text) => Some(text),
        Err(_) => Some(here.get().to_owned()),
    }
}

fn enter<'a>(value: &'a RawValue, step: &str) -> Option<&'a RawValue> {
    if value.get().starts_with('{') {
        return serde_json::from_str::<HashMap<Cow<'a, str>, &RawValue>>(value.get()).ok()?.remove(step);
    }
    let is_index = step == "0" || (!step.starts_with('0') && step.bytes().all(|byte| byte.is_ascii_digit()));
    let index = step.parse::<usize>().ok().filter(|_| is_index)?;
    serde_json::from_str::<Vec<&RawValue>>(value.get()).ok()?.get(index).copied()
}

/// `~1` is a slash, `~0` a tilde; any other tilde is an error.
fn unescape(step: &str) -> Option<Cow<'_, str>> {
    if !step.contains('~') {
        return Some(step.into());
    }
    let is_escaped = step.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    is_escaped.then(|| step.replace("~1", "/").replace("~0", "~").into())
}

/// A text as a JSON string, quotes included.
pub(crate) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(get(&quote(text), "").as_deref(), Some(text));
        }
    }
}
