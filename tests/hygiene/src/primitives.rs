//! Even `str` and `u32` can be names of the user's.

use ::renamed_runtime::{session, with_session};

shadow! { bool char f64 i64 isize str u8 u32 u64 usize }

/// A counter.
#[session(
    crate = ::renamed_runtime,
    cookie = "id",
    idle = "1m",
    absolute = "1h",
    remember = "1d",
    secure = false,
    domain = "example.com"
)]
pub struct Counter {
    /// The count.
    #[session(merge = add, default = 3, alias = "old")]
    pub count: ::core::primitive::u32,
}

/// A part of it.
#[session(crate = ::renamed_runtime, within = Counter)]
pub struct Part {}

/// Counts.
#[with_session(crate = ::renamed_runtime)]
pub fn count(
    session: &mut Counter,
    #[session] _part: ::core::option::Option<&Part>,
) -> ::core::primitive::u32 {
    session.count += 1;
    session.count
}
