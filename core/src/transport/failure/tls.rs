//! Failures of TLS, in words of ours: those of rustls are names of its types.

use rustls::{AlertDescription, CertificateError, Error};

const NO_COMMON_VERSION: &str = "it speaks no version of TLS that we do (1.2 or 1.3)";

/// What went wrong, as a clause about the peer, and what to do. `setting` is where its address comes from, `plain` what
/// to do if it does not speak TLS at all.
pub(super) fn words(error: &Error, setting: &str, plain: &str) -> (String, String) {
    let old = || format!("it has to be updated; check {setting}");
    match error {
        Error::InvalidCertificate(error) => certificate(error, setting),
        Error::InvalidMessage(_) => ("it does not speak TLS".to_owned(), plain.to_owned()),
        Error::PeerIncompatible(_) | Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            (NO_COMMON_VERSION.to_owned(), old())
        }
        Error::AlertReceived(alert) => (
            format!("it refused us ({})", spaced(&format!("{alert:?}"))),
            format!("check {setting} and what stands between, such as a firewall"),
        ),
        _ => (
            "the handshake failed".to_owned(),
            format!("check {setting} and what stands between, or try again later"),
        ),
    }
}

fn certificate(error: &CertificateError, setting: &str) -> (String, String) {
    let clock = "check the clock of this machine";
    let (what, advice) = match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("its certificate has expired", format!("{clock}, and {setting}"))
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("its certificate is not valid yet", format!("{clock}, and {setting}"))
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names: Vec<_> = presented.iter().filter_map(|name| name.split('"').nth(1)).take(3).collect();
            return (
                format!("its certificate is for another name ({})", names.join(", ")),
                format!("check {setting}"),
            );
        }
        CertificateError::NotValidForName => {
            ("its certificate is for another name", format!("check {setting}"))
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            ("its certificate is not one for servers", format!("check {setting}"))
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            "its certificate is by a CA that is not known",
            "if it is a CA of your own, give its certificate as `ca_file`".to_owned(),
        ),
        _ => (
            "its certificate cannot be used",
            format!("check {setting}, and give the certificate of a CA of your own as `ca_file`"),
        ),
    };
    (what.to_owned(), advice)
}

/// `HandshakeFailure` as `handshake failure`.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}
