//! What is personal in an exchange, and what stands for it: the same thing becomes the same thing in every file.

use super::dates::Shift;
use super::json_text::{Place, rewrite};
use super::names::{self, Names};
use super::opaque::Opaque;
use super::pem::{self, Samples};
use super::words;

/// A number with fewer digits is a count, and no account's or telephone's.
const COUNT: usize = 6;
/// Digits, or letters and digits, that are shorter name nobody; and where plain words are kept, such as in `SHA256`.
const SHORT: usize = 5;
const SHORT_IN_WORDS: usize = 8;
/// Of fewer hexadecimal digits it may be a word.
const HASH: usize = 16;
/// What is shorter may stand somewhere by chance.
const CERTAIN: usize = 12;

#[derive(Debug)]
pub(super) struct Replacements {
    names: Names,
    opaque: Opaque,
    shift: Shift,
    samples: Samples,
}

/// How much of a text is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    /// The service's own words only.
    Known,
    /// Plain words: a sentence of the service, or a request of ours.
    Plain,
}

impl Replacements {
    pub(super) fn new(samples: Samples) -> Self {
        Self { names: Names::default(), opaque: Opaque::default(), shift: Shift::default(), samples }
    }

    /// Notes the names and times of an answer, or of the parameters of a call.
    pub(super) fn learn(&mut self, json: &str) {
        rewrite(json, |place, text| {
            if !matches!(place, Place::Number(_)) && !pem::is_pem(text) {
                self.shift.learn(text);
                for run in text.split(|c: char| !is_of_run(c)) {
                    let name = run.rsplit('@').next().unwrap_or(run);
                    self.names.learn(name.trim_matches('.'));
                }
            }
            text.to_owned()
        });
    }

    /// An answer in JSON, without anything personal. None if it is no JSON.
    pub(super) fn answer(&mut self, json: &str) -> Option<String> {
        rewrite(json, |place, text| match place {
            Place::Name if is_identifier(text) => text.to_owned(),
            Place::Name => self.runs(text, Words::Known),
            Place::Number(_) => self.number(text),
            Place::Text(member) => self.text(member, text),
        })
    }

    /// A request of ours in JSON: our own words are harmless.
    pub(super) fn request(&mut self, json: &str) -> Option<String> {
        rewrite(json, |place, text| match place {
            Place::Text(_) if pem::is_pem(text) => pem::replaced(text, &self.samples),
            Place::Text(_) => self.runs(text, Words::Plain),
            _ => text.to_owned(),
        })
    }

    /// A path, or a value of a query.
    pub(super) fn plain(&mut self, text: &str) -> String {
        self.runs(text, Words::Plain)
    }

    /// What was replaced and stands in the text all the same.
    pub(super) fn left_in(&self, text: &str) -> Option<&str> {
        let lower = text.to_ascii_lowercase();
        let is_left = |original: &&str| !names::is_reserved(original) && lower.contains(*original);
        let certain = self.opaque.originals().filter(|original| original.len() >= CERTAIN);
        self.names.originals().chain(certain).find(is_left)
    }

    fn text(&mut self, member: &str, text: &str) -> String {
        if pem::is_pem(text) {
            return pem::replaced(text, &self.samples);
        }
        if let Some(moved) = self.shift.of(text) {
            return moved;
        }
        if words::is_kept(member, text) {
            return text.to_owned();
        }
        self.runs(text, if words::is_sentence(member) { Words::Plain } else { Words::Known })
    }

    /// A Unix time is moved; a long number may be an account's.
    fn number(&mut self, text: &str) -> String {
        if text.len() < COUNT || text.contains('.') {
            return text.to_owned();
        }
        match text.parse::<i64>() {
            Ok(seconds @ 1_000_000_000..4_000_000_000) => self.shift.of_seconds(seconds).to_string(),
            // A number does not begin with a zero.
            _ => format!("1{}", self.opaque.of(text).get(1..).unwrap_or_default()),
        }
    }

    /// Each run of characters that may be a name, and what is between them as it is.
    fn runs(&mut self, text: &str, kept: Words) -> String {
        let mut out = String::new();
        let mut rest = text;
        while !rest.is_empty() {
            let between = rest.find(is_of_run).unwrap_or(rest.len());
            let (before, from) = rest.split_at(between);
            out.push_str(before);
            let (run, after) = from.split_at(from.find(|c| !is_of_run(c)).unwrap_or(from.len()));
            // The end of a sentence.
            let word = run.trim_end_matches('.');
            if !word.is_empty() {
                out.push_str(&self.run(word, kept));
            }
            out.push_str(&run[word.len()..]);
            rest = after;
        }
        out
    }

