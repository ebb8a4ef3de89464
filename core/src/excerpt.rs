//! Excerpts of texts from outside that fit into one line of a message.

use crate::clean::Cleaner;

const MAX_SHOWN: usize = 160;
/// More than is shown: a key that is cut off would not be recognised, so the cut is far behind the shown part.
const MAX_SCANNED: usize = 8192;

/// A short excerpt, without secrets, of an answer that could not be used.
pub(crate) fn of(body: &[u8], cleaner: &Cleaner) -> String {
    if body.is_empty() {
        return "it is empty".to_owned();
    }
    if body.starts_with(b"PK\x03\x04") {
        return format!("it is a ZIP file of {} bytes", body.len());
    }
    if let Some(what) = no_text(body) {
        return format!("it is {what}");
    }
    let mut text = one_line(&String::from_utf8_lossy(body), MAX_SCANNED);
    cleaner.clean_text(&mut text);
    format!("it begins with `{}`", one_line(&text, MAX_SHOWN))
}

/// Makes one line of a message, which may quote a path or a name of any length.
pub(crate) fn message(text: &mut String) {
    const MAX_MESSAGE: usize = 1500;
    if text.len() > MAX_MESSAGE || text.contains(char::is_control) {
        *text = one_line(text, MAX_MESSAGE);
    }
}

/// Describes a body that is not text. A few odd bytes still count as text, in any encoding.
fn no_text(body: &[u8]) -> Option<String> {
    if let Some(name) = compression(body) {
        return Some(format!("{} bytes compressed with {name}", body.len()));
    }
    let shown = String::from_utf8_lossy(&body[..body.len().min(MAX_SCANNED)]);
    let is_odd = |c: &char| *c == char::REPLACEMENT_CHARACTER || (c.is_control() && !c.is_whitespace());
    let (odd, all) = (shown.chars().filter(is_odd).count(), shown.chars().count());
    (odd * 10 > all).then(|| format!("{} bytes that are no text", body.len()))
}

/// The compression of a body, as its first bytes show.
pub(crate) fn compression(body: &[u8]) -> Option<&'static str> {
    match body {
        [0x1F, 0x8B, 8, ..] => Some("gzip"),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Some("zstd"),
        _ => None,
    }
}

/// Words with single spaces between them, without control characters, cut off after `max_bytes`.
pub(crate) fn one_line(text: &str, max_bytes: usize) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > max_bytes {
            let end = (0..=max_bytes).rev().find(|at| line.is_char_boundary(*at)).unwrap_or_default();
            line.truncate(end);
            line.push_str("...");
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_one_line_of_limited_length() {
        assert_eq!(one_line(" a\n\tb\u{1b}[31mc ", 99), "a b [31mc");
        assert_eq!(one_line(&"é".repeat(99), 5), "éé...");
        assert_eq!(one_line("", 5), "");
    }

    #[test]
    fn bytes_are_not_shown_as_text() {
        let cleaner = Cleaner::default();
        assert_eq!(of(b"\x1f\x8b\x08abc", &cleaner), "it is 6 bytes compressed with gzip");
        assert_eq!(of(b"\x28\xb5\x2f\xfdabc", &cleaner), "it is 7 bytes compressed with zstd");
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(of(&bytes, &cleaner), "it is 256 bytes that are no text");
        assert_eq!(
            of(b"<p>Gesch\xE4ftsstelle</p>", &cleaner),
            "it begins with `<p>Gesch\u{fffd}ftsstelle</p>`"
        );
        assert_eq!(of(b"a\r\n\tb\n", &cleaner), "it begins with `a b`");
    }

    #[test]
    fn a_key_behind_much_white_space_is_not_shown_in_part() {
        let mut cleaner = Cleaner::default();
        cleaner.learn("s3cr3t-k3y");
        for spaces in 4060..4100 {
            let body = format!("<html>{}s3cr3t-k3y", " ".repeat(spaces));
            assert_eq!(of(body.as_bytes(), &cleaner), "it begins with `<html> [secret]`");
        }
        let body = format!("{}s3cr3t-k3y", "x".repeat(MAX_SCANNED - 5));
        assert!(!of(body.as_bytes(), &cleaner).contains("s3"));
    }
}
