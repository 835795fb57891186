//! Any hash and any reply as what Redis says.

#![allow(clippy::panic, clippy::missing_panics_doc, reason = "a panic is what a fuzzer finds")]

use std::borrow::Cow;

use redis::{RedisError, Value, parse_redis_value};

use super::failure::{remedy, told};
use super::hash::{self, Kept};
use super::too_large;
use crate::__fuzzing::assert_same;
use crate::record::Record;

/// Names and values in turn, each ended by a zero byte, as the reply to `HGETALL`.
pub fn redis_hash(data: &[u8]) {
    check(reply(data.split(|byte| *byte == 0).map(<[u8]>::to_vec)));
}

/// A reply as it comes over the wire.
pub fn redis_reply(data: &[u8]) {
    match parse_redis_value(data) {
        Ok(Value::ServerError(error)) => check_error(&error.into()),
        Ok(Value::BulkString(word)) => drop(String::from_utf8(word).map(|word| too_large(&word))),
        Ok(Value::SimpleString(word)) => drop(too_large(&word)),
        Ok(value) => check(value),
        Err(error) => check_error(&error),
    }
}

/// What is told of an error has none of the arguments that a server repeats (T22).
fn check_error(error: &RedisError) {
    remedy(error);
    assert!(!told(error).contains("with args beginning with"), "{}", told(error));
}

/// What reads is written, and read again as the same.
fn check(value: Value) {
    if let Kept::Record(record) = hash::read(value) {
        let Kept::Record(again) = hash::read(written(&record)) else { panic!("a record became nothing") };
        assert_same(&record, &again);
    }
}

/// What is in Redis after `lua/create.lua` was called with this record.
fn written(record: &Record) -> Value {
    let arguments =
        hash::creation(record).unwrap_or_else(|field| panic!("what was read cannot be written: {field}"));
    let mut arguments = arguments.into_iter().map(Cow::into_owned);
    let mut hash = vec![b"@format".to_vec(), b"1".to_vec()];
    for name in ["@ops", "@last_seen", "@idle", "@expires"] {
        hash.push(name.into());
        hash.extend(arguments.next());
    }
    reply(hash.into_iter().chain(arguments))
}

fn reply(parts: impl Iterator<Item = Vec<u8>>) -> Value {
    Value::Array(parts.map(Value::BulkString).collect())
}
