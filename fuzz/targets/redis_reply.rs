//! T22, T26, T35: any reply of Redis.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| session_runtime::__fuzzing::redis_reply(data));
