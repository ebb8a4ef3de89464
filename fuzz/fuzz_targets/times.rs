//! `Retry-After`, and the service's dates.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| zerossl::fuzzing::times(text));
