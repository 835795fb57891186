//! Any options of the macros on any item.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| session_expansion::attributes(data));
