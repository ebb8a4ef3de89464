//! Checks before the installation that key, leaf, chain and names belong together.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::Pem;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;

use super::csr::public_key_hash;

/// How far the local clock may be behind. Nothing is ordered if it is off by more.
const CLOCK_SKEW: Duration = Duration::from_secs(3600);

/// The validity period of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub(crate) not_before: SystemTime,
    pub(crate) not_after: SystemTime,
}

/// What a leaf says of itself.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) lifetime: Lifetime,
    /// As [`public_key_hash`].
    pub(crate) public_key: String,
    /// As the words of `key_type`, where there is one.
    pub(crate) key_type: Option<String>,
}

impl Leaf {
    /// Of the first certificate in a PEM text.
    pub(crate) fn of(pem: &[u8]) -> Option<Self> {
        let pem = Pem::iter_from_buffer(pem).next()?.ok()?;
        let certificate = pem.parse_x509().ok()?;
        let key = certificate.public_key();
        let key_type = match key.parsed().ok()? {
            PublicKey::RSA(rsa) => Some(format!("rsa-{}", rsa.key_size())),
            PublicKey::EC(point) => Some(format!("ecdsa-p{}", point.key_size())),
            _ => None,
        };
        Some(Self { lifetime: Lifetime::read(&certificate), public_key: public_key_hash(key.raw), key_type })
    }
}

impl Lifetime {
    /// The validity of the first certificate in a PEM text.
    pub(crate) fn of(pem: &[u8]) -> Option<Self> {
        let pem = Pem::iter_from_buffer(pem).next()?.ok()?;
        Some(Self::read(&pem.parse_x509().ok()?))
    }

    fn read(certificate: &X509Certificate<'_>) -> Self {
        let moment = |time: x509_parser::time::ASN1Time| {
            let seconds = u64::try_from(time.timestamp()).unwrap_or_default();
            SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
        };
        let validity = certificate.validity();
        Self { not_before: moment(validity.not_before), not_after: moment(validity.not_after) }
    }

    /// Whether at most this share of the lifetime is left.
    pub(crate) fn is_due(&self, share: f64, now: SystemTime) -> bool {
        let lifetime = self.not_after.duration_since(self.not_before).unwrap_or_default();
        let left = self.not_after.duration_since(now).unwrap_or_default();
        left <= lifetime.mul_f64(share)
    }

    fn includes(&self, now: SystemTime) -> bool {
        now + CLOCK_SKEW >= self.not_before && now < self.not_after
    }
}

/// Checks a leaf and its chain (PEM, leaf first) against the key (given as [`public_key_hash`]) and the names. The
/// error says what does not match.
pub(crate) fn check(
    fullchain: &str,
    public_key: &str,
    names: &[String],
    now: SystemTime,
) -> Result<(), String> {
    let blocks: Vec<Pem> = Pem::iter_from_buffer(fullchain.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| format!("the downloaded certificate is not PEM ({error})"))?;
    let certificates: Vec<X509Certificate<'_>> = blocks
        .iter()
        .map(|block| {
            let (rest, certificate) = X509Certificate::from_der(&block.contents)
                .map_err(|error| format!("a certificate of the download cannot be read ({error})"))?;
            if rest.is_empty() {
                Ok(certificate)
            } else {
                Err("a certificate has bytes after its end".to_owned())
            }
        })
        .collect::<Result<_, String>>()?;
    let [leaf, issuers @ ..] = certificates.as_slice() else {
        return Err("there is no certificate in the download".to_owned());
    };
    if public_key_hash(leaf.public_key().raw) != public_key {
        return Err("the certificate is for another key than ours".to_owned());
    }
    if leaf.is_ca() {
        return Err("the certificate is one of a CA".to_owned());
    }
    if let Some(name) = names.iter().find(|name| !covers(leaf, name)) {
        return Err(format!("the certificate does not cover {name}"));
    }
    if issuers.is_empty() {
        return Err("there is no chain beside the certificate".to_owned());
    }
    for certificate in [leaf, &issuers[0]] {
        if !Lifetime::read(certificate).includes(now) {
            let validity = certificate.validity();
            return Err(format!(
                "the certificate of {} is valid from {} to {}, which is not now",
                certificate.subject(),
                validity.not_before,
                validity.not_after
            ));
        }
    }
    certificates.windows(2).try_for_each(|pair| link(&pair[0], &pair[1]))
}

/// Whether the first certificate was signed by the second.
pub(super) fn link(certificate: &X509Certificate<'_>, issuer: &X509Certificate<'_>) -> Result<(), String> {
    let (subject, signer) = (certificate.subject(), issuer.subject());
    if certificate.issuer().as_raw() != issuer.subject().as_raw() || !issuer.is_ca() {
        return Err(format!("the chain does not link: {subject} was not issued by {signer}"));
    }
    certificate
        .verify_signature(Some(issuer.public_key()))
        .map_err(|_| format!("the chain does not hold: the signature of {signer} under {subject} is wrong"))
}

fn covers(leaf: &X509Certificate<'_>, name: &str) -> bool {
    let Ok(Some(san)) = leaf.subject_alternative_name() else { return false };
    san.value.general_names.iter().any(|entry| match (entry, name.parse::<IpAddr>()) {
        (GeneralName::IPAddress(octets), Ok(IpAddr::V4(address))) => **octets == address.octets(),
        (GeneralName::IPAddress(octets), Ok(IpAddr::V6(address))) => **octets == address.octets(),
        (GeneralName::DNSName(entry), Err(_)) => {
            let parent = name.split_once('.').map(|(_, parent)| parent);
            entry.eq_ignore_ascii_case(name)
                || entry
                    .strip_prefix("*.")
                    .zip(parent)
                    .is_some_and(|(entry, parent)| entry.eq_ignore_ascii_case(parent))
        }
        _ => false,
    })
}
