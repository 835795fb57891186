//! Records in Redis or Valkey, one hash each.

mod ask;
mod clear;
mod failure;
#[cfg(all(unix, feature = "_fuzzing"))]
pub(crate) mod fuzzing;
mod hash;
mod keys;
mod link;
mod scripts;
mod server;
mod wanted;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use self::server::RedisServer;

use self::ask::{Asking, Question};
use self::failure::Failure;
use self::hash::Kept;
use self::keys::Prefix;
use self::link::Link;
use self::scripts::{CREATE, Call, DELETE, ROTATE, Scripted, TOUCH, UPDATE};
use super::{Changes, Created, Found, Key, Record, Rotated, Store, StoreError, Touched, Updated};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::event;

/// How long a call may take unless told otherwise: less than `Sessions` waits for a store.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Connecting may take at least so long, though the request that needed it first is refused meanwhile.
const CONNECTING: Duration = Duration::from_secs(1);

/// Shorter than this, a call could not be made twice.
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(10);

/// A [`Store`] in Redis 7 or later, or in Valkey; a clone is the same store. Feature `redis`.
///
/// ```
/// use session_runtime::{RedisStore, Sessions, session};
///
/// #[session]
/// struct Shop {
///     visits: u32,
/// }
///
/// let store = RedisStore::connect("redis://127.0.0.1/")?; // connects when it is first asked
/// let sessions = Sessions::<Shop>::new(store)?;
/// # Ok::<(), session_runtime::Error>(())
/// ```
///
/// Any number of processes on any number of machines may use one server, a Redis Cluster or a master that Sentinels name:
/// [`RedisServer`] says what can be connected to. Each operation is one round trip, and one script on one record: what
/// requests change at once is merged on the server.
///
/// A session is a hash called `session:{tag}hash`, after the hash of its id, so whoever lists the keys learns no id.
/// `HGETALL` shows each field as its JSON under `f.`, and metadata under `@`. What is found there and is no session is
/// treated as absent, with a warning in the log. Every key expires by itself, some time after the session.
///
/// # When the server does not answer
///
/// A call is asked again where that is safe, over a new connection if need be, and fails when its
/// [timeout](RedisStoreBuilder::timeout) is over; then the request is answered with 503. Where the answer was lost, the
/// record itself tells whether a write was done, so it is done once. A store needs no care after an outage.
///
/// # What the server must do
///
/// Evict nothing (`maxmemory-policy noeviction`): somebody who is logged in would be logged out. Without room, creating
/// and growing a session fails with 503; logging out and giving up a privilege do not need room. What Redis has
/// acknowledged and then loses, in a crash without `appendfsync always` or in a failover to a replica that did not have it
/// yet, is lost to this store, too.
#[derive(Clone)]
pub struct RedisStore(Arc<Inner>);

struct Inner {
    prefix: Prefix,
    asking: Asking,
}

impl RedisStore {
    /// A store on this server, such as `"redis://127.0.0.1/"`. It connects when it is first asked.
    ///
    /// # Errors
    /// If there can be no such server: a URL that is none, or one with TLS where the crate `redis` has none.
    pub fn connect(server: impl Into<RedisServer>) -> Result<Self, Error> {
        Self::builder(server).build()
    }

    /// A store on this server with other options.
    pub fn builder(server: impl Into<RedisServer>) -> RedisStoreBuilder {
        RedisStoreBuilder { server: server.into(), prefix: Prefix::DEFAULT.to_owned(), timeout: TIMEOUT }
    }

    /// Removes every session of this store's prefix and every id that is remembered as dead, on all masters, and says how
    /// many keys that were. Nothing else on the server is touched. What is created meanwhile may stay.
    ///
    /// This looks at every key of the server, five hundred in a step. The timeout is that of each step.
    ///
    /// # Errors
    /// When the server does not answer. Some may be gone then, others not.
    pub async fn clear_all(&self) -> Result<usize, StoreError> {
        Ok(clear::clear_all(&self.0.asking, &self.0.prefix).await?)
    }

    fn name(&self, key: &Key) -> Option<String> {
        self.0.prefix.name(key)
    }

    /// Calls a script, and returns the word that it answers with.
    async fn call(
        &self,
        script: &'static Scripted,
        names: &[&str],
        arguments: Vec<Cow<'_, [u8]>>,
    ) -> Result<String, StoreError> {
        let call = Call { script, names, arguments };
        let answer = self.0.asking.ask(&Question::Call(call)).await?;
        let word = match answer {
            Some(redis::Value::BulkString(word)) => String::from_utf8(word).ok(),
            Some(redis::Value::SimpleString(word)) => Some(word),
            _ => None,
        };
        match word.as_deref() {
            Some("unknown") => Err(Failure::Unknown.into()),
            _ => word.ok_or_else(|| Failure::Nonsense.into()),
        }
    }
}

