//! A message for the next page.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{DecodeError, EncodeError, SessionField};

/// A message that is shown once: reading it, also through `&T`, takes it away when the response is committed.
///
/// * It is taken away with any response below 500. After a 5xx it is still there.
/// * It is taken away by its identity: a message that another request set meanwhile stays.
/// * Two parallel requests that read it may both show it.
///
/// ```
/// use session_runtime::Flash;
///
/// let mut notice = Flash::default();
/// assert_eq!(notice.get(), None);
/// notice.set("Saved");
/// assert_eq!(notice.peek(), Some(&"Saved")); // looks, and leaves it for the next page
/// assert_eq!(notice.get(), Some(&"Saved")); // shows it: gone after this response
/// notice.keep(); // … but for one more page
/// ```
pub struct Flash<T> {
    message: Option<Message<T>>,
    state: AtomicU8,
}

/// As stored.
#[derive(Clone, Serialize, Deserialize)]
struct Message<T> {
    id: u64,
    message: T,
}

const UNSEEN: u8 = 0;
const SHOWN: u8 = 1;

/// What a request did to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Notice {
    /// A new one was set: it is stored, whatever was there.
    Set,
    /// The loaded one was shown or cleared: it is removed, unless another was set meanwhile.
    Consumed,
    /// It was set and shown within the request: nothing is stored.
    Nothing,
}

impl<T> Flash<T> {
    /// Leaves `message` for the next page, in place of any that is there.
    pub fn set(&mut self, message: T) {
        *self = Self { message: Some(Message { id: fresh_id(), message }), state: AtomicU8::new(UNSEEN) };
    }

    /// The message, if there is one; it will not be shown again.
    pub fn get(&self) -> Option<&T> {
        if self.message.is_some() {
            self.state.store(SHOWN, Ordering::Relaxed);
        }
        self.peek()
    }

    /// The message, if there is one, which stays for the next page.
    pub fn peek(&self) -> Option<&T> {
        self.message.as_ref().map(|m| &m.message)
    }

    /// Keeps a message that was shown for one more page.
    pub fn keep(&self) {
        self.state.store(UNSEEN, Ordering::Relaxed);
    }

    /// Takes the message out.
    pub fn take(&mut self) -> Option<T> {
        self.message.take().map(|m| m.message)
    }

    /// Removes the message without showing it.
    pub fn clear(&mut self) {
        self.message = None;
    }

    /// Whether there is a message; it stays for the next page.
    pub const fn is_some(&self) -> bool {
        self.message.is_some()
    }

    fn id(&self) -> Option<u64> {
        self.message.as_ref().map(|m| m.id)
    }

    fn is_shown(&self) -> bool {
        self.state.load(Ordering::Relaxed) == SHOWN
    }
}

/// An id that no other message of the same session has; it need not be hard to guess.
fn fresh_id() -> u64 {
    static NEXT: OnceLock<AtomicU64> = OnceLock::new();
    NEXT.get_or_init(|| AtomicU64::new(crate::unique::seed())).fetch_add(1, Ordering::Relaxed)
}

impl<T> Default for Flash<T> {
    fn default() -> Self {
        Self { message: None, state: AtomicU8::new(UNSEEN) }
    }
}

impl<T: Clone> Clone for Flash<T> {
    fn clone(&self) -> Self {
        Self { message: self.message.clone(), state: AtomicU8::new(self.state.load(Ordering::Relaxed)) }
    }
}

impl<T: PartialEq> PartialEq for Flash<T> {
    /// Compares the messages.
    fn eq(&self, other: &Self) -> bool {
        self.peek() == other.peek()
    }
}

impl<T> fmt::Debug for Flash<T> {
    /// Says whether there is a message, not what it says (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_some() { "Flash(..)" } else { "Flash" })
    }
}

impl<T> SessionField for Flash<T>
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    const NOTICE: bool = true;

    fn same(&self, other: &Self) -> bool {
        // without a message it does not matter whether there was one to show
        self.id() == other.id() && (self.message.is_none() || self.is_shown() == other.is_shown())
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        super::json::write(&self.message, out)
    }

    fn decode(json: &[u8]) -> Result<Self, DecodeError> {
        let message = serde_json::from_slice(json).map_err(|_| DecodeError)?;
        Ok(Self { message, state: AtomicU8::new(UNSEEN) })
    }

    fn notice(&self, loaded: &Self) -> Option<Notice> {
        match (self.id(), loaded.id()) {
            (ours, theirs) if ours == theirs => {
                (ours.is_some() && self.is_shown()).then_some(Notice::Consumed)
            }
            (Some(_), _) if !self.is_shown() => Some(Notice::Set),
            (_, Some(_)) => Some(Notice::Consumed),
            (_, None) => Some(Notice::Nothing),
        }
    }
}
