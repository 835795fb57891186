//! Fields that a guard can require, and what it takes out of them.
//!
//! A guard finds its field by name in the table of fields, which holds for any name and any type: so a misspelt field is one
//! error, rustc's own, where the handler's body looks at it, and not one more at each place that uses the handler.

use std::any::Any;
use std::marker::PhantomData;
use std::ops::Deref;

/// What is wanted of a required field.
pub trait Want: 'static {
    /// What the handler gets.
    type Taken: Send;

    /// Takes it out of what the field holds; `None` if it holds something else.
    fn take(held: &dyn Any) -> Option<Self::Taken>;
}

/// That it is set.
pub struct Is;

impl Want for Is {
    type Taken = ();

    fn take(_: &dyn Any) -> Option<()> {
        Some(())
    }
}

/// The value in it, of which the handler has a `&T`. It is a copy: beside a `&mut` session it cannot be borrowed from that.
pub struct The<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized + ToOwned<Owned: Clone + Send + 'static> + 'static> Want for The<T> {
    type Taken = T::Owned;

    fn take(held: &dyn Any) -> Option<T::Owned> {
        held.downcast_ref::<T::Owned>().cloned()
    }
}

/// The type of a field that a guard can require.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot be required",
    label = "a required field is an `Option` or a `bool`",
    note = "`require` asks whether an `Option` is `Some` or a `bool` is `true`"
)]
pub trait Requirable {}

impl<T> Requirable for Option<T> {}
impl Requirable for bool {}

/// Fails to compile unless a field of this type can be required.
pub const fn can_be_required<F: Requirable>(_: &F) {}

/// The type of a field that holds a `T`.
#[diagnostic::on_unimplemented(
    message = "a required field of type `{Self}` lends no `{T}`",
    label = "what is lent is the value in an `Option`",
    note = "for a field of type `Option<T>` write `&T`; a `bool` needs no argument"
)]
pub trait Holds<T: ?Sized> {}

impl<T> Holds<T> for Option<T> {}
impl Holds<str> for Option<String> {}
impl<T> Holds<[T]> for Option<Vec<T>> {}

/// Fails to compile unless a field of this type holds a `T`.
pub const fn holds<T: ?Sized, F: Holds<T>>(_: &F) {}

/// A field of any type, to be asked what it holds. Where it has no method for that itself, [`Deref`] leads to one.
///
/// The method is called like nothing else, since a trait of the user that every type has would come before the latter.
pub struct Probe<'a, F>(pub &'a F);

impl<'a, T: 'static> Probe<'a, Option<T>> {
    /// The value, if there is one.
    pub fn session_held(self) -> Option<&'a dyn Any> {
        self.0.as_ref().map(|value| value as _)
    }
}

impl<'a> Probe<'a, bool> {
    /// `true`, if it is.
    pub fn session_held(self) -> Option<&'a dyn Any> {
        self.0.then_some(self.0 as _)
    }
}

impl<F> Deref for Probe<'_, F> {
    type Target = Nothing;

    fn deref(&self) -> &Nothing {
        &Nothing
    }
}

/// What a field holds that cannot be required.
pub struct Nothing;

impl Nothing {
    /// Nothing.
    #[allow(clippy::unused_self, reason = "it is called as the methods of `Probe` are")]
    pub const fn session_held(&self) -> Option<&'static dyn Any> {
        None
    }
}
