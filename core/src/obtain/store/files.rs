//! The names of the files in a version.

/// The files of a certificate in use. `combined.pem` is for programs that take only one file.
const FILES: [&str; 5] = [CERT, CHAIN, FULLCHAIN, KEY, COMBINED];
/// This many of them exist if the caller keeps the key.
const WITHOUT_KEY: usize = 3;
pub(crate) const CERT: &str = "cert.pem";
pub(crate) const CHAIN: &str = "chain.pem";
pub(crate) const FULLCHAIN: &str = "fullchain.pem";
pub(crate) const COMBINED: &str = "combined.pem";
/// The certificate object, as in the service's answer.
pub(crate) const CERTIFICATE: &str = "certificate.json";
pub(crate) const KEY: &str = "privkey.pem";
pub(crate) const CSR: &str = "csr.pem";

/// The files of a certificate in use. If the caller keeps the key, without those that contain it.
pub(crate) fn files(by_csr: bool) -> &'static [&'static str] {
    FILES.get(..WITHOUT_KEY).filter(|_| by_csr).unwrap_or(&FILES)
}
