//! The policies that need to know the field's type, in a form that does not: bytes in, bytes out.

use std::fmt;
use std::sync::Arc;

use super::Conflict;
use crate::field::{Policy, SessionField};

/// Base, theirs and ours to what the field becomes, all of them JSON.
type Meet = dyn Fn(&[u8], &[u8], &[u8]) -> Result<Vec<u8>, Conflict> + Send + Sync;

/// A policy together with the type of its field.
#[derive(Clone)]
#[doc(hidden)]
pub struct Typed {
    meet: Arc<Meet>,
    /// What an absent field counts as. Empty, which is no JSON, if the default cannot be written: a conflict if it is needed.
    default: Box<[u8]>,
    /// Keys that the request may have loaded the field from.
    aliases: &'static [&'static str],
}

impl Typed {
    pub(crate) fn new<T: SessionField, P: Policy<T>>(
        policy: P,
        default: &T,
        aliases: &'static [&'static str],
    ) -> Self {
        let mut json = Vec::new();
        if default.encode(&mut json).is_err() {
            json.clear();
        }
        let meet = move |base: &[u8], theirs: &[u8], ours: &[u8]| {
            let read = |json| T::decode(json).map_err(|_| Conflict);
            let met = policy.meet(&read(base)?, &read(theirs)?, &read(ours)?).ok_or(Conflict)?;
            let mut json = Vec::new();
            met.encode(&mut json).map_err(|_| Conflict)?;
            Ok(json)
        };
        Self { meet: Arc::new(meet), default: json.into(), aliases }
    }

    /// What the field becomes. What does not decode is a conflict: neither side's value is lost.
    pub(super) fn meet(
        &self,
        base: Option<&[u8]>,
        theirs: Option<&[u8]>,
        ours: Option<&[u8]>,
    ) -> Result<Vec<u8>, Conflict> {
        let [base, theirs, ours] = [base, theirs, ours].map(|value| value.unwrap_or(&self.default));
        (self.meet)(base, theirs, ours)
    }

    /// What an absent field counts as, in JSON; empty if that cannot be written.
    #[cfg(feature = "redis")]
    pub(crate) fn default(&self) -> &[u8] {
        &self.default
    }

    pub(crate) fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }
}

impl fmt::Debug for Typed {
    /// Without the default, which is the field's (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(..)")
    }
}
