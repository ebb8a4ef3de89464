//! What `obtain` reads from outside, for the fuzzers.

use serde_json::{Map, Value};

use crate::obtain::interface::Obtain;
use crate::obtain::order_spec::{OrderSpec, is_stored};
use crate::obtain::store::journal::Journal;
use crate::obtain::store::sealed;
use crate::obtain::store::shared::image::Image;
use crate::obtain::store::shared::mark::Mark;
use crate::obtain::{chain, check, csr, preflight, publish};
use crate::parameter;

pub(crate) fn pem(text: &str) {
    let key = csr::Csr::read(text).map(|csr| csr.public_key).unwrap_or_default();
    let chain = chain::arrange(text, &key);
    let _ = check::Leaf::of(chain.leaf.as_bytes());
    let _ = check::Lifetime::of(text.as_bytes());
}

/// A journal, a request, or an entry and the mark of a shared store. What is opened, sealed and opened again is the same.
pub(crate) fn store(data: &[u8]) {
    let Ok(json) = sealed::open(data) else { return };
    if let Ok(journal) = serde_json::from_slice::<Journal>(&json) {
        let text = serde_json::to_string_pretty(&journal).expect("JSON") + "\n";
        let opened = sealed::open(sealed::seal(&text).as_bytes()).expect("its own seal");
        assert_eq!(opened, text.as_bytes());
        serde_json::from_slice::<Journal>(&opened).expect("its own journal");
    }
    if let Ok(mark) = serde_json::from_slice::<Mark>(&json) {
        serde_json::to_string(&mark).expect("JSON");
    }
    if let Ok(image) = serde_json::from_slice::<Image>(&json) {
        image.request();
        image.foreign_file();
        let text = serde_json::to_string(&image).expect("JSON");
        assert!(image.says(&serde_json::from_str(&text).expect("its own image")));
    }
    if let Ok(mut request) = serde_json::from_slice::<Map<String, Value>>(&json) {
        request.retain(|name, value| is_stored(name, value));
        request.insert("directory".to_owned(), "store".into());
        let spec = parameter::check(Obtain::PARAMETERS, request)
            .and_then(|arguments| OrderSpec::new(&arguments, true));
        if let Err(error) = spec {
            assert!(!error.message().contains(char::is_control), "{error:?}");
        }
    }
}

pub(crate) fn dns(data: &[u8]) {
    preflight::read_any(data);
}

pub(crate) fn listener(data: &[u8]) {
    publish::answer_any(data);
}
