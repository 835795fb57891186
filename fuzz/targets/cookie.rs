//! S6, S33, T7, T8, T9: any `Cookie` headers.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| session_runtime::__fuzzing::cookie(data));
