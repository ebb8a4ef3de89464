//! Other spellings of a name. It is still the same name, and a client has to recognize it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Another spelling of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Spelling {
    /// `EXAMPLE.COM`.
    UpperCase,
    /// `ExAmPlE.cOm`.
    MixedCase,
    /// `example.com.`
    FinalDot,
    /// `bücher.example.com` for `xn--bcher-kva.example.com`.
    Unicode,
}

impl Spelling {
    /// Addresses are not names; they stay unchanged.
    pub(crate) fn of(self, name: &str) -> String {
        if name.is_empty() || name.parse::<IpAddr>().is_ok() {
            return name.to_owned();
        }
        match self {
            Self::UpperCase => name.chars().map(upper).collect(),
            Self::MixedCase => {
                let case = |(place, letter)| if place % 2 == 0 { upper(letter) } else { letter };
                name.chars().enumerate().map(case).collect()
            }
            Self::FinalDot if name.ends_with('.') => name.to_owned(),
            Self::FinalDot => format!("{name}."),
            Self::Unicode => name.split('.').map(label_in_unicode).collect::<Vec<_>>().join("."),
        }
    }
}

/// The capital of a letter, if it maps back to the same letter: `ß` and `ς` share their capitals with other
/// letters.
fn upper(letter: char) -> char {
    let mut capitals = letter.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) if capital.to_lowercase().eq([letter]) => capital,
        _ => letter,
    }
}

fn label_in_unicode(label: &str) -> String {
    let is_encoded = label.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("xn--"));
    if is_encoded { idna::domain_to_unicode(label).0 } else { label.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::Spelling;

    #[test]
    fn a_name_stays_the_same_name() {
        let idn = "*.xn--bcher-kva.example.com";
        for (spelling, name, expected) in [
            (Spelling::UpperCase, "*.a-1.example.com", "*.A-1.EXAMPLE.COM"),
            (Spelling::UpperCase, "straße.ς.é", "STRAßE.ς.É"),
            (Spelling::MixedCase, "example.com", "ExAmPlE.CoM"),
            (Spelling::FinalDot, "example.com", "example.com."),
            (Spelling::FinalDot, "example.com.", "example.com."),
            (Spelling::FinalDot, "203.0.113.1", "203.0.113.1"),
            (Spelling::Unicode, idn, "*.bücher.example.com"),
            (Spelling::Unicode, "_AB.XN--BCHER-KVA.Example.com", "_AB.bücher.Example.com"),
            (Spelling::Unicode, "", ""),
        ] {
            assert_eq!(spelling.of(name), expected, "{spelling:?}");
        }
    }
}
