//! Sequences that are only ever added to.

use std::collections::VecDeque;

/// A type that `merge = append` can be used on: `Vec`, `VecDeque` or `String`.
///
/// What a request did besides appending, such as taking an element away, cannot be merged: if another request changed
/// the field meanwhile, the later one is answered with 409.
///
/// ```
/// # use session_runtime::session;
/// #[session]
/// struct Shop {
///     /// What two requests at the same time put in is both in it.
///     #[session(merge = append)]
///     cart: Vec<String>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`merge = append` needs a sequence, and `{Self}` is none",
    label = "`Vec`, `VecDeque` and `String` have an end that can be appended to",
    note = "use one of these; for sets and maps there is `merge = union`"
)]
pub trait Appendable: Sized {
    /// `theirs`, and after it what `ours` has more than `base`; `None` if `ours` does not begin with `base`.
    #[doc(hidden)]
    fn append(base: &Self, theirs: &Self, ours: &Self) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + PartialEq> Appendable for Vec<T> {
    fn append(base: &Self, theirs: &Self, ours: &Self) -> Option<Self> {
        let tail = ours.strip_prefix(base.as_slice())?;
        Some([theirs, tail].concat())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone + PartialEq> Appendable for VecDeque<T> {
    fn append(base: &Self, theirs: &Self, ours: &Self) -> Option<Self> {
        let is_prefix = base.len() <= ours.len() && base.iter().eq(ours.iter().take(base.len()));
        is_prefix.then(|| theirs.iter().chain(ours.iter().skip(base.len())).cloned().collect())
    }
}

#[diagnostic::do_not_recommend]
impl Appendable for String {
    fn append(base: &Self, theirs: &Self, ours: &Self) -> Option<Self> {
        let tail = ours.strip_prefix(base.as_str())?;
        Some(format!("{theirs}{tail}"))
    }
}
