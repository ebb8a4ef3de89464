//! Removes secrets from texts that are shown: errors, excerpts of answers, log events.
//!
//! A secret can come back in many spellings: raw, percent-encoded in a URL, HTML-escaped in an error page, escaped in
//! JSON, or mixed. So each character is compared in all its spellings, instead of the text with a list of spellings.

use serde_json::Value;

use crate::secret::Secret;

const MASK: &str = "[secret]";

/// Knows the secrets of one client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cleaner {
    secrets: Vec<Secret>,
}

impl Cleaner {
    pub(crate) fn learn(&mut self, secret: &str) {
        if !secret.is_empty() {
            self.secrets.push(secret.into());
            // Longest first: a password may be part of a longer secret.
            self.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.reveal().len()));
        }
    }

    /// Adds the user and password of a URL.
    pub(crate) fn learn_user_part(&mut self, url: &str) {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        // The last `@`: a `/` before it may belong to a password that was not encoded.
        let Some((user_part, _)) = rest.rsplit_once('@') else { return };
        let (user, password) = user_part.split_once(':').unwrap_or((user_part, ""));
        for part in [user_part, user, password] {
            // Decoded, because the comparison handles the encoded spellings.
            let part = percent_decoded(part);
            // A single letter would match in every text.
            if part.len() > 2 {
                self.learn(&part);
            }
        }
    }

    pub(crate) fn clean_text(&self, text: &mut String) {
        if let Some(cleaned) = self.without_secrets(text) {
            *text = cleaned;
        }
    }

    /// Cleans what stands around words of our own. These tell nothing about a secret, even if they hold one that is a
    /// word, such as `wrong`.
    pub(crate) fn clean_text_around(&self, own: &str, text: &mut String) {
        match text.split_once(own).filter(|_| !own.is_empty()) {
            Some((before, after)) => {
                let [before, after] = [before, after].map(|part| {
                    let mut part = part.to_owned();
                    self.clean_text(&mut part);
                    part
                });
                *text = [&before, own, &after].concat();
            }
            None => self.clean_text(text),
        }
    }

    pub(crate) fn clean_json(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.clean_text(text),
            Value::Array(list) => list.iter_mut().for_each(|value| self.clean_json(value)),
            Value::Object(map) => {
                for (name, value) in std::mem::take(map) {
                    let (mut name, mut value) = (name, value);
                    if is_secret_name(&name) {
                        value = MASK.into();
                    }
                    self.clean_text(&mut name);
                    self.clean_json(&mut value);
                    map.insert(name, value);
                }
            }
            _ => {}
        }
    }

    fn without_secrets(&self, text: &str) -> Option<String> {
        let mut cleaned = String::new();
        let mut kept = 0;
        let mut at = 0;
        while at < text.len() {
            match self.find(&text[at..]) {
                Some(SecretMatch { keep, length }) => {
                    cleaned.push_str(&text[kept..at + keep]);
                    cleaned.push_str(MASK);
                    at += length.max(1);
                    kept = at;
                }
                None => at += text[at..].chars().next().map_or(1, char::len_utf8),
            }
        }
        (kept > 0).then(|| cleaned + &text[kept..])
    }

    /// Finds a secret at the start of `text`.
    fn find(&self, text: &str) -> Option<SecretMatch> {
        let known = |text: &str| self.secrets.iter().find_map(|secret| length_of(secret.reveal(), text));
        if let Some(length) = known(text).or_else(|| private_key(text)) {
            return Some(SecretMatch { keep: 0, length });
        }
        let named = value_of_secret_name(text)?;
        // The value may be a known secret that is longer than the unknown one would be.
        let length = known(&text[named.keep..]).map_or(0, |length| named.keep + length);
        Some(SecretMatch { length: named.length.max(length), ..named })
    }
}

/// The first `keep` bytes are kept, the rest of `length` is a secret.
struct SecretMatch {
    keep: usize,
    length: usize,
}

/// How many bytes at the start of `text` are `secret`, in any spelling.
fn length_of(secret: &str, text: &str) -> Option<usize> {
    let mut at = 0;
    for byte in secret.bytes() {
        at += spelled(byte, text.as_bytes().get(at..)?)?;
    }
    text.is_char_boundary(at).then_some(at)
}

/// The length of one byte's spelling at the start of `text`: raw, `%2B`, `&#43;`, `&#x2b;`, `&amp;`, `\u002b`, `\/`.
fn spelled(byte: u8, text: &[u8]) -> Option<usize> {
    match *text.first()? {
        b'%' if text.get(1..3).and_then(hex) == Some(byte.into()) => return Some(3),
        b'&' => {
            if let Some(length) = html_entity(byte, text) {
                return Some(length);
            }
        }
        b'\\' => {
            if text.get(1) == Some(&b'u') && text.get(2..6).and_then(hex) == Some(byte.into()) {
                return Some(6);
            }
            if text.get(1) == Some(&byte) {
                return Some(2);
            }
        }
        b'+' if byte == b' ' => return Some(1),
        _ => {}
    }
    (text[0] == byte).then_some(1)
}

