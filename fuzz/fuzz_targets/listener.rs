//! Requests to the library's own listener.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zerossl::fuzzing::listener(data));
