//! The plain part of Python's pickles: enough for a session, and nothing that constructs or calls.

mod machine;

use serde_json::{Map, Value};

use super::Error;

/// The deepest nesting that is read and written.
const MAX_DEPTH: usize = 100;

/// The session in a pickle.
pub(super) fn read(bytes: &[u8]) -> Result<Map<String, Value>, Error> {
    match machine::run(bytes)? {
        Value::Object(session) => Ok(session),
        _ => Err(Error::rejected()),
    }
}

/// A pickle of protocol 2, which every Python 3 reads, with a plain dict for Emmett's class. `None` if it is nested too deeply.
pub(super) fn write(session: &Map<String, Value>) -> Option<Vec<u8>> {
    let mut out = vec![op::PROTO, 2];
    dict(session, 0, &mut out)?;
    out.push(op::STOP);
    Some(out)
}

/// `depth` is how many values this one is in.
fn value(value: &Value, depth: usize, out: &mut Vec<u8>) -> Option<()> {
    match value {
        Value::Null => out.push(op::NONE),
        Value::Bool(value) => out.push(if *value { op::TRUE } else { op::FALSE }),
        Value::Number(number) => {
            if let Some(whole) = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from)) {
                integer(whole, out);
            } else {
                out.push(op::FLOAT);
                out.extend_from_slice(&number.as_f64()?.to_be_bytes());
            }
        }
        Value::String(value) => text(value, out)?,
        Value::Array(values) => {
            out.push(op::LIST);
            out.push(op::MARK);
            for item in values {
                self::value(item, deeper(depth)?, out)?;
            }
            out.push(op::APPENDS);
        }
        Value::Object(members) => dict(members, depth, out)?,
    }
    Some(())
}

fn dict(members: &Map<String, Value>, depth: usize, out: &mut Vec<u8>) -> Option<()> {
    out.push(op::DICT);
    out.push(op::MARK);
    for (key, member) in members {
        text(key, out)?;
        value(member, deeper(depth)?, out)?;
    }
    out.push(op::SETITEMS);
    Some(())
}

fn deeper(depth: usize) -> Option<usize> {
    (depth < MAX_DEPTH).then_some(depth + 1)
}

fn text(text: &str, out: &mut Vec<u8>) -> Option<()> {
    out.push(op::TEXT);
    out.extend_from_slice(&u32::try_from(text.len()).ok()?.to_le_bytes());
    out.extend_from_slice(text.as_bytes());
    Some(())
}

fn integer(value: i128, out: &mut Vec<u8>) {
    if let Ok(small) = i32::try_from(value) {
        out.push(op::INT);
        out.extend_from_slice(&small.to_le_bytes());
    } else {
        // nine bytes hold every integer of 64 bits, signed or not
        out.push(op::LONG);
        out.push(9);
        out.extend_from_slice(&value.to_le_bytes()[..9]);
    }
}

/// The opcodes that are understood, by `pickletools.opcodes`.
mod op {
    pub(super) const PROTO: u8 = 0x80;
    pub(super) const FRAME: u8 = 0x95;
    pub(super) const STOP: u8 = b'.';
    pub(super) const MARK: u8 = b'(';

    pub(super) const NONE: u8 = b'N';
    pub(super) const TRUE: u8 = 0x88;
    pub(super) const FALSE: u8 = 0x89;
    pub(super) const INT: u8 = b'J';
    pub(super) const INT1: u8 = b'K';
    pub(super) const INT2: u8 = b'M';
    pub(super) const LONG: u8 = 0x8a;
    pub(super) const FLOAT: u8 = b'G';
    pub(super) const TEXT: u8 = b'X';
    pub(super) const SHORT_TEXT: u8 = 0x8c;

    pub(super) const LIST: u8 = b']';
    pub(super) const APPEND: u8 = b'a';
    pub(super) const APPENDS: u8 = b'e';
    pub(super) const DICT: u8 = b'}';
    pub(super) const SETITEM: u8 = b's';
    pub(super) const SETITEMS: u8 = b'u';
    pub(super) const TUPLE0: u8 = b')';
    pub(super) const TUPLE1: u8 = 0x85;
    pub(super) const TUPLE2: u8 = 0x86;
    pub(super) const TUPLE3: u8 = 0x87;
    pub(super) const TUPLE: u8 = b't';

    pub(super) const MEMOIZE: u8 = 0x94;
    pub(super) const PUT: u8 = b'q';
    pub(super) const LONG_PUT: u8 = b'r';
    pub(super) const GET: u8 = b'h';
    pub(super) const LONG_GET: u8 = b'j';

    pub(super) const GLOBAL: u8 = b'c';
    pub(super) const STACK_GLOBAL: u8 = 0x93;
    pub(super) const NEWOBJ: u8 = 0x81;
}
