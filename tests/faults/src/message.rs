//! What every message of an error must be: one line that names the operation, who is at fault and what to do, without a
//! secret and without words of Rust.

use crate::stand::{ACCESS_KEY, PASSWORD};

/// How a clause begins that says what to do.
const ADVICE: &[&str] = &[
    "allow ",
    "ask ",
    "check ",
    "copy ",
    "give ",
    "is it ",
    "if it ",
    "is this ",
    "it has to ",
    "look ",
    "lower ",
    "publish ",
    "put ",
    "raise ",
    "repeat ",
    "see ",
    "set ",
    "slow down",
    "try again",
    "use ",
    "wait ",
    "write ",
];

/// What is wrong with a message. `places` are the names of who is at fault: one of them must be there.
pub(crate) fn problems(message: &str, operation: &str, places: &[&str]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut expect = |is_so: bool, what: &str| {
        if !is_so {
            problems.push(format!("{what}: {message}"));
        }
    };
    expect(message.starts_with(&format!("{operation}: ")), "it does not name the operation");
    expect(!message.contains(char::is_control), "it is not one line of text");
    expect(message.len() < 1000, "it is too long");
    expect(places.iter().any(|place| message.contains(place)), "it does not say who is at fault");
    expect(clauses(message).any(|clause| ADVICE.iter().any(|word| clause.starts_with(word))), "no advice");
    expect(!message.contains(ACCESS_KEY) && !message.contains(PASSWORD), "it holds a secret");
    expect(!message.contains("os error"), "it has the system's number in place of words");
    expect(!message.split_whitespace().any(is_of_rust), "it has a word of Rust");
    problems
}

fn clauses(message: &str) -> impl Iterator<Item = &str> {
    message.split([';', ',', '?', ':', '(']).map(|clause| {
        let clause = clause.trim_start();
        clause.strip_prefix("or ").or_else(|| clause.strip_prefix("and ")).unwrap_or(clause)
    })
}

/// A path, a variant, or a type such as `UnknownIssuer`.
fn is_of_rust(word: &str) -> bool {
    let word = word.trim_matches(|character: char| !character.is_alphanumeric());
    let is_camel = word.chars().next().is_some_and(char::is_uppercase)
        && word.chars().any(char::is_lowercase)
        && word
            .chars()
            .skip(1)
            .zip(word.chars())
            .any(|(next, before)| next.is_uppercase() && before.is_lowercase());
    word.contains("::")
        || (is_camel && !word.starts_with("ZeroSSL"))
        || matches!(word, "None" | "Some" | "Err" | "Ok")
}
