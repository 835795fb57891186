//! Any options of the macros on any item.
#![no_main]
#![allow(dead_code)]

// a macro cannot be called from outside of a compiler, so its sources are built in
#[path = "../../session-macros/src/check/mod.rs"]
mod check;
#[path = "../../session-macros/src/diag/mod.rs"]
mod diag;
#[path = "../../session-macros/src/expand/mod.rs"]
mod expand;
#[path = "../../session-macros/src/fuzzing.rs"]
mod fuzzing;
#[path = "../../session-macros/src/keys.rs"]
mod keys;
#[path = "../../session-macros/src/model/mod.rs"]
mod model;
#[path = "../../session-macros/src/parse/mod.rs"]
mod parse;
#[path = "../../session-macros/src/pipeline.rs"]
mod pipeline;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzzing::attributes(data));
