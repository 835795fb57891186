//! What was written means this. Nothing here can be wrong: `check` is the only way to make it.

mod field;
mod guard;
mod handler;
mod runtime;
mod session;

pub(crate) use field::{Field, Merge, Place, Role};
pub(crate) use guard::{Csrf, Guard, Handle, Inner, Refusal};
pub(crate) use handler::{Argument, Handler, Handlers, ImplBlock, ImplMember, Mode};
pub(crate) use runtime::RuntimePath;
pub(crate) use session::{Kind, Outline, Policy, Session, WhenFull};
