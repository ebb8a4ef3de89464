//! Answers of name servers.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zerossl::fuzzing::dns(data));
