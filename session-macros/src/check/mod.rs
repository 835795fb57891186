//! What was written → what it means. Every rule lives here, in the conversion that it belongs to.

mod arguments;
mod attributes;
mod borrows;
mod conflicts;
mod cookie;
#[allow(unreachable_pub, reason = "the runtime, which shares this file, exports a part of it")]
mod cookie_rules;
mod duration;
mod expiring;
mod field;
mod guard;
mod handlers;
mod held;
mod impersonator;
mod lifetimes;
mod names;
mod owners;
mod policy;
mod refusal;
mod renewal;
mod returns;
mod section;
mod session;
mod shape;
mod types;
mod unique;
mod version;

pub(crate) use cookie_rules::SameSite;
pub(crate) use handlers::handlers;
pub(crate) use held::{SHARED, is_of_one_thread};
pub(crate) use session::{outline, session};

#[cfg(test)]
mod tests;
