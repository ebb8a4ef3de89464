//! The values that the owner of an order has to publish, computed from the request's bytes as the issuing CA
//! does.

use std::fmt::Write as _;

use md5::{Digest as _, Md5};

use crate::rules::csr::Csr;
use crate::rules::names::Name;

const CA_DOMAIN: &str = "comodoca.com";

#[derive(Clone, Debug)]
pub(crate) struct Proof {
    md5: String,
    sha256: String,
    unique: String,
}

impl Proof {
    pub(crate) fn new(csr: &Csr, unique: String) -> Self {
        Self { md5: upper_hex(&Md5::digest(&csr.der)), sha256: upper_hex(csr.sha256().as_ref()), unique }
    }

    /// Values in the usual format, but random.
    pub(crate) fn foreign(random: &mut fastrand::Rng, unique: String) -> Self {
        let mut bytes = [0; 48];
        random.fill(&mut bytes);
        Self { md5: upper_hex(&bytes[..16]), sha256: upper_hex(&bytes[16..]), unique }
    }

    pub(crate) fn file_url(&self, scheme: &str, name: &Name) -> String {
        format!("{scheme}://{}/.well-known/pki-validation/{}.txt", name.host(), self.md5)
    }

    pub(crate) fn file_lines(&self) -> [String; 3] {
        [self.sha256.clone(), CA_DOMAIN.to_owned(), self.unique.clone()]
    }

    /// The first label of the record's name.
    pub(crate) fn record_label(&self) -> String {
        format!("_{}", self.md5)
    }

    pub(crate) fn record_name(&self, name: &Name) -> String {
        format!("{}.{}", self.record_label(), name.host())
    }

    pub(crate) fn record_target(&self) -> String {
        let (first, second) = self.sha256.split_at(32);
        format!("{first}.{second}.{}.{CA_DOMAIN}", self.unique)
    }
}

pub(crate) fn upper_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02X}");
        text
    })
}
