//! T18, T35, T37, EM-24: any bytes as the file of a session.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| session_runtime::__fuzzing::file(data));
