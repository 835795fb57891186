//! What happens to a field that another request changed meanwhile.

use std::borrow::Cow;
use std::fmt;

use super::typed::Typed;
use super::{Conflict, Place};

/// How a field's change meets a change of the same field by another request.
///
/// The kinds are told apart, so that a store which cannot run the functions of `Typed` knows which it can do by itself.
#[derive(Clone, Debug)]
#[doc(hidden)]
pub enum Merge {
    /// The later write stands.
    LastWrite,
    /// The difference is added to what is stored, within the bounds of the field's type.
    Add(Box<Sum>),
    /// The greater value stands.
    Max(Box<Typed>),
    /// The lesser value stands.
    Min(Box<Typed>),
    /// What each added and removed is added and removed.
    Union(Box<Typed>),
    /// The new tail is appended; refused if there is more than a new tail.
    Append(Box<Typed>),
    /// A function of the user decides, and never while a store holds the record locked.
    With(Box<Typed>),
    /// The other change stands. Used for taking a shown message away: a message set meanwhile stays.
    YieldTo,
    /// Refused.
    Reject,
}

/// The difference that an integer field was changed by.
#[derive(Clone, Copy, PartialEq, Eq)]
#[doc(hidden)]
pub struct Sum {
    pub(crate) delta: i128,
    /// What an absent field counts as.
    pub(crate) default: i128,
    pub(crate) min: i128,
    pub(crate) max: i128,
}

impl fmt::Debug for Sum {
    /// Without the numbers, which are the field's (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sum(..)")
    }
}

impl Merge {
    /// What the field becomes: `base` is what the request loaded, `stored` what is there now.
    pub(crate) fn resolve<'a>(
        &self,
        base: Option<&[u8]>,
        stored: Option<&'a [u8]>,
        ours: Option<&'a [u8]>,
        place: Place,
    ) -> Result<Option<Cow<'a, [u8]>>, Conflict> {
        match self {
            Self::LastWrite => Ok(ours.map(Cow::Borrowed)),
            Self::Add(sum) => sum.onto(stored).map(|total| Some(Cow::Owned(total.to_string().into_bytes()))),
            Self::With(_) if place == Place::Store => Err(Conflict),
            Self::Max(typed)
            | Self::Min(typed)
            | Self::Union(typed)
            | Self::Append(typed)
            | Self::With(typed) => Ok(Some(Cow::Owned(typed.meet(base, stored, ours)?))),
            Self::YieldTo => Ok(stored.map(Cow::Borrowed)),
            Self::Reject => Err(Conflict),
        }
    }

    /// The policies that a store may leave to the core.
    pub(crate) fn typed(&self) -> Option<&Typed> {
        match self {
            Self::Max(typed)
            | Self::Min(typed)
            | Self::Union(typed)
            | Self::Append(typed)
            | Self::With(typed) => Some(typed),
            Self::LastWrite | Self::Add(_) | Self::YieldTo | Self::Reject => None,
        }
    }
}

impl Sum {
    /// Saturates; what is stored and no integer of the field's type is a conflict, not a zero.
    fn onto(self, stored: Option<&[u8]>) -> Result<i128, Conflict> {
        let current = match stored {
            None => self.default,
            Some(json) => serde_json::from_slice::<i128>(json).map_err(|_| Conflict)?,
        };
        if (self.min..=self.max).contains(&current) {
            Ok(current.saturating_add(self.delta).clamp(self.min, self.max))
        } else {
            Err(Conflict)
        }
    }
}
