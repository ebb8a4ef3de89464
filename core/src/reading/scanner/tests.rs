//! The scanner beside `serde_json`: both pass and refuse the same texts, and read the same from them.

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::{Scanner, Stop};

/// The first value of a text, if nothing follows.
fn skipped(json: &str) -> Option<(&str, bool)> {
    let mut scan = Scanner::new(json);
    let raw = scan.skip().ok()?;
    scan.end().ok()?;
    Some((raw.json, raw.is_plain))
}

/// Pieces of JSON in any order, so that many texts are nearly valid.
fn nearly_json() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[\\[\\]{}:,]",
        2 => Just("\"a\"".to_owned()),
        1 => Just("\"\"".to_owned()),
        1 => Just("\"a\":".to_owned()),
        1 => Just("\"http:\\/\\/a\\/b\"".to_owned()),
        1 => "\"(\\\\(u[0-9a-fD]{4}|[\"\\\\/bfnrtux])|[ aä€😀\\x00-\\x1f]){0,4}\"",
        1 => "-?[0-9]{0,20}(\\.[0-9]{0,3})?([eE][+-]?[0-9]{0,4})?",
        1 => "true|false|null|nul|truex|-|\\\\|\"",
        1 => "[ \\n\\r\\t]",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Valid JSON, with spaces and escapes.
fn json() -> impl Strategy<Value = String> {
    let space = || "[ \\n\\r\\t]{0,1}";
    let leaf = prop_oneof![
        "\"([a-zäß€😀./ -]|\\\\(u[0-9a-fD]{4}|[\"\\\\/bfnrt])){0,12}\"",
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?",
        "true|false|null",
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        let spaced = (space(), inner, space()).prop_map(|(before, value, after)| before + &value + &after);
        let member = ("\"[a-z/]{0,3}\"", space(), spaced.clone())
            .prop_map(|(name, space, value)| format!("{name}{space}:{value}"));
        prop_oneof![
            prop::collection::vec(spaced, 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..6).prop_map(|items| format!("{{{}}}", items.join(","))),
        ]
    })
}

fn agrees(json: &str) {
    let theirs = serde_json::from_str::<&RawValue>(json).ok();
    let ours = skipped(json);
    assert_eq!(ours.map(|(raw, _)| raw), theirs.map(RawValue::get), "{json}");
    let is_strict = serde_json::from_str::<serde_json::Value>(json).is_ok();
    assert!(is_strict || !ours.is_some_and(|(_, is_plain)| is_plain), "called plain: {json}");
    if json.trim_start().starts_with('"') && ours.is_some() {
        let ours = Scanner::new(json).text().and_then(|text| text.decoded());
        assert_eq!(ours.ok(), serde_json::from_str::<String>(json).ok().map(Into::into), "{json}");
    }
    if json.starts_with(['[', '{']) {
        let mut scan = Scanner::new(json);
        if let Some(list) = scan.list_of_plain_texts() {
            let texts: Vec<String> = serde_json::from_str(list).expect("a list of texts");
            assert!(texts.iter().all(|text| !text.is_empty()), "{json}");
            assert_eq!(serde_json::to_string(&texts).expect("JSON"), list);
        }
    }
}

/// More by `PROPTEST_CASES`.
#[test]
fn it_agrees_with_serde_json() {
    proptest!(|(json in nearly_json())| agrees(&json));
    proptest!(|(json in json())| agrees(&json));
}

#[test]
fn what_the_generators_hardly_find() {
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let texts = [
        "",
        " ",
        "\"",
        "\"\\",
        "\"\\u12\"",
        "\"a\u{1}\"",
        "\"a\u{7f}\"",
        "[\"a\",]",
        "[,]",
        "{\"a\"}",
        "{\"a\":1,}",
        "[1}",
        "{\"a\"]",
        "{\"a\",\"b\"]",
    ];
    for json in texts {
        agrees(json);
    }
    for depth in [63, 64, 65, 127, 128, 5000] {
        agrees(&deep(depth));
    }
    assert_eq!(Scanner::new(r#""\ud800""#).text().and_then(|text| text.decoded()), Err(Stop::Syntax));
}

#[test]
fn lists_and_objects_may_be_nested_as_deep_as_with_serde_json() {
    fn nested(scan: &mut Scanner<'_>) -> super::Scan<()> {
        let mut items = scan.enter()?;
        while scan.next_value(&mut items)? {
            nested(scan)?;
        }
        Ok(())
    }
    for depth in [1, 127, 128] {
        let json = "[".repeat(depth) + &"]".repeat(depth);
        let theirs = serde_json::from_str::<serde_json::Value>(&json);
        assert_eq!(nested(&mut Scanner::new(&json)).is_ok(), theirs.is_ok(), "{depth}");
    }
}
