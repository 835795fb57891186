//! The machine that a pickle is written for, with the opcodes that make plain values of plain values.
//!
//! The one class that may be named is Emmett's own for a session, and what stands for it here is a dict. Values are kept in a
//! table and refer to each other by their place in it, because a pickle may put one value into many places, and change it
//! afterwards. What can be reached from the last one is copied out in the end, as deep and as large as the bounds allow.
//!
//! Each opcode takes at least a byte and makes at most one value and one note, so the table is bounded by the input.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{MAX_DEPTH, op};
use crate::emmett::{Error, MAX_BYTES};

/// The names of Emmett's class for sessions, in which only the module has changed.
const CLASS: (&[&str], &str) = (&["emmett_core.datastructures", "emmett.datastructures"], "sdict");

/// What copying out may cost: a value that is in many places counts in each. So a few bytes that double themselves again
/// and again make no gigabytes.
const BUDGET: usize = 4 * MAX_BYTES;

/// Where a value is in the table.
type Place = usize;

#[derive(Debug)]
enum Node<'a> {
    Plain(Value),
    Text(&'a str),
    List(Vec<Place>),
    /// Fixed once made; JSON has no other word for it than a list.
    Tuple(Vec<Place>),
    Dict(Vec<(Place, Place)>),
    /// Emmett's class for sessions: good for nothing but making one.
    Class,
}

/// The value that a pickle makes.
pub(super) fn run(bytes: &[u8]) -> Result<Value, Error> {
    let input = match bytes {
        [op::PROTO, 2..=5, input @ ..] => input,
        // another protocol, or zlib
        [op::PROTO | 0x78, _, ..] => return Err(Error::unsupported()),
        _ => return Err(Error::rejected()),
    };
    let mut machine =
        Machine { input, nodes: Vec::new(), stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() };
    while machine.step()? {}
    machine.value()
}

struct Machine<'a> {
    input: &'a [u8],
    nodes: Vec<Node<'a>>,
    stack: Vec<Place>,
    /// How high the stack was at each mark.
    marks: Vec<usize>,
    memo: HashMap<usize, Place>,
}

