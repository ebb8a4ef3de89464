//! What the service answers.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zerossl::fuzzing::answer(data));
