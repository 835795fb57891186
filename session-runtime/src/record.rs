//! What a store keeps for one session: fields, each a key with a JSON value, and metadata beside them.

pub(crate) mod fields;
#[cfg(any(unix, feature = "signed-cookie"))]
pub(crate) mod json;
mod memo;
mod meta;
mod renewal;

pub use fields::Fields;
pub(crate) use memo::{Decoded, Memo, MemoBudget};
pub(crate) use meta::MetaChange;
pub use meta::{Meta, OpId};
pub use renewal::Renewal;

/// One session as stored: immutable, and shared by whoever is reading it.
///
/// Metadata lies outside the fields' name space, so no field name is special (PA-35).
#[derive(Debug)]
pub struct Record {
    meta: Meta,
    fields: Fields,
    memo: Memo,
}

impl Record {
    /// A record of these parts, as a store reads them back.
    pub fn new(meta: Meta, fields: Fields) -> Self {
        Self { meta, fields, memo: Memo::default() }
    }

    /// Deadlines, owner and the like.
    pub const fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The stored fields.
    pub const fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The same fields with other metadata. What was decoded from them stays decoded.
    pub(crate) fn with_meta(&self, meta: Meta) -> Self {
        Self { meta, fields: self.fields.clone(), memo: self.memo.clone() }
    }

    pub(crate) const fn memo(&self) -> &Memo {
        &self.memo
    }
}
