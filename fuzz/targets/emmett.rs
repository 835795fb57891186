//! T14, T19, T35: any bytes as what Emmett keeps.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| session_runtime::__fuzzing::emmett(data));
