//! What can be decided at run time.

mod edge;

use std::any::type_name;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::Sessions;
use super::summary::store_name;
use crate::clock::{Clock, SystemClock};
use crate::commit::plan::Lifetimes;
use crate::cookie::config::CookieConfig;
use crate::cookie::rules::{
    GRACES_IN_A_RENEWAL, LONGEST_GRACE_SECONDS, MAX_LIFETIME_SECONDS, SameSite, without_prefix,
};
use crate::cookie::write::CookieWriter;
use crate::data::{Owned, Remembers, RootSession};
use crate::edge::EdgeConfig;
use crate::engine::{Engine, Place, Types};
use crate::error::Error;
use crate::event;
use crate::impersonation::Impersonation;
use crate::observe::{LogKey, Observer, Reporter, TooShort};
use crate::owners::{self, Limit, Owners, WhenFull};
use crate::record::MemoBudget;
use crate::session::lasting;
use crate::store::SessionStore;
use crate::store::kind::{Keeps, Kept};
use crate::token::{Entropy, OsEntropy, Purpose};

/// How long a store may take. A hanging store must not hold a request for longer (S68).
const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// What one session may take, in bytes of keys and JSON (S72).
const MAX_BYTES: usize = 64 * 1024;

/// What remembered decoded values may take together, in bytes.
const MEMO_BYTES: usize = 64 * 1024 * 1024;

/// Overrides parts of the policy that is declared on `R`, under the same rules.
///
/// ```
/// use session_runtime::{MemoryStore, Sessions, session};
/// use std::time::Duration;
///
/// #[session(cookie = "__Secure-shop")]
/// struct Shop {}
///
/// let sessions = Sessions::<Shop>::builder(MemoryStore::new())
///     .domain("shop.example.com")
///     .idle(Duration::from_secs(15 * 60))
///     .build()?;
///
/// let refused = Sessions::<Shop>::builder(MemoryStore::new()).secure(false).build();
/// assert!(refused.unwrap_err().is_config()); // a `__Secure-` cookie must be `Secure`
/// # Ok::<(), session_runtime::Error>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct SessionsBuilder<R> {
    keeping: Kept,
    store: Box<str>,
    cookie: CookieConfig,
    lifetimes: Lifetimes,
    edge: EdgeConfig,
    store_timeout: Duration,
    max_bytes: usize,
    max_sessions: Option<usize>,
    when_full: WhenFull,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    development: bool,
    observer: Option<Arc<dyn Observer>>,
    log_key: Result<LogKey, TooShort>,
    root: PhantomData<fn() -> R>,
}

impl<R> fmt::Debug for SessionsBuilder<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionsBuilder")
            .field("cookie", &self.cookie)
            .field("lifetimes", &self.lifetimes)
            .finish_non_exhaustive()
    }
}

impl<R: RootSession> SessionsBuilder<R> {
    pub(super) fn new<St: SessionStore>(store: St) -> Self
    where
        St::Kind: Keeps<R>,
    {
        let policy = R::POLICY;
        Self {
            keeping: store.into_keeping().0,
            store: store_name(type_name::<St>()),
            cookie: CookieConfig {
                name: policy.cookie.to_owned(),
                path: policy.path.to_owned(),
                domain: policy.domain.map(str::to_owned),
                secure: policy.secure,
                http_only: policy.http_only,
                same_site: policy.same_site,
                partitioned: policy.partitioned,
                persistent: policy.persistent,
            },
            lifetimes: Lifetimes {
                idle: policy.idle,
                absolute: policy.absolute,
                remember: policy.remember,
                persistent: policy.persistent,
                renew: policy.renew,
                grace: policy.grace,
            },
            edge: EdgeConfig::of(&policy),
            store_timeout: STORE_TIMEOUT,
            max_bytes: MAX_BYTES,
            max_sessions: policy.max_sessions,
            when_full: policy.when_full,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            development: false,
            observer: None,
            log_key: Ok(LogKey::default()),
            root: PhantomData,
        }
    }

    /// The cookie's name.
    pub fn cookie_name(mut self, name: impl Into<String>) -> Self {
        self.cookie.name = name.into();
        self
    }

