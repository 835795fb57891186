//! Types whose greater or lesser value stands.

/// A type that `merge = max` and `merge = min` can be used on: one that is `Ord`.
///
/// ```
/// # use session_runtime::session;
/// #[session]
/// struct Game {
///     /// Of two rounds at the same time the better one counts.
///     #[session(merge = max)]
///     best: u32,
///     #[session(merge = min, default = u64::MAX)]
///     fastest: u64,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`merge = max` and `merge = min` need a type with an order, and `{Self}` has none",
    label = "only `Ord` says which of two values is the greater",
    note = "derive `PartialOrd` and `Ord` if the type is yours, or leave `merge` out: then the later write stands"
)]
pub trait Ordered: Clone {
    /// The greater of two.
    #[doc(hidden)]
    fn greater<'a>(a: &'a Self, b: &'a Self) -> &'a Self;

    /// The lesser of two.
    #[doc(hidden)]
    fn lesser<'a>(a: &'a Self, b: &'a Self) -> &'a Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Ord> Ordered for T {
    fn greater<'a>(a: &'a Self, b: &'a Self) -> &'a Self {
        a.max(b)
    }

    fn lesser<'a>(a: &'a Self, b: &'a Self) -> &'a Self {
        a.min(b)
    }
}
