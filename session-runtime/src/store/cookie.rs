//! Sessions that live in their cookie: the server keeps nothing but what has ended.

mod jar;
mod revocation;
#[cfg(feature = "_keys")]
mod stores;

pub(crate) use jar::{Jar, Look, Miss, Stray};
pub use revocation::RevocationList;
#[cfg(feature = "encrypted-cookie")]
pub use stores::EncryptedCookieStore;
#[cfg(feature = "_keys")]
pub(crate) use stores::Recipe;
#[cfg(feature = "signed-cookie")]
pub use stores::SignedCookieStore;

#[cfg(test)]
#[cfg(all(feature = "conformance", feature = "signed-cookie", feature = "encrypted-cookie"))]
mod tests;