    fn run(&mut self, run: &str, kept: Words) -> String {
        if let Some((person, domain)) = run.split_once('@') {
            let person = if words::is_known(person) { person } else { "someone" };
            let domain = self.names.of(domain).unwrap_or_else(|| "example.com".to_owned());
            return format!("{person}@{domain}");
        }
        // A record's unique name stands before the name that it is for.
        if let Some((unique, name)) = run.strip_prefix('_').and_then(|run| run.split_once('.')) {
            return format!("_{}.{}", self.label(unique, kept), self.run(name, kept));
        }
        if let Some(name) = self.names.of(run) {
            return name;
        }
        let public = names::public_part(run);
        let (own, public) = run.split_at(run.len() - public.len());
        let own: Vec<_> = own.split('.').map(|label| self.label(label, kept)).collect();
        own.join(".") + public
    }

    fn label(&mut self, label: &str, kept: Words) -> String {
        let has_digit = label.bytes().any(|byte| byte.is_ascii_digit());
        let is_number = label.bytes().all(|byte| byte.is_ascii_digit());
        let is_hash = label.len() >= HASH && label.bytes().all(|byte| byte.is_ascii_hexdigit());
        let short = if kept == Words::Plain && !is_number { SHORT_IN_WORDS } else { SHORT };
        if label.is_empty() || words::is_known(label) {
            label.to_owned()
        } else if !label.is_ascii() {
            "word".to_owned()
        } else if is_hash || (has_digit && label.len() >= short) {
            self.opaque.of(label)
        } else if has_digit || kept == Words::Plain || label.len() == 1 {
            label.to_owned()
        } else {
            "word".to_owned()
        }
    }
}

fn is_of_run(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '*' | '@')
}

/// The name of a field, and nobody's.
fn is_identifier(text: &str) -> bool {
    let has_long_digits = text.bytes().filter(u8::is_ascii_digit).count() >= SHORT;
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !has_long_digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(json: &str) -> String {
        let samples = Samples { csr: String::new(), certificate: String::new() };
        let mut replacements = Replacements::new(samples);
        replacements.learn(json);
        let clean = replacements.answer(json).expect("JSON");
        assert_eq!(replacements.left_in(&clean), None);
        clean
    }

    #[test]
    fn nothing_personal_is_left() {
        let json = r#"{"id":"6081afd29299da3eeca10da0e79bf845","status":"issued","common_name":"shop.acme.io",
            "created":"2026-05-06 07:08:09","org":"Acme GmbH","tel":"+49 170 9876501","ref":"K48213","user":"Müller99","by":"jane.doe@acme.io","total":17,"customer":654321,"account":123456789012,
            "validation":{"email_validation":{"shop.acme.io":["admin@shop.acme.io"]},
            "p1":"_AB12CD34AB12CD34.shop.acme.io","p2":"40FBAF4909193DD4.lpze4e2gecnt0cz.comodoca.com",
            "url":"http:\/\/shop.acme.io\/.well-known\/pki-validation\/AB12CD34AB12CD34.txt"},
            "error":{"message":"The name shop.acme.io of order 6081afd29299da3eeca10da0e79bf845 failed."}}"#;
        let clean = cleaned(json);
        let value: serde_json::Value = serde_json::from_str(&clean).expect("JSON");
        for personal in [
            "acme",
            "6081afd",
            "Acme",
            "jane",
            "2026-05",
            "123456789012",
            "654321",
            "9876501",
            "K48213",
            "ller99",
            "ab12cd34",
            "lpze4e2",
        ] {
            assert!(!clean.to_lowercase().contains(&personal.to_lowercase()), "{personal}: {clean}");
        }
        assert_eq!((&value["status"], &value["total"]), (&"issued".into(), &17.into()));
        assert_eq!(value["created"], "2026-01-01 07:08:09");
        assert_eq!(value["common_name"], "host1.example.com");
        assert_eq!(value["by"], "someone@example.com");
        let of_name = &value["validation"];
        assert_eq!(of_name["email_validation"]["host1.example.com"][0], "admin@host1.example.com");
        let unique =
            of_name["p1"].as_str().and_then(|p1| p1.strip_suffix(".host1.example.com")).expect("a name");
        let url = format!("http://host1.example.com/.well-known/pki-validation/{}.txt", &unique[1..]);
        assert_eq!(of_name["url"], url, "what is equal stays equal");
        assert!(clean.contains(r"\/.well-known\/"), "{clean}");
        let sentence = value["error"]["message"].as_str().unwrap_or_default();
        assert!(sentence.starts_with("The name host1.example.com of order "), "{sentence}");
    }
}