impl<'a> Machine<'a> {
    /// Does what the next opcode says; false after the last.
    fn step(&mut self) -> Result<bool, Error> {
        match self.byte()? {
            op::STOP => return Ok(false),
            // a hint of how much to read at once
            op::FRAME => drop(self.array::<8>()?),
            op::MARK => self.marks.push(self.stack.len()),

            op::NONE => self.plain(Value::Null),
            op::TRUE => self.plain(true),
            op::FALSE => self.plain(false),
            op::INT => {
                let value = i32::from_le_bytes(self.array()?);
                self.plain(value);
            }
            op::INT1 => {
                let value = self.byte()?;
                self.plain(value);
            }
            op::INT2 => {
                let value = u16::from_le_bytes(self.array()?);
                self.plain(value);
            }
            op::LONG => self.long()?,
            op::FLOAT => {
                let value = f64::from_be_bytes(self.array()?);
                let number = serde_json::Number::from_f64(value).ok_or_else(Error::unsupported)?;
                self.plain(number);
            }
            op::TEXT => {
                let length = u32::from_le_bytes(self.array()?);
                self.text(usize::try_from(length).map_err(|_| Error::rejected())?)?;
            }
            op::SHORT_TEXT => {
                let length = self.byte()?;
                self.text(length.into())?;
            }

            op::LIST => self.push(Node::List(Vec::new())),
            op::DICT => self.push(Node::Dict(Vec::new())),
            op::TUPLE0 => self.push(Node::Tuple(Vec::new())),
            op::TUPLE1 => self.tuple(1)?,
            op::TUPLE2 => self.tuple(2)?,
            op::TUPLE3 => self.tuple(3)?,
            op::TUPLE => {
                let items = self.marked()?;
                self.push(Node::Tuple(items));
            }
            op::APPEND => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            op::APPENDS => {
                let items = self.marked()?;
                self.append(items)?;
            }
            op::SETITEM => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set(&[key, value])?;
            }
            op::SETITEMS => {
                let items = self.marked()?;
                self.set(&items)?;
            }

            op::MEMOIZE => self.note(self.memo.len())?,
            op::PUT => {
                let at = self.byte()?;
                self.note(at.into())?;
            }
            op::LONG_PUT => {
                let at = self.long_index()?;
                self.note(at)?;
            }
            op::GET => {
                let at = self.byte()?;
                self.recall(at.into())?;
            }
            op::LONG_GET => {
                let at = self.long_index()?;
                self.recall(at)?;
            }

            op::GLOBAL => {
                let (module, name) = (self.line()?, self.line()?);
                self.class(module, name)?;
            }
            op::STACK_GLOBAL => {
                let (name, module) = (self.popped_text()?, self.popped_text()?);
                self.class(module, name)?;
            }
            op::NEWOBJ => {
                let (arguments, class) = (self.pop()?, self.pop()?);
                match (self.nodes.get(class), self.nodes.get(arguments)) {
                    (Some(Node::Class), Some(Node::Tuple(none))) if none.is_empty() => {
                        self.push(Node::Dict(Vec::new()));
                    }
                    _ => return Err(Error::unsupported()),
                }
            }

            // everything else makes or calls something, or is not needed
            _ => return Err(Error::unsupported()),
        }
        Ok(true)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) = self.input.split_at_checked(count).ok_or_else(Error::rejected)?;
        self.input = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        self.take(N)?.try_into().map_err(|_| Error::rejected())
    }

    fn byte(&mut self) -> Result<u8, Error> {
        self.array().map(|[byte]| byte)
    }

    fn long_index(&mut self) -> Result<usize, Error> {
        usize::try_from(u32::from_le_bytes(self.array()?)).map_err(|_| Error::rejected())
    }

    /// Text up to the next newline, which is left out.
    fn line(&mut self) -> Result<&'a str, Error> {
        let length = self.input.iter().position(|byte| *byte == b'\n').ok_or_else(Error::rejected)?;
        let line = self.take(length + 1)?;
        std::str::from_utf8(line.get(..length).unwrap_or_default()).map_err(|_| Error::rejected())
    }

    fn push(&mut self, node: Node<'a>) {
        self.stack.push(self.nodes.len());
        self.nodes.push(node);
    }

    fn plain(&mut self, value: impl Into<Value>) {
        self.push(Node::Plain(value.into()));
    }

    /// An integer of any length, of which JSON readers keep 64 bits.
    fn long(&mut self) -> Result<(), Error> {
        let length = self.byte()?;
        let bytes = self.take(length.into())?;
        let mut whole = [if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 }; 16];
        whole.get_mut(..bytes.len()).ok_or_else(Error::unsupported)?.copy_from_slice(bytes);
        let whole = i128::from_le_bytes(whole);
        match (i64::try_from(whole), u64::try_from(whole)) {
            (Ok(value), _) => self.plain(value),
            (_, Ok(value)) => self.plain(value),
            _ => return Err(Error::unsupported()),
        }
        Ok(())
    }

    /// Text that is Unicode: Python's may hold halves of characters.
    fn text(&mut self, length: usize) -> Result<(), Error> {
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| Error::unsupported())?;
        self.push(Node::Text(text));
        Ok(())
    }

    /// What is on top of the stack, above the last mark.
    fn pop(&mut self) -> Result<Place, Error> {
        if self.stack.len() <= self.marks.last().copied().unwrap_or(0) {
            return Err(Error::rejected());
        }
        self.stack.pop().ok_or_else(Error::rejected)
    }

    fn popped_text(&mut self) -> Result<&'a str, Error> {
        let place = self.pop()?;
        match self.nodes.get(place) {
            Some(Node::Text(text)) => Ok(text),
            _ => Err(Error::rejected()),
        }
    }

    /// All that is above the last mark, and no mark.
    fn marked(&mut self) -> Result<Vec<Place>, Error> {
        let mark = self.marks.pop().ok_or_else(Error::rejected)?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn tuple(&mut self, count: usize) -> Result<(), Error> {
        let mut items = (0..count).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
        items.reverse();
        self.push(Node::Tuple(items));
        Ok(())
    }

    /// What is on top of the stack, to be changed.
    fn top(&mut self) -> Result<&mut Node<'a>, Error> {
        let place = self.pop()?;
        self.stack.push(place);
        self.nodes.get_mut(place).ok_or_else(Error::rejected)
    }

    fn append(&mut self, more: Vec<Place>) -> Result<(), Error> {
        match self.top()? {
            Node::List(items) => items.extend(more),
            _ => return Err(Error::rejected()),
        }
        Ok(())
    }

    fn set(&mut self, items: &[Place]) -> Result<(), Error> {
        let (pairs, rest) = items.as_chunks::<2>();
        match self.top()? {
            Node::Dict(members) if rest.is_empty() => {
                members.extend(pairs.iter().map(|[key, value]| (*key, *value)));
            }
            _ => return Err(Error::rejected()),
        }
        Ok(())
    }

    /// Remembers what is on top of the stack.
    fn note(&mut self, at: usize) -> Result<(), Error> {
        let place = self.pop()?;
        self.stack.push(place);
        self.memo.insert(at, place);
        Ok(())
    }

    fn recall(&mut self, at: usize) -> Result<(), Error> {
        let place = self.memo.get(&at).copied().ok_or_else(Error::rejected)?;
        self.stack.push(place);
        Ok(())
    }

    fn class(&mut self, module: &str, name: &str) -> Result<(), Error> {
        if CLASS.0.contains(&module) && CLASS.1 == name {
            self.push(Node::Class);
            Ok(())
        } else {
            Err(Error::unsupported())
        }
    }

    /// The one value that is left.
    fn value(&self) -> Result<Value, Error> {
        match (&*self.stack, &*self.marks, self.input) {
            ([place], [], []) => self.copy(*place, 0, &mut { BUDGET }),
            _ => Err(Error::rejected()),
        }
    }

    fn copy(&self, place: Place, depth: usize, budget: &mut usize) -> Result<Value, Error> {
        // a value that contains itself is as deep as one likes
        if depth > MAX_DEPTH {
            return Err(Error::unsupported());
        }
        let node = self.nodes.get(place).ok_or_else(Error::rejected)?;
        let size = if let Node::Text(text) = node { text.len() } else { 0 };
        *budget = budget.checked_sub(size + 16).ok_or_else(Error::unsupported)?;
        match node {
            Node::Plain(value) => Ok(value.clone()),
            Node::Text(text) => Ok((*text).into()),
            Node::List(items) | Node::Tuple(items) => {
                items.iter().map(|item| self.copy(*item, depth + 1, budget)).collect()
            }
            Node::Dict(members) => {
                let mut map = Map::new();
                for (key, value) in members {
                    // a key of another type may become the text of one that is there
                    let Some(Node::Text(key)) = self.nodes.get(*key) else {
                        return Err(Error::unsupported());
                    };
                    *budget = budget.checked_sub(key.len()).ok_or_else(Error::unsupported)?;
                    map.insert((*key).to_owned(), self.copy(*value, depth + 1, budget)?);
                }
                Ok(Value::Object(map))
            }
            Node::Class => Err(Error::unsupported()),
        }
    }
}
