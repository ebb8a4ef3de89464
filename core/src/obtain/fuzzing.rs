//! What `obtain` reads from outside, for the fuzzers.

use crate::obtain::store::journal::Journal;
use crate::obtain::store::sealed;
use crate::obtain::{chain, check, csr, preflight, publish};

pub(crate) fn pem(text: &str) {
    let key = csr::Csr::read(text).map(|csr| csr.public_key).unwrap_or_default();
    let chain = chain::arrange(text, &key);
    let _ = check::Leaf::of(chain.leaf.as_bytes());
    let _ = check::Lifetime::of(text.as_bytes());
}

/// A journal or a request. What is opened, sealed and opened again is the same.
pub(crate) fn store(data: &[u8]) {
    let Ok(json) = sealed::open(data) else { return };
    if let Ok(journal) = serde_json::from_slice::<Journal>(&json) {
        let text = serde_json::to_string_pretty(&journal).expect("JSON") + "\n";
        let opened = sealed::open(sealed::seal(&text).as_bytes()).expect("its own seal");
        assert_eq!(opened, text.as_bytes());
        serde_json::from_slice::<Journal>(&opened).expect("its own journal");
    }
}

pub(crate) fn dns(data: &[u8]) {
    preflight::read_any(data);
}

pub(crate) fn listener(data: &[u8]) {
    publish::answer_any(data);
}
