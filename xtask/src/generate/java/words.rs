//! An enum for each closed list of words.

use super::docs::{comment, prose};
use super::source::Source;
use crate::generate::text::capitalized;
use crate::generate::words::{Words, lists};

const BODY: &str = "
    private final String word;

    NAME(String word) {
        this.word = word;
    }

    /** {@return the service's own word} */
    @Override
    public String toString() {
        return word;
    }
}
";

pub(super) fn sources() -> Vec<Source> {
    lists().into_iter().map(|(name, list)| Source { text: declared(&name, &list), name }).collect()
}

fn declared(name: &str, Words { doc, words }: &Words) -> String {
    let doc = comment(0, &(capitalized(&prose(doc, &[])) + "."), &[]);
    let constants: Vec<String> = words
        .iter()
        .map(|word| format!("    /** {{@code {word}}}. */\n    {}(\"{word}\")", constant(word)))
        .collect();
    format!("{doc}public enum {name} {{\n{};\n{}", constants.join(",\n"), BODY.replace("NAME", name))
}

/// `keyCompromise` as `KEY_COMPROMISE`. A name cannot begin with a digit.
pub(crate) fn constant(word: &str) -> String {
    let mut name = String::new();
    let mut part = String::new();
    for c in word.chars() {
        let is_separator = matches!(c, '_' | '-');
        let before = part.chars().next_back().unwrap_or('_');
        let is_camel = c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        let is_number = c.is_ascii_digit() && before.is_ascii_alphabetic() && part.len() > 1;
        if is_separator || is_camel || is_number {
            name = name + &part + "_";
            part.clear();
        }
        if !is_separator {
            part.push(c);
        }
    }
    name = (name + &part).to_uppercase();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("TYPE_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::constant;

    #[test]
    fn constants_are_spelled_as_in_java() {
        let words = [
            ("pending_validation", "PENDING_VALIDATION"),
            ("HTTP_CSR_HASH", "HTTP_CSR_HASH"),
            ("ecdsa-p256", "ECDSA_P256"),
            ("rsa-2048", "RSA_2048"),
            ("keyCompromise", "KEY_COMPROMISE"),
            ("single90Days", "SINGLE_90_DAYS"),
            ("GET", "GET"),
            ("1", "TYPE_1"),
        ];
        for (word, spelled) in words {
            assert_eq!(constant(word), spelled);
        }
    }
}
