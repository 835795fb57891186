//! The merge policies that are functions of three values: what was loaded, what another request made of it, and what
//! this one did.

mod append;
mod order;
mod union;

pub use append::Appendable;
pub use order::Ordered;
pub use union::Unitable;

use std::fmt;

use crate::changes::{Merge, Typed};

/// What becomes of a field of type `T` that two requests changed.
#[doc(hidden)]
pub trait Policy<T>: Copy + Send + Sync + 'static {
    /// As it is declared.
    const NAME: &'static str;

    /// What both changes of `base` come to; `None` if they cannot be merged.
    fn meet(&self, base: &T, theirs: &T, ours: &T) -> Option<T>;

    /// The policy as a store sees it.
    fn merge(typed: impl FnOnce() -> Typed) -> Merge;
}

/// `merge = max`.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Max;

/// `merge = min`.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Min;

/// `merge = union`.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Union;

/// `merge = append`.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Append;

/// `merge = reject`.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Reject;

/// `merge = with(path)`.
#[doc(hidden)]
pub struct With<T>(pub fn(&T, &T, &T) -> T);

impl<T: Ordered> Policy<T> for Max {
    const NAME: &'static str = "max";

    fn meet(&self, _: &T, theirs: &T, ours: &T) -> Option<T> {
        Some(T::greater(theirs, ours).clone())
    }

    fn merge(typed: impl FnOnce() -> Typed) -> Merge {
        Merge::Max(Box::new(typed()))
    }
}

impl<T: Ordered> Policy<T> for Min {
    const NAME: &'static str = "min";

    fn meet(&self, _: &T, theirs: &T, ours: &T) -> Option<T> {
        Some(T::lesser(theirs, ours).clone())
    }

    fn merge(typed: impl FnOnce() -> Typed) -> Merge {
        Merge::Min(Box::new(typed()))
    }
}

impl<T: Unitable> Policy<T> for Union {
    const NAME: &'static str = "union";

    fn meet(&self, base: &T, theirs: &T, ours: &T) -> Option<T> {
        Some(T::unite(base, theirs, ours))
    }

    fn merge(typed: impl FnOnce() -> Typed) -> Merge {
        Merge::Union(Box::new(typed()))
    }
}

impl<T: Appendable> Policy<T> for Append {
    const NAME: &'static str = "append";

    fn meet(&self, base: &T, theirs: &T, ours: &T) -> Option<T> {
        T::append(base, theirs, ours)
    }

    fn merge(typed: impl FnOnce() -> Typed) -> Merge {
        Merge::Append(Box::new(typed()))
    }
}

impl<T> Policy<T> for Reject {
    const NAME: &'static str = "reject";

    fn meet(&self, _: &T, _: &T, _: &T) -> Option<T> {
        None
    }

    fn merge(_: impl FnOnce() -> Typed) -> Merge {
        Merge::Reject
    }
}

impl<T: 'static> Policy<T> for With<T> {
    const NAME: &'static str = "with";

    fn meet(&self, base: &T, theirs: &T, ours: &T) -> Option<T> {
        Some((self.0)(base, theirs, ours))
    }

    fn merge(typed: impl FnOnce() -> Typed) -> Merge {
        Merge::With(Box::new(typed()))
    }
}

// derived ones would ask for `T: Copy`, which the function does not need
impl<T> Clone for With<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for With<T> {}

impl<T> fmt::Debug for With<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("With(..)")
    }
}

#[cfg(test)]
mod tests;
