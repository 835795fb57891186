//! What it means → tokens. No more errors past this point: everything here is infallible.

mod access;
mod cookies;
mod default;
mod fields;
mod guard;
mod handler;
mod impl_block;
mod lints;
mod mend;
mod policy;
mod session;
mod session_data;
mod spans;
mod stub;
mod survivor;

pub(crate) use handler::handlers;
pub(crate) use session::session;
pub(crate) use stub::stub;
pub(crate) use survivor::survivor;

#[cfg(test)]
mod tests;
