//! JSON as the service's `json_encode` writes it: slashes are escaped, and characters outside ASCII become
//! `\u`.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Result;

pub(crate) fn to_string(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map(|plain| escape(&plain))
}

fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len() + json.len() / 8);
    for character in json.chars() {
        match character {
            // Slashes and characters outside ASCII occur only inside strings.
            '/' => escaped.push_str("\\/"),
            _ if character.is_ascii() => escaped.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            }
        }
    }
    escaped
}

/// A map as PHP writes it: an empty one is an empty array.
pub(crate) fn map<K: Serialize, V: Serialize, S: serde::Serializer>(
    map: &indexmap::IndexMap<K, V>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    if map.is_empty() {
        serializer.collect_seq(std::iter::empty::<()>())
    } else {
        serializer.collect_map(map)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes_as_php_does() {
        let json = super::to_string(&"http://é/😀").expect("text is JSON");
        assert_eq!(json, r#""http:\/\/\u00e9\/\ud83d\ude00""#);
    }
}