impl fmt::Debug for RedisStore {
    /// Not where the server is: a URL may hold a password (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("prefix", &self.0.prefix.as_str())
            .field("timeout", &self.0.asking.timeout)
            .finish_non_exhaustive()
    }
}

impl Store for RedisStore {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        let Some(name) = self.name(key) else { return Ok(Found::Nothing) };
        let kept = self.0.asking.ask(&Question::All(&name)).await?.map_or(Kept::Foreign, hash::read);
        Ok(match kept {
            Kept::Record(record) => Found::Record(Arc::new(record)),
            Kept::Tombstone { until, to } => Found::Tombstone { until, moved: to },
            Kept::Nothing => Found::Nothing,
            Kept::Newer => {
                event::foreign_record("of a newer format");
                Found::Nothing
            }
            Kept::Foreign => {
                event::foreign_record("not a record");
                Found::Nothing
            }
        })
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        let name = self.name(key).ok_or(Failure::Refused("the key is not of a sharded store"))?;
        let arguments =
            hash::creation(&record).map_err(|_| Failure::Refused("a field is empty: that is no JSON"))?;
        match &*self.call(&CREATE, &[&name], arguments).await? {
            "created" => Ok(Created::Created),
            "exists" => Ok(Created::Exists),
            _ => Err(Failure::Nonsense.into()),
        }
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        let Some(name) = self.name(key) else { return Ok(Updated::Gone) };
        match &*self.call(&UPDATE, &[&name], wanted::arguments(changes, None)).await? {
            "applied" => Ok(Updated::Applied),
            "conflict" => Ok(Updated::Conflict),
            "gone" => Ok(Updated::Gone),
            other => too_large(other).map(|bytes| Updated::TooLarge { bytes }),
        }
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let Some(from) = self.name(old) else { return Ok(Rotated::Gone) };
        let to = self.name(new).filter(|_| old.slot() == new.slot());
        let to = to.ok_or(Failure::Refused("a rotation must keep the slot"))?;
        let arguments = wanted::arguments(changes, Some(tombstone));
        match &*self.call(&ROTATE, &[&from, &to], arguments).await? {
            "rotated" => Ok(Rotated::Rotated),
            "conflict" => Ok(Rotated::Conflict),
            "gone" => Ok(Rotated::Gone),
            "exists" => Ok(Rotated::Exists),
            other => too_large(other).map(|bytes| Rotated::TooLarge { bytes }),
        }
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        let Some(name) = self.name(key) else { return Ok(Touched::Gone) };
        match &*self.call(&TOUCH, &[&name], vec![hash::millis(seen).into_bytes().into()]).await? {
            "touched" => Ok(Touched::Touched),
            "gone" => Ok(Touched::Gone),
            _ => Err(Failure::Nonsense.into()),
        }
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        let Some(name) = self.name(key) else { return Ok(()) };
        match &*self.call(&DELETE, &[&name], vec![hash::millis(tombstone).into_bytes().into()]).await? {
            "deleted" | "nothing" => Ok(()),
            _ => Err(Failure::Nonsense.into()),
        }
    }

    /// A single server may become a cluster, and its sessions then stay what they are.
    fn is_sharded(&self) -> bool {
        true
    }

    /// Removes nothing: the server drops what is over, by itself.
    async fn sweep(&self, _: Timestamp) -> Result<usize, StoreError> {
        Ok(0)
    }
}

/// What the record would take, if that is what a script says.
fn too_large(word: &str) -> Result<usize, StoreError> {
    let bytes = word.strip_prefix("too large: ").and_then(|bytes| bytes.parse().ok());
    bytes.ok_or_else(|| Failure::Nonsense.into())
}

/// Options of a [`RedisStore`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct RedisStoreBuilder {
    server: RedisServer,
    prefix: String,
    timeout: Duration,
}

impl RedisStoreBuilder {
    /// What every key begins with; `session:` unless set. Applications that share a server have different ones. At most 128
    /// bytes, without braces and blanks.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long one call may take, reconnecting and asking again included; two seconds unless set. Less than
    /// [`store_timeout`](crate::SessionsBuilder::store_timeout), which otherwise cuts it short.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The store. It connects when it is first asked.
    ///
    /// # Errors
    /// If the prefix or the timeout breaks a rule, or there can be no such server; the text says why.
    pub fn build(self) -> Result<RedisStore, Error> {
        let prefix = Prefix::new(&self.prefix).map_err(Error::config)?;
        if self.timeout < SHORTEST_TIMEOUT {
            return Err(Error::config("the timeout of the Redis store is shorter than 10 ms"));
        }
        let link = Link::new(self.server.origin(self.timeout)?, self.timeout.max(CONNECTING));
        Ok(RedisStore(Arc::new(Inner { prefix, asking: Asking { link, timeout: self.timeout } })))
    }
}
