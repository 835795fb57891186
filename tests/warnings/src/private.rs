//! What is private needs no docs.

use session_runtime::{Extra, session, with_session};

#[session(idle = "1h30m", crate = session_runtime)]
struct Counter {
    #[session(merge = add)]
    count: u64,
    #[session(extra)]
    rest: Extra,
}

#[session(within = Counter)]
struct Part {
    on: bool,
}

#[with_session]
async fn count(session: &mut Counter, #[session] part: &Part) -> String {
    if part.on {
        session.rest.clear();
    }
    session.count = session.count.wrapping_add(1);
    session.count.to_string()
}

/// What is private is used.
#[must_use]
#[inline]
pub fn sizes() -> [usize; 2] {
    [size_of_val(&count), usize::from(Part::default().on)]
}
