//! Journals and requests of a store.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zerossl::fuzzing::store(data));
