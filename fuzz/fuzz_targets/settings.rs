//! A client's settings, as JSON.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Err(error) = zerossl::ClientBuilder::from_json(text).and_then(zerossl::ClientBuilder::build) {
        assert!(!error.message().contains(char::is_control), "{error:?}");
    }
});
