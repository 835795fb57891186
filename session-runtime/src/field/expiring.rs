//! A value that lasts for a declared time.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{DecodeError, EncodeError, Secret, SessionField};
use crate::clock::Timestamp;

/// A value that is gone when the field's `ttl` has passed since it was set: a one-time code, a reservation, a proof that
/// somebody has just entered their password.
///
/// * Setting it begins the time anew, also with an equal value. Changing it in place does not: see
///   [`get_mut`](Self::get_mut).
/// * The time begins when the handler returns, or when `stage`, `update`, `issue` or `edit` hands the value in, by the clock
///   of its [`Sessions`](crate::Sessions).
/// * Whether it is over is decided when a request first asks for its session; at the deadline it is gone. A request that is
///   still running then keeps what it was given. One that holds its session for long, such as a stream, compares the
///   [`deadline`](Self::deadline).
/// * A clock that was set back gives no value more than its `ttl`, counted from the request that reads it.
///
/// It is stored as `{"value":<value>,"expires":<milliseconds since 1970>}`. Reading never writes, so what is over stays in
/// the store, where nobody reaches it, until the session is next written.
///
/// ```
/// use session_runtime::{Expiring, MemoryStore, Secret, Sessions, session};
///
/// #[session]
/// struct Login {
///     #[session(ttl = "5m")]
///     code: Expiring<Secret<String>>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), session_runtime::Error> {
/// let sessions = Sessions::<Login>::new(MemoryStore::new())?;
/// let login = Login { code: Expiring::new(Secret::new("271828".to_owned())) };
/// let issued = sessions.issue(login).await?;
///
/// // within the next five minutes, and once: `Session::take_once` takes it so that no other request gets it too
/// let code = sessions.edit(issued.token(), |login| login.code.take()).await?;
/// assert_eq!(code.as_ref().map(|code| code.expose().as_str()), Some("271828"));
/// # Ok(())
/// # }
/// ```
pub struct Expiring<T>(Option<Held<T>>);

#[derive(Clone)]
struct Held<T> {
    value: T,
    /// Which setting in this process it comes from; [`STORED`] if it was loaded.
    set: u64,
    /// `None` until it is handed in.
    deadline: Option<Timestamp>,
}

const STORED: u64 = 0;

impl<T> Expiring<T> {
    /// Holds `value`, whose time begins when it is handed in.
    pub fn new(value: T) -> Self {
        Self(Some(Held { value, set: next_setting(), deadline: None }))
    }

    /// Replaces the value, and begins its time anew.
    pub fn set(&mut self, value: T) {
        *self = Self::new(value);
    }

    /// The value, unless it is over.
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|held| &held.value)
    }

    /// The value, to be changed in place, as to count wrong guesses of a code. It keeps its deadline.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.0.as_mut().map(|held| &mut held.value)
    }

    /// Takes the value out.
    pub fn take(&mut self) -> Option<T> {
        self.0.take().map(|held| held.value)
    }

    /// Removes the value.
    pub fn clear(&mut self) {
        self.0 = None;
    }

    /// Whether there is a value that is not over.
    pub const fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// When the value is over. `None` where there is none, and of one that this request set and has not handed in yet.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.0.as_ref()?.deadline
    }
}

/// A number that no other setting in this process has.
fn next_setting() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(STORED + 1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl<T> Held<T> {
    fn has_time_of(&self, other: &Self) -> bool {
        match (self.deadline, other.deadline) {
            (Some(a), Some(b)) => a == b,
            // a handler's copy is not told when the time of what it handed in began
            _ => self.set == other.set,
        }
    }
}

impl<T> Default for Expiring<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Clone> Clone for Expiring<T> {
    /// The copy of a value has its deadline.
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: PartialEq> PartialEq for Expiring<T> {
    /// Compares the values, not their deadlines.
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T> fmt::Debug for Expiring<T> {
    /// Says whether there is a value, not which (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_some() { "Expiring(..)" } else { "Expiring" })
    }
}

/// The present, and the latest deadline that a value of the field can have in it: one `ttl` away.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Term {
    pub(crate) now: Timestamp,
    pub(crate) latest: Timestamp,
}

/// A type whose values last for the `ttl` of their field: [`Expiring`], whatever it holds. It is no [`SessionField`], so that a
/// field of such a type does not compile without one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not `session_runtime::Expiring`, whose values a `ttl` is for",
    label = "this type does not know when its value was set",
    note = "use `session_runtime::Expiring`, or remove `ttl`"
)]
#[doc(hidden)]
pub trait Lasting: 'static {
    /// What it holds.
    type Value;

    /// It is one.
    fn expiring(&self) -> &Expiring<Self::Value>;

    /// The same, to be changed.
    fn expiring_mut(&mut self) -> &mut Expiring<Self::Value>;
}

