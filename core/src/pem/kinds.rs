//! Reads a private key, a signing request or certificates from a PEM text.

use super::block::{Block, Der, Fault, blocks, encode};

/// The formats of keys that we read: PKCS#8 (RFC 5958), SEC 1 (RFC 5915), PKCS#1 (RFC 8017).
const KEYS: [&str; 3] = ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"];
const REQUEST: &str = "CERTIFICATE REQUEST";
/// Label of older tools (RFC 7468, section 7).
const OLD_REQUEST: &str = "NEW CERTIFICATE REQUEST";
const CERTIFICATE: &str = "CERTIFICATE";
/// Label of older tools (RFC 7468, section 5.1).
const OLD_CERTIFICATE: &str = "X509 CERTIFICATE";

/// The first private key of a text: its label and its DER. The error says what is wrong with "it".
pub(crate) fn private_key(text: &str) -> Result<(String, Der), String> {
    let blocks = blocks(text);
    let mut keys = blocks.iter().filter(|block| block.label.ends_with("PRIVATE KEY"));
    let first = keys.clone().next();
    let is_usable = |block: &&Block| {
        KEYS.contains(&block.label.as_str()) || block.der.as_ref().err() == Some(&Fault::Encrypted)
    };
    match keys.find(is_usable).or(first) {
        Some(Block { label, der }) if KEYS.contains(&label.as_str()) || der.is_err() => {
            let der = der.clone().and_then(whole).map_err(|fault| fault.to_string())?;
            Ok((label.clone(), der))
        }
        Some(Block { label, .. }) => {
            Err(format!("expected a private key in PEM, as PKCS#8, SEC1 or PKCS#1, not as `{label}`"))
        }
        None => {
            let expected = "expected a private key in PEM, as PKCS#8, SEC1 or PKCS#1";
            Err(match blocks.first() {
                Some(block) => format!("{expected}, not `{}`", block.label),
                None => none(text, expected),
            })
        }
    }
}

/// The first signing request of a text in its canonical form. The error says what is wrong with "it".
pub(crate) fn signing_request(text: &str) -> Result<String, String> {
    // Also a key that is cut short, or is inside other text.
    if text.contains("PRIVATE KEY-----") {
        return Err("it holds a private key, which must stay with you; give only the CSR".into());
    }
    let blocks = blocks(text);
    let is_request = |block: &&Block| matches!(block.label.as_str(), REQUEST | OLD_REQUEST);
    match blocks.iter().find(is_request) {
        Some(block) => {
            let der = block.der.clone().and_then(whole).map_err(|fault| fault.to_string())?;
            Ok(encode(REQUEST, &der))
        }
        None => {
            let expected =
                "expected a certificate signing request in PEM (`-----BEGIN CERTIFICATE REQUEST-----`)";
            Err(match blocks.first() {
                Some(block) => format!("{expected}, not `{}`", block.label),
                None => none(text, expected),
            })
        }
    }
}

/// All certificates of a text. It is an error if there is none, or if one cannot be read or is incomplete.
pub(crate) fn certificates(text: &str) -> Result<Vec<Der>, String> {
    let blocks = blocks(text);
    let is_certificate = |block: &&Block| matches!(block.label.as_str(), CERTIFICATE | OLD_CERTIFICATE);
    let certificates: Vec<_> = blocks
        .iter()
        .filter(is_certificate)
        .map(|block| block.der.clone().and_then(whole))
        .collect::<Result<_, _>>()
        .map_err(|fault| format!("it holds a certificate that cannot be read: {fault}"))?;
    if certificates.is_empty() {
        return Err(match blocks.first() {
            Some(block) => format!("it holds no certificate in PEM, but `{}`", block.label),
            None => none(text, "it holds no certificate in PEM"),
        });
    }
    Ok(certificates)
}

/// Checks that DER is complete: a sequence with exactly the length that it says (X.690, section 8.1).
pub(crate) fn whole(der: Der) -> Result<Der, Fault> {
    let is_whole = match *der.as_slice() {
        [0x30, length @ 0..0x80, ref rest @ ..] => rest.len() == usize::from(length),
        [0x30, count, ref rest @ ..] => {
            rest.split_at_checked(usize::from(count & 0x7F)).is_some_and(|(length, rest)| {
                let length = length
                    .iter()
                    .try_fold(0_usize, |sum, byte| Some(sum.checked_mul(256)? + usize::from(*byte)));
                length == Some(rest.len())
            })
        }
        _ => false,
    };
    if is_whole { Ok(der) } else { Err(Fault::CutShort) }
}

/// The error for a text without any block, with a possible reason.
fn none(text: &str, expected: &str) -> String {
    // This is how a file in UTF-16 looks if it is read in another encoding.
    if text.contains('\0') {
        return format!("{expected}; it is UTF-16: save it as plain text (UTF-8)");
    }
    expected.to_owned()
}
