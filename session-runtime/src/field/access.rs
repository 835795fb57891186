//! How the runtime reaches a field of a struct that it knows nothing else about.
//!
//! The macro names two functions a field; everything done with them is compiled once per field *type*, not per field.

use super::{
    Addable, DecodeError, EncodeError, Expiring, Extra, Lasting, Notice, Perishable, Policy, SessionField,
    Term,
};
use crate::changes::{Conflict, Merge, Typed};
use crate::data::Owned;
use crate::impersonation::Mark;

/// One field of the struct `S`.
#[doc(hidden)]
pub trait Access<S>: Sync {
    /// [`SessionField::SECRET`].
    fn secret(&self) -> bool {
        false
    }

    /// The policy by which a change of the field meets another one, as it is declared; none if the later write stands.
    fn policy(&self) -> Option<&'static str> {
        None
    }

    /// [`SessionField::NOTICE`].
    fn is_notice(&self) -> bool {
        false
    }

    /// Whether the field is the same in both.
    fn same(&self, a: &S, b: &S) -> bool;

    /// Copies the field.
    fn copy(&self, from: &S, to: &mut S);

    /// Appends the field as JSON.
    fn encode(&self, from: &S, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Reads the field from JSON.
    fn decode(&self, json: &[u8], into: &mut S) -> Result<(), DecodeError>;

    /// How a change from `loaded` to `ours` meets another request's change. `default` makes the value of an absent
    /// field, which may have been loaded from one of `aliases`.
    fn merge(&self, _loaded: &S, _ours: &S, _default: fn() -> S, _aliases: &'static [&'static str]) -> Merge {
        Merge::LastWrite
    }

    /// Takes the change from `base` to `ours` over into `onto`, which another handler of the same request changed too.
    ///
    /// # Errors
    /// The policy refuses; `onto` is as it was.
    fn take_over(&self, _base: &S, ours: &S, onto: &mut S) -> Result<(), Conflict> {
        self.copy(ours, onto);
        Ok(())
    }

    /// What became of a message.
    fn notice(&self, _loaded: &S, _ours: &S) -> Option<Notice> {
        None
    }

    /// `Expiring::begin`.
    fn begin(&self, _base: &S, _ours: &mut S, _term: Term) {}

    /// `Expiring::exceeds`.
    fn exceeds(&self, _of: &S, _term: Term) -> bool {
        false
    }

    /// `Expiring::limit`.
    fn limit(&self, _of: &mut S, _term: Term) {}

    /// The `extra` field.
    fn extra<'a>(&self, _of: &'a S) -> Option<&'a Extra> {
        None
    }

    /// The `extra` field.
    fn extra_mut<'a>(&self, _of: &'a mut S) -> Option<&'a mut Extra> {
        None
    }
}

// The kinds of field differ in what they do with the two functions, not in having them.
macro_rules! lens {
    ($(#[$doc:meta])* $name:ident<S, T>) => {
        $(#[$doc])*
        #[doc(hidden)]
        #[derive(Debug)]
        pub struct $name<S, T> {
            pub get: fn(&S) -> &T,
            pub get_mut: fn(&mut S) -> &mut T,
        }
    };
}

lens! {
    /// A stored field; the later write stands.
    Value<S, T>
}
lens! {
    /// `merge = add`.
    Sum<S, T>
}
lens! {
    /// `skip`: lives for one request.
    Scratch<S, T>
}

/// Any other policy than the default and `add`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Merged<S, T, P> {
    pub get: fn(&S) -> &T,
    pub get_mut: fn(&mut S) -> &mut T,
    pub policy: P,
}

/// `ttl`: its values last for a time.
#[doc(hidden)]
#[derive(Debug)]
pub struct Timed<S, T> {
    pub get: fn(&S) -> &T,
    pub get_mut: fn(&mut S) -> &mut T,
    /// `merge = reject`; otherwise the later write stands.
    pub rejects: bool,
}

/// `impersonator`: who is behind an impersonation.
#[doc(hidden)]
#[derive(Debug)]
pub struct Marked<S, T> {
    pub get: fn(&S) -> &T,
    pub get_mut: fn(&mut S) -> &mut T,
}

/// `extra`: every key that no other field claims.
#[doc(hidden)]
#[derive(Debug)]
pub struct Rest<S> {
    pub get: fn(&S) -> &Extra,
    pub get_mut: fn(&mut S) -> &mut Extra,
}

// What a stored field does by its type alone.
macro_rules! stored {
    () => {
        fn secret(&self) -> bool {
            T::SECRET
        }

        fn is_notice(&self) -> bool {
            T::NOTICE
        }

        fn same(&self, a: &S, b: &S) -> bool {
            (self.get)(a).same((self.get)(b))
        }

        fn copy(&self, from: &S, to: &mut S) {
            (self.get_mut)(to).clone_from((self.get)(from));
        }

        fn encode(&self, from: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
            (self.get)(from).encode(out)
        }

        fn decode(&self, json: &[u8], into: &mut S) -> Result<(), DecodeError> {
            *(self.get_mut)(into) = T::decode(json)?;
            Ok(())
        }

        fn notice(&self, loaded: &S, ours: &S) -> Option<Notice> {
            (self.get)(ours).notice((self.get)(loaded))
        }
    };
}

impl<S, T: SessionField> Access<S> for Value<S, T> {
    stored!();
}

impl<S, T: Addable> Access<S> for Sum<S, T> {
    stored!();

    fn policy(&self) -> Option<&'static str> {
        Some("add")
    }

    fn merge(&self, loaded: &S, ours: &S, default: fn() -> S, _: &'static [&'static str]) -> Merge {
        (self.get)(ours).difference((self.get)(loaded), (self.get)(&default()))
    }

    fn take_over(&self, base: &S, ours: &S, onto: &mut S) -> Result<(), Conflict> {
        let changed = (self.get)(onto).shifted((self.get)(base), (self.get)(ours));
        *(self.get_mut)(onto) = changed;
        Ok(())
    }
}

