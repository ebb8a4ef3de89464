//! The certificates of a download in order: the leaf, then each issuer.
//!
//! Services and gateways were seen to send the root first, certificates of other chains, and the leaf twice.

use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use super::check::link;
use super::csr::public_key_hash;
use crate::pem;

/// A leaf and its issuers without the root, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) leaf: String,
    pub(crate) issuers: String,
}

impl Chain {
    /// The leaf first.
    pub(crate) fn whole(&self) -> String {
        [self.leaf.as_str(), &self.issuers].concat()
    }
}

/// Finds the leaf for a key (given as [`public_key_hash`]) among certificates in any order, and then its issuers. Other
/// certificates are dropped, and so is the root, which every client has. If there is no chain, the input is returned
/// unchanged: the check then reports the problem.
pub(crate) fn arrange(text: &str, public_key: &str) -> Chain {
    let blocks: Vec<_> = pem::blocks(text).into_iter().filter_map(|block| block.der.ok()).collect();
    let mut certificates: Vec<X509Certificate<'_>> = Vec::new();
    for der in &blocks {
        if let Ok((rest, certificate)) = X509Certificate::from_der(der)
            && rest.is_empty()
            && !certificates.iter().any(|known| known.as_raw() == certificate.as_raw())
        {
            certificates.push(certificate);
        }
    }
    let is_ours =
        |certificate: &X509Certificate<'_>| public_key_hash(certificate.public_key().raw) == public_key;
    let leaf = certificates.iter().position(is_ours);
    let leaf = leaf.or_else(|| certificates.iter().position(|certificate| !certificate.is_ca()));
    let Some(leaf) = leaf.map(|index| certificates.remove(index)) else {
        return Chain { leaf: String::new(), issuers: certificates.iter().map(encode).collect() };
    };
    let issuers = issuers_of(&leaf, &certificates);
    let issuers = if issuers.is_empty() { certificates.iter().collect() } else { issuers };
    Chain { leaf: encode(&leaf), issuers: issuers.into_iter().map(encode).collect() }
}

fn issuers_of<'a, 'b>(
    leaf: &X509Certificate<'a>,
    others: &'b [X509Certificate<'a>],
) -> Vec<&'b X509Certificate<'a>> {
    let mut chain: Vec<&X509Certificate<'_>> = Vec::new();
    loop {
        let last = chain.last().copied().unwrap_or(leaf);
        let mut next = others.iter().filter(|other| {
            link(last, other).is_ok() && !chain.iter().any(|known| known.as_raw() == other.as_raw())
        });
        // A root may be present twice: self-signed, and signed by another root that more clients have.
        let first = next.clone().find(|other| !is_root(other)).or_else(|| next.next());
        match first {
            Some(root) if is_root(root) => {
                if chain.is_empty() {
                    chain.push(root);
                }
                return chain;
            }
            Some(issuer) => chain.push(issuer),
            None => return chain,
        }
    }
}

fn is_root(certificate: &X509Certificate<'_>) -> bool {
    certificate.issuer().as_raw() == certificate.subject().as_raw()
}

fn encode(certificate: &X509Certificate<'_>) -> String {
    pem::encode("CERTIFICATE", certificate.as_raw())
}
