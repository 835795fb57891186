//! What the macros make of code, outside of a compiler.
//!
//! A crate of macros can be called by rustc only. This one has the same modules in it, by their paths, so there is one
//! door for whoever wants to see what comes out: `cargo xtask expand`, the snapshots of the fixtures, and fuzzing.

// an inline module, so that the modules in it find theirs
#[path = "../../../session-macros/src"]
mod macros {
    pub(crate) mod check;
    pub(crate) mod diag;
    pub(crate) mod expand;
    pub(crate) mod fuzzing;
    pub(crate) mod keys;
    pub(crate) mod model;
    pub(crate) mod parse;
    pub(crate) mod pipeline;
    // clippy looks at tests that are never run, too
    #[cfg(test)]
    pub(crate) mod testing;
}

mod file;
mod lost;
mod outline;

pub use file::{Error, expanded};
pub use lost::lost;
pub use outline::outline;

// what they call `crate::..`
#[cfg(test)]
use macros::testing;
use macros::{check, diag, expand, keys, model, parse, pipeline};

use proc_macro2::TokenStream;

/// Every word that is an option of the two attributes, or one of the fixed values of an option.
pub fn words() -> Vec<&'static str> {
    fn of<K: keys::Key>() -> impl Iterator<Item = &'static str> {
        K::ALL.iter().map(|key| key.name())
    }
    of::<keys::StructKey>()
        .chain(of::<keys::FieldKey>())
        .chain(of::<keys::MergeKey>())
        .chain(of::<keys::HandlerKey>())
        .chain(of::<keys::RefusalKey>())
        .chain(of::<keys::CsrfKey>())
        .collect()
}

/// What the fuzzer runs: options on the first line of `data`, an item on the others.
///
/// # Panics
/// When the macros do, or when they make of an item what is no Rust.
pub fn attributes(data: &[u8]) {
    macros::fuzzing::attributes(data);
}

/// What `#[session(options)]` makes of the item that it stands on.
pub fn session(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::session(options, item)
}

/// What `#[with_session(options)]` makes of the item that it stands on.
pub fn with_session(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::with_session(options, item)
}
