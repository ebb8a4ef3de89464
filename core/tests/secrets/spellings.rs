//! The secrets, the spellings in which a server may send the key back, and the search for any of them.

use std::fmt::Debug;

use zerossl::Error;

/// Needs escaping in URLs, HTML, JSON and headers.
pub(crate) const KEY: &str = r#"S3CR+T/k&y<>"'\%=?"#;
pub(crate) const PASSWORD: &str = "pr0xy%2Bpassword";
/// 32 bytes that begin like the key.
pub(crate) const SEAL_KEY: &str = "UzNDUi1zZWFsLWtleS1vZi10aGlydHktdHdvLWJ5dGU=";
/// What is shown in the place of a secret.
pub(crate) const MASK: &str = "[secret]";

/// Spellings that must not appear. The parts of the key between the special characters are plain in most spellings.
const SPELLINGS: &[&str] = &[
    "S3CR",
    "T/k",
    "T%2Fk",
    "T%2fk",
    "T&#x2F;k",
    "T&#47;k",
    r"T\/k",
    "y&lt;&gt;",
    "y%3C%3E",
    // Each character in its other spelling.
    "%53%33%43",
    "&#83;&#51;",
    "&#x53;&#x33;",
    "u0053",
    // Bytes, in a list and in digits.
    "83,51,67,82",
    "53334352",
    // In base64, alone and behind a user.
    "UzNDU",
    "dXNlcjpwcjB4e",
    "pr0xy",
    "%2Bpassword",
    "+password",
];

fn found(shown: &str) -> Option<&'static str> {
    // A list may be on several lines.
    let joined: String = shown.split_whitespace().collect();
    SPELLINGS.iter().copied().find(|spelling| shown.contains(spelling) || joined.contains(spelling))
}

pub(crate) fn search(shown: &str, what: &str) {
    if let Some(spelling) = found(shown) {
        panic!("{what} shows a secret ({spelling}): {shown}");
    }
}

/// Everything that an error shows, in each way.
pub(crate) fn shown(error: &Error) -> String {
    let parts: [&dyn Debug; 6] = [
        &error.details(),
        &error.candidates(),
        &error.domains(),
        &error.path(),
        &error.parameter(),
        &error.api_type(),
    ];
    format!("{error} {} {error:?} {error:#?} {} {parts:?}", error.message(), error.to_json())
}

pub(crate) fn search_error(error: &Error, what: &str) {
    search(&shown(error), what);
}

/// What a server may send back: the key in every possible spelling.
pub(crate) fn echoes() -> Vec<String> {
    let spelled = |spell: fn(u8) -> String| KEY.bytes().map(spell).collect::<Vec<_>>().concat();
    let percent = spelled(|byte| format!("%{byte:02X}"));
    let json = serde_json::to_string(KEY).expect("JSON").trim_matches('"').to_owned();
    vec![
        KEY.to_owned(),
        percent.to_lowercase(),
        percent,
        spelled(|byte| format!("&#{byte};")),
        spelled(|byte| format!("&#x{byte:x};")),
        spelled(|byte| format!("\\u{byte:04x}")),
        json.replace('/', r"\/"),
        json,
        "S3CR%2BT%2Fk%26y%3C%3E%22%27%5C%25%3D%3F".to_owned(),
        KEY.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
    ]
}

/// What the search does not know would be no leak.
#[test]
fn the_search_finds_each_spelling() {
    let bytes = KEY.as_bytes();
    let digits = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    for text in [format!("{bytes:?}"), format!("{bytes:#?}"), digits, "user:pr0xy+password".to_owned()] {
        assert!(found(&text).is_some(), "{text}");
    }
    let others = [SEAL_KEY, PASSWORD, "dXNlcjpwcjB4eStwYXNzd29yZA=="].map(str::to_owned);
    for text in echoes().iter().chain(&others) {
        for shown in [text.clone(), format!("{text:?}"), serde_json::to_string(text).expect("JSON")] {
            assert!(found(&shown).is_some(), "{shown}");
        }
    }
    assert_eq!(found("get_certificate: refused with [secret] (it says: [secret])"), None);
}
