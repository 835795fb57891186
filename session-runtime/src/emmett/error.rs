//! Why there is no session.

use std::error::Error as StdError;
use std::fmt;

/// Why a session of Emmett's cannot be read, or not be minted. Ask it with the predicates; its text is for logs and holds
/// nothing of the session.
#[derive(Clone, Copy, Debug)]
pub struct Error(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rejected,
    Unsupported,
    Unencodable(&'static str),
    NoEntropy,
    NoKey,
}

impl Error {
    pub(super) const fn rejected() -> Self {
        Self(Kind::Rejected)
    }

    pub(super) const fn unsupported() -> Self {
        Self(Kind::Unsupported)
    }

    pub(super) const fn unencodable(why: &'static str) -> Self {
        Self(Kind::Unencodable(why))
    }

    pub(super) const fn no_entropy() -> Self {
        Self(Kind::NoEntropy)
    }

    pub(super) const fn no_key() -> Self {
        Self(Kind::NoKey)
    }

    /// It is not one of Emmett's, not under this key, or was altered or cut off.
    pub fn is_rejected(&self) -> bool {
        self.0 == Kind::Rejected
    }

    /// It may be one of Emmett's, but it holds what JSON cannot carry, such as a date, bytes, a set, an integer of over 64
    /// bits or a key that is no text; or it was compressed.
    pub fn is_unsupported(&self) -> bool {
        self.0 == Kind::Unsupported
    }

    /// There is no cookie for this session: it is nested too deeply, or would be too long.
    pub fn is_unencodable(&self) -> bool {
        matches!(self.0, Kind::Unencodable(_))
    }

    /// The key is empty.
    pub fn is_no_key(&self) -> bool {
        self.0 == Kind::NoKey
    }

    /// The operating system gave no random bits.
    pub fn is_no_entropy(&self) -> bool {
        self.0 == Kind::NoEntropy
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Rejected => f.write_str("this is no session of Emmett's under this key"),
            Kind::Unsupported => f.write_str("the session of Emmett's holds what JSON cannot carry"),
            Kind::Unencodable(why) => write!(f, "there is no cookie for this session: {why}"),
            Kind::NoEntropy => f.write_str("the operating system gave no random bits for a salt"),
            Kind::NoKey => f.write_str("an empty key is no key"),
        }
    }
}

impl StdError for Error {}
