//! Go's spelling of names: `ca_file` is `CAFile`.

/// Words that Go writes in capitals throughout.
const INITIALISMS: [&str; 20] = [
    "acme", "api", "ca", "caa", "cname", "cn", "csr", "dns", "eab", "ecdsa", "hmac", "http", "https", "id",
    "kid", "pkcs", "rsa", "sha", "tls", "url",
];

/// An exported name, from a name with underscores, with hyphens, or in camel case.
pub(crate) fn exported(name: &str) -> String {
    split(name).iter().map(|word| capital(word)).collect()
}

/// The words of a name, in lower case.
fn split(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = '_';
    for c in name.chars() {
        let is_separator = matches!(c, '_' | '-');
        let is_camel = c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        let is_number = c.is_ascii_digit() && before.is_ascii_alphabetic();
        if is_separator || is_camel || is_number {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| !is_separator) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

fn capital(word: &str) -> String {
    if INITIALISMS.contains(&word) {
        return word.to_uppercase();
    }
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_uppercase() + rest
}

#[cfg(test)]
mod tests {
    use super::exported;

    #[test]
    fn names_are_spelled_as_in_go() {
        let names = [
            ("get_certificate", "GetCertificate"),
            ("ca_file", "CAFile"),
            ("EabCredentials", "EABCredentials"),
            ("HTTP_CSR_HASH", "HTTPCSRHash"),
            ("rsa-2048", "RSA2048"),
            ("keyCompromise", "KeyCompromise"),
            ("single90Days", "Single90Days"),
            ("acme90Days", "ACME90Days"),
            ("fingerprint_sha1", "FingerprintSHA1"),
            ("GET", "Get"),
            ("1", "1"),
        ];
        for (name, spelled) in names {
            assert_eq!(exported(name), spelled);
        }
    }
}