    /// The `Domain` attribute: the cookie is also sent to every subdomain. Without it, only to the host that set it (S36).
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.cookie.domain = Some(domain.into());
        self
    }

    /// The `Path` attribute.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.cookie.path = path.into();
        self
    }

    /// The `Secure` attribute. For plain http in development there is [`development`](Self::development).
    pub fn secure(mut self, secure: bool) -> Self {
        self.cookie.secure = secure;
        self
    }

    /// The `SameSite` attribute.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.cookie.same_site = same_site;
        self
    }

    /// The `HttpOnly` attribute: without it, scripts can read the cookie.
    pub fn http_only(mut self, http_only: bool) -> Self {
        self.cookie.http_only = http_only;
        self
    }

    /// The `Partitioned` attribute: the cookie is kept apart for each top-level site (S48).
    pub fn partitioned(mut self, partitioned: bool) -> Self {
        self.cookie.partitioned = partitioned;
        self
    }

    /// Whether the cookie outlives the browser, by a `Max-Age` of what is left of the session (S44, S45).
    pub fn persistent(mut self, persistent: bool) -> Self {
        self.cookie.persistent = persistent;
        self
    }

    /// How long a session may lie idle.
    pub fn idle(mut self, idle: Duration) -> Self {
        self.lifetimes.idle = idle;
        self
    }

    /// How long a session may last, whatever its activity.
    pub fn absolute(mut self, absolute: Duration) -> Self {
        self.lifetimes.absolute = absolute;
        self
    }

    /// The longer lifetime that a handler may choose with [`Session::remember`](crate::Session::remember).
    pub fn remember(mut self, remember: Duration) -> Self
    where
        R: Remembers,
    {
        self.lifetimes.remember = Some(remember);
        self
    }

    /// How old an id may become: then a request that is activity renews it, as [`Session::renew`](crate::Session::renew) does
    /// (S24). At least four times the grace, and less than the absolute lifetime.
    pub fn renew(mut self, age: Duration) -> Self {
        self.lifetimes.renew = Some(age);
        self
    }

    /// For how long the id before a renewal reaches the session, too: from one second to two minutes.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.lifetimes.grace = grace;
        self
    }

    /// How long the store may take to answer: 5 seconds unless said otherwise. After that, the response is a 503.
    pub fn store_timeout(mut self, timeout: Duration) -> Self {
        self.store_timeout = timeout;
        self
    }

    /// What one session may take, in bytes of keys and JSON values and six more for each field: 64 KiB unless said
    /// otherwise. The store refuses what is larger, so several requests at once do not exceed it either.
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// How many sessions one owner may have at once, from 1 to 1000. What happens to one more says
    /// [`when_full`](Self::when_full) (S18).
    ///
    /// Sessions in cookies are counted by the index beside their [`RevocationList`](crate::RevocationList): there, one that its
    /// owner left idle counts until its absolute deadline.
    pub fn max_sessions(mut self, sessions: usize) -> Self
    where
        R: Owned,
    {
        self.max_sessions = Some(sessions);
        self
    }

    /// What a login leads to when its owner has as many sessions as they may: the oldest ends, unless said otherwise.
    pub fn when_full(mut self, when_full: WhenFull) -> Self
    where
        R: Owned,
    {
        self.when_full = when_full;
        self
    }

    /// Where the time comes from: the operating system unless said otherwise.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Who is told what happens to the sessions, beside the log: [`Counters`](crate::observe::Counters), or a type of your own.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// What the [tags](crate::observe::Tag) are made with that sessions have in the log. Servers that are given the same key call a
    /// session the same; without one, each process makes its own. At least 32 bytes, which nobody can guess: with the key, whoever
    /// has an id can find what it did in the log.
    pub fn log_key(mut self, key: impl AsRef<[u8]>) -> Self {
        self.log_key = LogKey::shared(key.as_ref());
        self
    }

    #[cfg(test)]
    pub(crate) fn entropy(mut self, entropy: impl Entropy + 'static) -> Self {
        self.entropy = Arc::new(entropy);
        self
    }

    /// For plain http on a developer's machine: as [`Sessions::development`], with what else is chosen here.
    pub fn development(mut self) -> Self {
        self.cookie.secure = false;
        self.edge.require_https = false;
        self.cookie.name = without_prefix(&self.cookie.name).to_owned();
        self.development = true;
        self
    }

    /// Checks every rule, and binds the store.
    ///
    /// # Errors
    /// [`Error::is_config`], naming every rule that is broken.
    pub fn build(self) -> Result<Sessions<R>, Error> {
        let cookie = CookieWriter::new(&self.cookie)?;
        let edge = self.edge.build(self.cookie.secure)?;
        let lifetimes = Lifetimes { persistent: self.cookie.persistent, ..self.lifetimes };
        check_lifetimes(&lifetimes)?;
        check_renewal(&lifetimes)?;
        let limit = limit(self.max_sessions, self.when_full)?;
        lasting::check::<R>(&lifetimes)?;
        let log_key = self.log_key.map_err(|TooShort| {
            Error::config(format!("a `log_key` has at least {} bytes", LogKey::SHORTEST))
        })?;
        if self.development {
            event::development(R::NAME, &self.cookie.name);
        }
        let place = match self.keeping {
            Kept::Server(store) => Place::Server(store),
            #[cfg(feature = "_keys")]
            Kept::Cookie(recipe) => {
                crate::store::kind::check::<R>(recipe.is_readable())?;
                let entropy = Arc::clone(&self.entropy);
                if lifetimes.renew.is_some() && !recipe.has_list() {
                    let why = "`renew` needs a `RevocationList`: without one, an old cookie stays good until its deadline";
                    return Err(Error::config(why));
                }
                let jar = recipe.jar(&self.cookie.name, &self.cookie.path, R::NAME, entropy);
                Place::Cookie(Arc::new(jar))
            }
        };
        let engine = Engine {
            place,
            store: self.store.into(),
            clock: self.clock,
            entropy: self.entropy,
            purpose: Purpose::of(&self.cookie.name, &self.cookie.path),
            cookie_name: self.cookie.name.as_str().into(),
            cookie: Arc::new(cookie),
            lifetimes,
            edge,
            store_timeout: self.store_timeout,
            max_bytes: self.max_bytes,
            memo: Arc::new(MemoBudget::new(MEMO_BYTES)),
            types: Types::of::<R>(),
            reporter: Reporter::new(R::NAME, log_key, self.observer),
            owners: Owners::of::<R>(limit),
            impersonation: Impersonation::of::<R>(),
            blank: OnceLock::new(),
        };
        if limit.is_some() && !owners::are_kept(&engine) {
            return Err(Error::config(
                "`max_sessions` needs a store on the server, or a list of the cookie sessions that have ended",
            ));
        }
        Ok(Sessions { engine: Arc::new(engine), root: PhantomData })
    }
}