impl<S, T: SessionField, P: Policy<T>> Access<S> for Merged<S, T, P> {
    stored!();

    fn policy(&self) -> Option<&'static str> {
        Some(P::NAME)
    }

    fn merge(&self, _: &S, _: &S, default: fn() -> S, aliases: &'static [&'static str]) -> Merge {
        P::merge(|| Typed::new(self.policy, (self.get)(&default()), aliases))
    }

    fn take_over(&self, base: &S, ours: &S, onto: &mut S) -> Result<(), Conflict> {
        let met = self.policy.meet((self.get)(base), (self.get)(onto), (self.get)(ours));
        *(self.get_mut)(onto) = met.ok_or(Conflict)?;
        Ok(())
    }
}

impl<S, T: Lasting> Timed<S, T> {
    fn of<'a>(&self, value: &'a S) -> &'a Expiring<T::Value> {
        (self.get)(value).expiring()
    }

    fn of_mut<'a>(&self, value: &'a mut S) -> &'a mut Expiring<T::Value> {
        (self.get_mut)(value).expiring_mut()
    }
}

/// A field with a `ttl`. A function with these bounds, and not a cast where the field is: so rustc says which trait is missing,
/// and not what would follow from it.
#[doc(hidden)]
pub const fn timed<S, T: Lasting<Value: Perishable>>(field: &'static Timed<S, T>) -> &'static dyn Access<S> {
    field
}

impl<S, T: Lasting<Value: Perishable>> Access<S> for Timed<S, T> {
    fn secret(&self) -> bool {
        T::Value::SECRET
    }

    fn policy(&self) -> Option<&'static str> {
        self.rejects.then_some("reject")
    }

    fn same(&self, a: &S, b: &S) -> bool {
        self.of(a).same(self.of(b))
    }

    fn copy(&self, from: &S, to: &mut S) {
        self.of_mut(to).clone_from(self.of(from));
    }

    fn encode(&self, from: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.of(from).encode(out)
    }

    fn decode(&self, json: &[u8], into: &mut S) -> Result<(), DecodeError> {
        *self.of_mut(into) = Expiring::decode(json)?;
        Ok(())
    }

    fn merge(&self, _: &S, _: &S, _: fn() -> S, _: &'static [&'static str]) -> Merge {
        if self.rejects { Merge::Reject } else { Merge::LastWrite }
    }

    fn take_over(&self, _: &S, ours: &S, onto: &mut S) -> Result<(), Conflict> {
        if self.rejects {
            return Err(Conflict);
        }
        self.copy(ours, onto);
        Ok(())
    }

    fn begin(&self, base: &S, ours: &mut S, term: Term) {
        self.of_mut(ours).begin(self.of(base), term);
    }

    fn exceeds(&self, of: &S, term: Term) -> bool {
        self.of(of).exceeds(term)
    }

    fn limit(&self, of: &mut S, term: Term) {
        self.of_mut(of).limit(term);
    }
}

impl<S: Owned, T: Mark<S::Field>> Access<S> for Marked<S, T> {
    fn same(&self, a: &S, b: &S) -> bool {
        (self.get)(a).same((self.get)(b))
    }

    fn copy(&self, from: &S, to: &mut S) {
        (self.get_mut)(to).clone_from((self.get)(from));
    }

    /// What a handler has of it is not all that is stored, and only the core writes it.
    fn encode(&self, _: &S, _: &mut Vec<u8>) -> Result<(), EncodeError> {
        Err(EncodeError::NotJson)
    }

    fn decode(&self, json: &[u8], into: &mut S) -> Result<(), DecodeError> {
        *(self.get_mut)(into) = T::decode(json)?;
        Ok(())
    }
}

impl<S, T: Clone> Access<S> for Scratch<S, T> {
    fn same(&self, _: &S, _: &S) -> bool {
        true
    }

    fn copy(&self, from: &S, to: &mut S) {
        (self.get_mut)(to).clone_from((self.get)(from));
    }

    fn encode(&self, _: &S, _: &mut Vec<u8>) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(&self, _: &[u8], _: &mut S) -> Result<(), DecodeError> {
        Ok(())
    }
}

impl<S> Access<S> for Rest<S> {
    fn same(&self, a: &S, b: &S) -> bool {
        (self.get)(a) == (self.get)(b)
    }

    fn copy(&self, from: &S, to: &mut S) {
        (self.get_mut)(to).clone_from((self.get)(from));
    }

    fn encode(&self, _: &S, _: &mut Vec<u8>) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(&self, _: &[u8], _: &mut S) -> Result<(), DecodeError> {
        Ok(())
    }

    fn take_over(&self, base: &S, ours: &S, onto: &mut S) -> Result<(), Conflict> {
        (self.get_mut)(onto).take_over((self.get)(base), (self.get)(ours));
        Ok(())
    }

    fn extra<'a>(&self, of: &'a S) -> Option<&'a Extra> {
        Some((self.get)(of))
    }

    fn extra_mut<'a>(&self, of: &'a mut S) -> Option<&'a mut Extra> {
        Some((self.get_mut)(of))
    }
}
