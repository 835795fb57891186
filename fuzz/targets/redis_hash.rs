//! T26, T35, T37, EM-24: any hash as a record in Redis.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| session_runtime::__fuzzing::redis_hash(data));