/// As the attribute checks it.
fn limit(max_sessions: Option<usize>, when_full: WhenFull) -> Result<Option<Limit>, Error> {
    match max_sessions {
        Some(sessions) if !(1..=owners::MOST).contains(&sessions) => {
            Err(Error::config("`max_sessions` is a number from 1 to 1000"))
        }
        Some(sessions) => Ok(Some(Limit { sessions, when_full })),
        None => Ok(None),
    }
}

/// The same rules as the attribute's (S42).
fn check_lifetimes(lifetimes: &Lifetimes) -> Result<(), Error> {
    let Lifetimes { idle, absolute, remember, .. } = *lifetimes;
    let longest = remember.map_or(absolute, |remember| remember.max(absolute));
    if idle < Duration::from_secs(1) {
        Err(Error::config(
            "the idle lifetime is shorter than a second: no session would live to its second request",
        ))
    } else if idle > absolute {
        Err(Error::config(
            "the idle lifetime is longer than the absolute one, which would end the session first",
        ))
    } else if remember.is_some_and(|remember| remember < absolute) {
        Err(Error::config("the `remember` lifetime is shorter than the absolute one"))
    } else if longest > Duration::from_secs(MAX_LIFETIME_SECONDS) {
        Err(Error::config("a lifetime is longer than 400 days, the most that browsers keep a cookie"))
    } else {
        Ok(())
    }
}

/// The same rules as the attribute's (S24).
fn check_renewal(lifetimes: &Lifetimes) -> Result<(), Error> {
    let Lifetimes { renew, grace, absolute, .. } = *lifetimes;
    let shortest = grace.saturating_mul(GRACES_IN_A_RENEWAL);
    if grace < Duration::from_secs(1) {
        Err(Error::config(
            "the grace is shorter than a second: requests that were sent together would lose it",
        ))
    } else if grace > Duration::from_secs(LONGEST_GRACE_SECONDS) {
        Err(Error::config("the grace is longer than two minutes, for which a dead id is remembered"))
    } else if renew.is_some_and(|renew| renew < shortest) {
        Err(Error::config(
            "`renew` is shorter than four times the grace: the old id would be good most of the time",
        ))
    } else if renew.is_some_and(|renew| renew >= absolute) {
        Err(Error::config("`renew` is as long as the absolute lifetime, so no id would ever be renewed"))
    } else {
        Ok(())
    }
}
