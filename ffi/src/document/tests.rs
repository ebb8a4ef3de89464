//! Our reader beside `serde_json`'s: both take and refuse the same texts.

use serde_json::Value as Json;

use super::*;

fn reads(json: &str) -> Option<Json> {
    parse::parse(json).ok().map(|node| value(&node))
}

const TEXTS: &[&str] = &[
    r#"{"a": [1, -0, 0.5, 1e5, 1E-5, 12345678901234567890], "b": {"": null}, "c": [], "d": {}, "e": [true, false]}"#,
    r#""\u00e4\ud83d\ude00\n\"\\\/\b\f\r\tz\u0000""#,
    " [ 1 , 2 ]\r\n",
    "\u{feff}1",
    "01",
    "1.",
    ".5",
    "-",
    "1e",
    "+1",
    "NaN",
    "nul",
    r#""\x""#,
    r#""\ud800""#,
    r#""\udc00\ud800""#,
    r#""\ud800\u0041""#,
    r#""\u12g4""#,
    r#""\u+123""#,
    "\"a\tb\"",
    r#"["a",]"#,
    r#"{"a":1,}"#,
    r#"{"a" 1}"#,
    "{1:2}",
    "[1 2]",
    "[] []",
    "",
    " ",
    "\"",
    "\"\\",
    "{",
    "[",
];

#[test]
fn it_reads_what_serde_reads() {
    for text in TEXTS {
        // Each text whole, cut short at each place, and with each byte changed.
        for (end, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let cut = &text[..end];
            assert_eq!(reads(cut), serde_json::from_str(cut).ok(), "{cut}");
        }
        for (at, old) in text.char_indices() {
            for new in ["\"", "\\", "0", "e", "{", "]", ",", "\u{1}", " ", "ä"] {
                let changed = format!("{}{new}{}", &text[..at], &text[at + old.len_utf8()..]);
                let (ours, theirs) = (reads(&changed), serde_json::from_str::<Json>(&changed).ok());
                // serde_json has no numbers beyond those of a double.
                assert!(ours == theirs || changed.contains("e5"), "{changed}: {ours:?}, {theirs:?}");
            }
        }
    }
}

#[test]
fn depth_has_a_limit() {
    for (depth, is_read) in [(parse::MAX_DEPTH, true), (parse::MAX_DEPTH + 1, false)] {
        assert_eq!(reads(&("[".repeat(depth) + &"]".repeat(depth))).is_some(), is_read);
    }
}

#[test]
fn a_key_that_is_there_twice_is_refused() {
    for few in [0, 100] {
        let others: Vec<_> = (0..few).map(|number| format!("\"k{number}\":1,")).collect();
        let others = others.concat();
        let json = format!("{{{others}\"a\":1,\"\\u0061\":2}}");
        let Err(wrong) = parse::parse(&json) else { panic!("{json}") };
        assert_eq!(wrong.why, "the key `a` is there twice");
        assert!(reads(&format!("{{{others}\"a\":1,\"b\":{{\"a\":2}}}}")).is_some());
    }
}

#[test]
fn what_is_written_is_read_again() {
    for text in TEXTS {
        if let Ok(node) = parse::parse(text) {
            assert_eq!(reads(&write::json(&node).expect("memory")), reads(text), "{text}");
        }
    }
    let digits = "[1.10,123456789012345678901234567890,-0.0,1e400]";
    assert_eq!(parse::parse(digits).ok().and_then(|node| write::json(&node).ok()).as_deref(), Some(digits));
    for text in ["", "a\"b\\c", "line\nbreak\u{1}\u{7f}", "ключ", "\u{0}"] {
        assert_eq!(quoted(text), Json::from(text).to_string());
        assert_eq!(unquote(&quoted(text)).map(|text| text.as_str().to_owned()).as_deref(), Some(text));
    }
}

/// The document after these changes, each a pointer and JSON; or why one was refused.
fn built(changes: &[(&str, &str)]) -> Result<String> {
    let mut doc = zerossl_doc::empty();
    for (pointer, json) in changes {
        place::set(&mut doc.root, pointer, read(json, "json")?)?;
    }
    write::json(&doc.root)
}

#[test]
fn pointers_build() {
    for (changes, expected) in [
        (&[("/domains/-", "\"a\""), ("/domains/-", "\"b\"")][..], r#"{"domains":["a","b"]}"#),
        (
            &[("/validation/method", "\"EMAIL\""), ("/validation/to", "{}")],
            r#"{"validation":{"method":"EMAIL","to":{}}}"#,
        ),
        (&[("/a/0/b", "1"), ("/a/1/b", "2"), ("/a/0/b", "3")], r#"{"a":[{"b":3},{"b":2}]}"#),
        (&[("/a~1b/~0", "true"), ("/", "null")], r#"{"a/b":{"~":true},"":null}"#),
        (&[("/a", "null"), ("/a/b", "1")], r#"{"a":{"b":1}}"#),
        (&[("/a", "1"), ("", "[]"), ("/-", "2")], "[2]"),
    ] {
        assert_eq!(built(changes).as_deref(), Ok(expected));
    }
    for changes in [
        &[("a", "1")][..],
        &[("/~", "1")],
        &[("/a", "1"), ("/a/b", "1")],
        &[("/a", "[]"), ("/a/1", "1")],
        &[("/a", "[]"), ("/a/x", "1")],
        &[("/a", "{")],
    ] {
        assert!(built(changes).is_err(), "{changes:?}");
    }
    assert!(built(&[(&"/a".repeat(200), "1")]).is_err());
}

#[test]
fn pointers_remove() {
    let doc = |pointer: &str| {
        let mut doc = zerossl_doc::read(r#"{"a":[1,{"b":2}],"c":3}"#, "text").expect("JSON");
        place::remove(&mut doc.root, pointer).and_then(|()| write::json(&doc.root))
    };
    for (pointer, expected) in [
        ("/c", r#"{"a":[1,{"b":2}]}"#),
        ("/a/0", r#"{"a":[{"b":2}],"c":3}"#),
        ("/a/1/b", r#"{"a":[1,{}],"c":3}"#),
        ("/x/y", r#"{"a":[1,{"b":2}],"c":3}"#),
        ("", "{}"),
    ] {
        assert_eq!(doc(pointer).as_deref(), Ok(expected), "{pointer}");
    }
    assert!(doc("c").is_err());
}