#[diagnostic::do_not_recommend]
impl<T: 'static> Lasting for Expiring<T> {
    type Value = T;

    fn expiring(&self) -> &Self {
        self
    }

    fn expiring_mut(&mut self) -> &mut Self {
        self
    }
}

/// What an `Expiring` can hold: whatever a session field can be, but for a `Flash`, which ends by being shown.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be held by an `Expiring` field of a session",
    label = "it must be `Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static`, or a `Secret` of that",
    note = "derive what is missing: `#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]`"
)]
#[doc(hidden)]
pub trait Perishable: SessionField {}

#[diagnostic::do_not_recommend]
impl<T> Perishable for T where T: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T> Perishable for Secret<T> where Self: SessionField {}

/// As stored.
#[derive(Deserialize)]
struct Stored<'a> {
    #[serde(borrow)]
    value: &'a RawValue,
    expires: u64,
}

impl<T: Perishable> Expiring<T> {
    /// Whether two values are the same, and last until the same moment.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(a), Some(b)) => a.has_time_of(b) && a.value.same(&b.value),
            _ => false,
        }
    }

    /// Appends the value and its deadline as JSON.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let Some(held) = &self.0 else {
            out.extend_from_slice(b"null");
            return Ok(());
        };
        let deadline = held.deadline.ok_or(EncodeError::NoDeadline)?;
        out.extend_from_slice(br#"{"value":"#);
        held.value.encode(out)?;
        out.extend_from_slice(br#","expires":"#);
        out.extend_from_slice(deadline.as_millis().to_string().as_bytes());
        out.push(b'}');
        Ok(())
    }

    /// Reads the value and its deadline, whether it has passed or not.
    pub(crate) fn decode(json: &[u8]) -> Result<Self, DecodeError> {
        let stored: Option<Stored<'_>> = serde_json::from_slice(json).map_err(|_| DecodeError)?;
        let held = |Stored { value, expires }: Stored<'_>| {
            let value = T::decode(value.get().as_bytes())?;
            Ok(Held { value, set: STORED, deadline: Some(Timestamp::from_millis(expires)) })
        };
        stored.map(held).transpose().map(Self)
    }

    /// A request hands in what it made of `base`: what it set gets its deadline, and what it took from elsewhere lasts no
    /// longer than if it were set now.
    pub(crate) fn begin(&mut self, base: &Self, term: Term) {
        let Some(held) = &mut self.0 else { return };
        let before = base.0.as_ref().filter(|before| before.has_time_of(held));
        held.deadline = match (before, held.deadline) {
            (Some(before), _) => before.deadline,
            (None, Some(deadline)) => Some(deadline.min(term.latest)),
            (None, None) => Some(term.latest),
        };
    }

    /// Whether [`limit`](Self::limit) would change it.
    pub(crate) fn exceeds(&self, term: Term) -> bool {
        self.deadline().is_some_and(|deadline| deadline <= term.now || deadline > term.latest)
    }

    /// Removes what is over, and cuts a deadline that lies further ahead than any value set now.
    pub(crate) fn limit(&mut self, term: Term) {
        match self.0.as_mut().map(|held| &mut held.deadline) {
            Some(Some(deadline)) if *deadline <= term.now => self.0 = None,
            Some(Some(deadline)) => *deadline = term.latest.min(*deadline),
            Some(None) | None => {}
        }
    }
}

#[cfg(test)]
mod tests;
