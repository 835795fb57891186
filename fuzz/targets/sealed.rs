//! S52, S60, T11, T12, T35, T37: any tokens, changed ones of ours, and anything under a right tag.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| session_runtime::__fuzzing::sealed(data));
