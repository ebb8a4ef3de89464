//! A certificate signing request in PEM, as clients send it: with any white space, and with text around it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The labels of a request: the usual one and an old one.
const LABELS: [&str; 2] = ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"];

/// The bytes of the first request in a text. Line breaks may be of any kind, spaces, or missing. A byte order
/// mark and indentation are ignored.
pub(super) fn request(text: &str) -> Option<Vec<u8>> {
    let blocks = LABELS.into_iter().filter_map(|label| {
        let (before, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
        let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
        Some((before.len(), body))
    });
    let (_, body) = blocks.min_by_key(|(place, _)| *place)?;
    let is_space = |letter: &char| letter.is_whitespace() || *letter == '\u{feff}';
    let base64: String = body.chars().filter(|letter| !is_space(letter)).collect();
    STANDARD.decode(base64).ok()
}

#[cfg(test)]
mod tests {
    use super::request;

    #[test]
    fn white_space_and_text_around_do_not_matter() {
        let pem = "-----BEGIN CERTIFICATE REQUEST-----\nAAEC\nAwQ=\n-----END CERTIFICATE REQUEST-----\n";
        let expected = Some(vec![0, 1, 2, 3, 4]);
        for text in [
            pem.to_owned(),
            pem.replace('\n', ""),
            pem.replace('\n', " "),
            pem.replace('\n', "\r\n"),
            pem.replace('\n', "\r"),
            pem.replace('\n', "\t\n    "),
            format!("\u{feff}{pem}"),
            format!("Certificate Request:\n    Data:\n{pem}and more"),
            pem.replace("CERTIFICATE", "NEW CERTIFICATE"),
            format!("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n{pem}"),
        ] {
            assert_eq!(request(&text), expected, "{text}");
        }
        for text in [
            String::new(),
            "AAECAwQ=".to_owned(),
            pem.replace("-----END", ""),
            pem.replace("BEGIN ", "BEGIN OLD "),
            pem.replace("CERTIFICATE REQUEST", "CERTIFICATE"),
            pem.replace("AAEC", "A*EC"),
            pem.replace('\n', "\\n"),
        ] {
            assert_eq!(request(&text), None, "{text}");
        }
    }
}