fn html_entity(byte: u8, text: &[u8]) -> Option<usize> {
    let end = text.iter().take(10).position(|&other| other == b';')?;
    let matches = match &text[1..end] {
        b"amp" => byte == b'&',
        b"lt" => byte == b'<',
        b"gt" => byte == b'>',
        b"quot" => byte == b'"',
        b"apos" => byte == b'\'',
        [b'#', b'x' | b'X', digits @ ..] => hex(digits) == Some(byte.into()),
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse() == Ok(u32::from(byte)),
        _ => false,
    };
    matches.then_some(end + 1)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'%').then(|| after.get(..2).and_then(hex)).flatten();
        let code = code.and_then(|code| u8::try_from(code).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digits: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// A private key in PEM form, complete or cut off.
fn private_key(text: &str) -> Option<usize> {
    let label = text.strip_prefix("-----BEGIN ")?.split("-----").next()?;
    if !label.ends_with("PRIVATE KEY") || label.len() > 40 {
        return None;
    }
    let end = format!("-----END {label}-----");
    Some(text.find(&end).map_or(text.len(), |at| at + end.len()))
}

/// The value after a name that marks a secret, in JSON or in a query.
fn value_of_secret_name(text: &str) -> Option<SecretMatch> {
    let name = SECRET_NAMES.iter().find(|name| text.starts_with(**name))?;
    let separator = text[name.len()..].find(|c: char| !matches!(c, '"' | '\\' | ' ' | ':' | '=' | '\''))?;
    if separator == 0 || !text[name.len()..][..separator].contains([':', '=']) {
        return None;
    }
    let start = name.len() + separator;
    let value = text[start..]
        .find(|c: char| matches!(c, '"' | '\\' | '\'' | '&' | ',' | '}' | '<') || c.is_whitespace());
    Some(SecretMatch { keep: start, length: value.map_or(text.len(), |length| start + length) })
}

const SECRET_NAMES: &[&str] = &["access_key", "eab_hmac_key", "private_key"];

fn is_secret_name(name: &str) -> bool {
    SECRET_NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> String {
        let mut cleaner = Cleaner::default();
        cleaner.learn("a+b/c&d<é");
        let mut text = text.to_owned();
        cleaner.clean_text(&mut text);
        text
    }

    #[test]
    fn every_spelling_goes() {
        for spelling in [
            "a+b/c&d<é",
            "a%2Bb%2Fc%26d%3C%C3%A9",
            "a%2bb%2fc%26d%3c%c3%a9",
            "a+b/c&amp;d&lt;é",
            "a&#43;b&#x2F;c&#38;d&#60;é",
            r"a+b\/c&d\u003cé",
            "a+b%2Fc&amp;d%3Cé",
        ] {
            assert_eq!(cleaned(&format!("<{spelling}>")), "<[secret]>", "{spelling}");
        }
        assert_eq!(cleaned("access_key=a+b/c&d<é&x=1"), "access_key=[secret]&x=1");
        assert_eq!(cleaned("a+b/c&d<e"), "a+b/c&d<e");
        assert_eq!(cleaned("a+b/c&d"), "a+b/c&d");
    }

    #[test]
    fn odd_characters_at_the_end_of_a_text_are_no_half_spellings() {
        for secret in ["ab%", "ab%4", r"ab\u00", "ab&", "ab&#"] {
            let mut cleaner = Cleaner::default();
            cleaner.learn(secret);
            let mut text = format!("x {secret}");
            cleaner.clean_text(&mut text);
            assert_eq!(text, "x [secret]");
        }
    }

    #[test]
    fn the_user_part_of_a_url_goes_whatever_is_in_it() {
        for (url, secret) in [
            ("http://user:s3cret@h:1", "s3cret"),
            ("user:s3cret@h", "s3cret"),
            ("http://user:s%33cret@h/a", "s3cret"),
            ("http://user:s3cr@t@h:1", "s3cr@t"),
            ("http://user:s3c:ret@h:1", "s3c:ret"),
            ("http://user:12:34@h:1", "12:34"),
            ("http://user:12/s3cret@h:1", "12/s3cret"),
            ("http://user:s3cret?x@h:1", "s3cret?x"),
            ("http://user:s3cret#x@h:1/a", "s3cret#x"),
        ] {
            let mut cleaner = Cleaner::default();
            cleaner.learn_user_part(url);
            for (text, shown) in [(secret, "[secret]"), (url, "://[secret]@h"), ("h:1/a", "h:1/a")] {
                let mut text = text.to_owned();
                cleaner.clean_text(&mut text);
                let shown = if url.contains("://") { shown } else { shown.trim_start_matches("://") };
                assert!(text.contains(shown) && !text.contains(secret), "{url}: {text}");
            }
        }
    }

    #[test]
    fn private_keys_and_named_values_go() {
        assert_eq!(
            cleaned("x -----BEGIN EC PRIVATE KEY-----\nMII\n-----END EC PRIVATE KEY----- y"),
            "x [secret] y"
        );
        assert_eq!(cleaned("x -----BEGIN PRIVATE KEY-----\nMII"), "x [secret]");
        assert_eq!(cleaned("-----BEGIN CERTIFICATE-----"), "-----BEGIN CERTIFICATE-----");
        assert_eq!(cleaned(r#"{"eab_hmac_key":"abc","b":1}"#), r#"{"eab_hmac_key":"[secret]","b":1}"#);
        assert_eq!(cleaned("GET /?access_key=abc&d=1"), "GET /?access_key=[secret]&d=1");
        assert_eq!(cleaned("no access_key was given"), "no access_key was given");
    }

    #[test]
    fn json_is_cleaned_in_names_and_values() {
        let mut cleaner = Cleaner::default();
        cleaner.learn("k3y");
        let mut value = serde_json::json!({"a k3y": ["k3y", {"eab_hmac_key": "s"}]});
        cleaner.clean_json(&mut value);
        assert_eq!(value, serde_json::json!({"a [secret]": ["[secret]", {"eab_hmac_key": "[secret]"}]}));
    }
}
