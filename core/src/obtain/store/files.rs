//! The files of an entry and of its versions.

use crate::secret::Secret;

pub(crate) const CERT: &str = "cert.pem";
pub(crate) const CHAIN: &str = "chain.pem";
pub(crate) const FULLCHAIN: &str = "fullchain.pem";
pub(crate) const COMBINED: &str = "combined.pem";
pub(crate) const KEY: &str = "privkey.pem";
/// Key and chain as PKCS#12, if it is requested.
pub(crate) const KEYSTORE: &str = "keystore.p12";
/// The certificate object, as in the service's answer.
pub(crate) const CERTIFICATE: &str = "certificate.json";
pub(crate) const CSR: &str = "csr.pem";
/// The request that is in force, and a later one that is not installed yet, with the caller's key for it.
pub(crate) const REQUEST: &str = "request.json";
pub(crate) const WANTED: &str = "wanted.json";
pub(crate) const WANTED_KEY: &str = "wanted.pem";
/// Why the last call failed.
pub(crate) const LAST_ERROR: &str = "last_error.json";
/// The last runs of the deploy hook.
pub(crate) const HOOK_HISTORY: &str = "deploys.json";
/// The files of a certificate in use. `combined.pem` is for programs that take only one file.
pub(crate) const IN_USE: [&str; 6] = [CERT, CHAIN, FULLCHAIN, KEY, COMBINED, KEYSTORE];
/// This many of them exist if the caller keeps the key.
const WITHOUT_KEY: usize = 3;
/// This many of them are always written.
const ALWAYS: usize = 5;

/// The files of a certificate in use that are always written. If the caller keeps the key, without those that contain it.
pub(crate) fn files(by_csr: bool) -> &'static [&'static str] {
    IN_USE.get(..if by_csr { WITHOUT_KEY } else { ALWAYS }).unwrap_or(&IN_USE)
}

/// Key and chain in one file.
pub(crate) fn combined(key: &Secret, fullchain: &str) -> Secret {
    [key.reveal().trim_end(), "\n", fullchain].concat().into()
}

/// What a file is called in answers, and for hooks.
pub(crate) fn short_name(file: &str) -> &str {
    if file == KEYSTORE { "pkcs12" } else { file.trim_end_matches(".pem") }
}
