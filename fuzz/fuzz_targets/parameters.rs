//! What a caller gives, as JSON.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zerossl::fuzzing::parameters(data));
