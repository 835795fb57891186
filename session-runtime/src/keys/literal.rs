//! A key that is written into the source code: its length is known to the compiler.

use super::{KeyError, SecretKey};

/// An array that is long enough for a key.
///
/// Implemented for arrays of 32 to 64 bytes, and of 96 and 128. It is a trait because a bound is checked by `cargo check`,
/// too, which an assertion about a length is not.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no array that can be a key",
    label = "a key has at least 32 bytes, which is what no one can guess",
    note = "make one with `openssl rand -base64 32`, and keep it out of the source code: `SecretKey::from_env(\"SESSION_KEY\")`",
    note = "arrays of 32 to 64 bytes, of 96 and of 128 can be one; for other lengths there is `SecretKey::from_bytes`"
)]
pub trait KeyLiteral: AsRef<[u8]> {}

macro_rules! long_enough {
    ($($bytes:literal)*) => {
        $(
            #[diagnostic::do_not_recommend]
            impl KeyLiteral for [u8; $bytes] {}
        )*
    };
}

long_enough! {
    32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 96 128
}

impl SecretKey {
    /// The key of a literal, for tests and examples: `SecretKey::from_literal(b"..")`. One that is too short does not
    /// compile (S58). Whoever can read the source code has such a key, so a server takes it from elsewhere.
    ///
    /// # Errors
    /// For bytes that are no secret: [what is refused](Self#what-is-refused).
    pub fn from_literal<K: KeyLiteral>(key: &'static K) -> Result<Self, KeyError> {
        Self::from_bytes(key)
    }
}
