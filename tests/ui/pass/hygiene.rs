//! Nothing is taken from the user's names: no prelude, shadowed names, `macro_rules`, a runtime at another path.

#![no_implicit_prelude]
#![deny(warnings)]
#![allow(dead_code)]

mod renamed {
    pub use ::session_runtime::*;
}

mod shadows {
    pub struct Option;
    pub struct Some;
    pub struct None;
    pub struct Result;
    pub struct Vec;
    pub struct String;
    pub struct Default;
    pub struct Clone;
    pub struct Session;
    pub struct Policy;
}

use renamed::{session, with_session};
use shadows::{Clone, Default, None, Option, Policy, Result, Session, Some, String, Vec};

#[session(crate = renamed, idle = "30m", domain = "example.com", cookie = "id", remember = "30d")]
struct Shop {
    session: u32,
    value: u32,
    output: ::std::option::Option<u8>,
    #[session(keep, alias = "old")]
    s: ::std::string::String,
}

#[session(crate = crate::renamed, within = Shop)]
struct Cart {}

#[with_session(crate = renamed)]
async fn handler(session: &mut Shop, output: u32, value: u32) -> ::std::result::Result<u32, ::std::num::ParseIntError> {
    session.session += session.s.parse::<u32>()?;
    ::std::result::Result::Ok(session.session + output + value)
}

#[with_session(crate = renamed)]
fn sync(session: ::std::option::Option<&Shop>) -> ::std::option::Option<u32> {
    session.map(|session| session.value)
}

macro_rules! sessions {
    ($name:ident, $field:ident: $ty:ty, $($handler:ident)*) => {
        #[session(crate = renamed)]
        struct $name {
            #[session(merge = add)]
            $field: $ty,
        }

        $(#[with_session(crate = renamed)]
        async fn $handler(session: &mut $name) -> $ty {
            session.$field += 1;
            session.$field
        })*
    };
}

sessions!(Counter, count: u32, one two);

fn main() {
    let _ = (handler, sync, one, two);
    let _: (Option, Some, None, Result, Vec) = (Option, Some, None, Result, Vec);
    let _: (String, Default, Clone, Session, Policy) = (String, Default, Clone, Session, Policy);
}
