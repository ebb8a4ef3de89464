//! Keys, requests and certificates in PEM.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| zerossl::fuzzing::pem(text));
