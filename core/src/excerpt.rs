//! Texts from outside, made fit for one line of a message.

use crate::clean::Cleaner;

const SHOWN: usize = 160;
/// More than is shown: a key that is cut off would not be recognised, so what is cut lies far behind.
const LOOKED_AT: usize = 8192;

/// A short, cleaned piece of an answer that could not be used.
pub(crate) fn of(body: &[u8], cleaner: &Cleaner) -> String {
    if body.is_empty() {
        return "it is empty".to_owned();
    }
    if body.starts_with(b"PK\x03\x04") {
        return format!("it is a ZIP file of {} bytes", body.len());
    }
    let mut text = one_line(&String::from_utf8_lossy(body), LOOKED_AT);
    cleaner.clean_text(&mut text);
    format!("it begins with `{}`", one_line(&text, SHOWN))
}

/// Words with single spaces between them, without control characters, cut off after so many bytes.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > most {
            let end = (0..=most).rev().find(|at| line.is_char_boundary(*at)).unwrap_or_default();
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
    fn a_key_behind_much_white_space_is_not_shown_in_part() {
        let mut cleaner = Cleaner::default();
        cleaner.learn("s3cr3t-k3y");
        for spaces in 4060..4100 {
            let body = format!("<html>{}s3cr3t-k3y", " ".repeat(spaces));
            assert_eq!(of(body.as_bytes(), &cleaner), "it begins with `<html> [secret]`");
        }
        let body = format!("{}s3cr3t-k3y", "x".repeat(LOOKED_AT - 5));
        assert!(!of(body.as_bytes(), &cleaner).contains("s3"));
    }
}
