//! What `#[session]` generates for a struct: its fields, and the policy declared on it.

use std::any::Any;
use std::time::Duration;

use crate::cookie::rules::{
    DEFAULT_ABSOLUTE_SECONDS, DEFAULT_GRACE_SECONDS, DEFAULT_IDLE_SECONDS, DEFAULT_NAME, DEFAULT_PATH,
    SameSite,
};
use crate::field::{Access, LabelValue, OwnerValue};
use crate::owners::WhenFull;
use crate::schema::Migrates;
use crate::session::gate::{Gate, Guarded};
use crate::session::{Attempt, Session};

/// A struct that `#[session]` was written on. Not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session type",
    label = "a session type is a struct with `#[session]` on it",
    note = "write `#[session]` above `struct {Self}`"
)]
pub trait SessionData: Default + Send + Sync + Sized + 'static {
    /// The session whose record, cookie and lifetimes this type uses: itself, or the type named by `within`.
    type Root: RootSession;

    /// What a framework extracts for `#[with_session]`.
    #[doc(hidden)]
    type Extractor: Into<Session<Self>>;

    /// What a framework extracts for `Result<&T, Unavailable>`.
    #[doc(hidden)]
    type Attempt: Into<Attempt<Self>>;

    /// What a framework extracts for a handler with the guard `G`.
    #[doc(hidden)]
    type Guarded<G: Gate<Self>>: Into<Guarded<Self, G>>;

    /// The type's name, for logs.
    #[doc(hidden)]
    const NAME: &'static str;

    /// The name that goes before the keys of a section.
    #[doc(hidden)]
    const SECTION: Option<&'static str>;

    /// The fields in the order of the struct.
    #[doc(hidden)]
    const FIELDS: &'static [Field<Self>];

    /// A copy of the value.
    #[doc(hidden)]
    #[must_use]
    fn duplicate(&self) -> Self {
        let mut copy = Self::default();
        for field in Self::FIELDS {
            field.access.copy(self, &mut copy);
        }
        copy
    }
}

/// A session type that declares cookie, lifetimes and owner: one without `within`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session of its own",
    label = "expected a struct with `#[session]`, without `within`",
    note = "`within` names the session that this struct is a part of"
)]
pub trait RootSession: SessionData<Root = Self> {
    /// What was declared in `#[session(..)]`.
    #[doc(hidden)]
    const POLICY: Policy;
}

/// A session type with a declared longer lifetime.
#[diagnostic::on_unimplemented(
    message = "`{Self}` declares no longer lifetime",
    label = "`remember` and `forget` choose between declared lifetimes",
    note = "declare one: `#[session(remember = \"30d\")]`"
)]
pub trait Remembers: RootSession {}

/// A session type with an `owner` field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `owner` field",
    label = "whose sessions these are is said by a field",
    note = "mark it: `#[session(owner)] user: Option<UserId>`"
)]
pub trait Owned: RootSession {
    /// The type of the field.
    type Field: OwnerValue;
}

/// A session type with an `impersonator` field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `impersonator` field",
    label = "who is behind an impersonation is said by a field",
    note = "declare one: `#[session(impersonator)] admin: Option<Impersonator<UserId>>`"
)]
pub trait Impersonates: Owned {}

/// Who owns sessions of type `R`: `UserId` where the field is an `Option<UserId>`.
pub type OwnerOf<R> = <<R as Owned>::Field as OwnerValue>::Owner;

/// The policy declared on a struct; [`SessionsBuilder`](crate::SessionsBuilder) can override parts of it.
// each is one attribute of a cookie, or one rule for its requests
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct Policy {
    pub cookie: &'static str,
    pub idle: Duration,
    pub absolute: Duration,
    pub remember: Option<Duration>,
    pub renew: Option<Duration>,
    pub grace: Duration,
    pub same_site: SameSite,
    pub path: &'static str,
    pub domain: Option<&'static str>,
    pub secure: bool,
    pub http_only: bool,
    pub partitioned: bool,
    pub persistent: bool,
    pub csrf: bool,
    pub require_https: bool,
    /// 0 where none is declared.
    pub version: u32,
    pub migrate: Option<&'static dyn Migrates>,
    pub max_sessions: Option<usize>,
    pub when_full: WhenFull,
}

impl Policy {
    /// What holds where nothing is declared (S5, S31, S34–S36, S45; idle and absolute within ASVS 7.3 for low risk).
    pub const DEFAULT: Self = Self {
        cookie: DEFAULT_NAME,
        idle: Duration::from_secs(DEFAULT_IDLE_SECONDS),
        absolute: Duration::from_secs(DEFAULT_ABSOLUTE_SECONDS),
        remember: None,
        renew: None,
        grace: Duration::from_secs(DEFAULT_GRACE_SECONDS),
        same_site: SameSite::Lax,
        path: DEFAULT_PATH,
        domain: None,
        secure: true,
        http_only: true,
        partitioned: false,
        persistent: false,
        csrf: false,
        require_https: false,
        version: 0,
        migrate: None,
        max_sessions: None,
        when_full: WhenFull::EvictOldest,
    };
}

/// One field of the struct `S`: its key and what is declared about it.
#[doc(hidden)]
pub struct Field<S: 'static> {
    pub(crate) key: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) role: Role,
    /// How long its value lasts; `None`: as long as the session.
    pub(crate) ttl: Option<Duration>,
    pub(crate) access: &'static dyn Access<S>,
    /// What the struct calls it, as a guard names it.
    pub(crate) name: &'static str,
    /// Whether it says to its owner which session this is.
    pub(crate) is_label: bool,
    /// What it holds, as a guard asks for it: the value of an `Option`, `true`, or nothing.
    pub(crate) held: fn(&S) -> Option<&dyn Any>,
}

/// What a field is to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Plain,
    /// Survives a change of owner.
    Keep,
    /// A change rotates the id.
    Privileged,
    /// Whose session this is.
    Owner,
    /// Who is behind an impersonation. No handler sets it.
    Impersonator,
    /// Lives for one request.
    Skipped,
    /// Holds the keys that nothing else claims.
    Extra,
}

impl Role {
    /// Whether being set is a privilege, so that losing it must not be undone by anything.
    pub(crate) const fn is_privilege(self) -> bool {
        matches!(self, Self::Privileged | Self::Owner | Self::Impersonator)
    }

    pub(crate) const fn is_stored(self) -> bool {
        !matches!(self, Self::Skipped | Self::Extra)
    }
}

impl<S> Field<S> {
    /// The keys under which it may be stored, the present one first.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static str> + use<S> {
        std::iter::once(self.key).chain(self.aliases.iter().copied())
    }

    /// A field that is stored under `key`.
    pub const fn new(key: &'static str, access: &'static dyn Access<S>) -> Self {
        Self {
            key,
            aliases: &[],
            role: Role::Plain,
            ttl: None,
            access,
            name: "",
            is_label: false,
            held: |_| None,
        }
    }

    /// A field that is never stored.
    pub const fn skipped(access: &'static dyn Access<S>) -> Self {
        Self { role: Role::Skipped, ..Self::new("", access) }
    }

    /// The field that holds every other key.
    pub const fn extra(access: &'static dyn Access<S>) -> Self {
        Self { role: Role::Extra, ..Self::new("", access) }
    }

    /// What it is called, and what it holds.
    #[must_use]
    pub const fn called(mut self, name: &'static str, held: fn(&S) -> Option<&dyn Any>) -> Self {
        self.name = name;
        self.held = held;
        self
    }

    /// Keys under which earlier versions stored the field.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// `ttl`, of a field whose access is a [`Timed`](crate::field::Timed) one.
    #[must_use]
    pub const fn ttl(mut self, seconds: u64) -> Self {
        self.ttl = Some(Duration::from_secs(seconds));
        self
    }

    /// `label`, of a field of this type.
    #[must_use]
    pub const fn label<T: LabelValue>(mut self) -> Self {
        self.is_label = true;
        self
    }

    /// `keep`.
    #[must_use]
    pub const fn keep(mut self) -> Self {
        self.role = Role::Keep;
        self
    }

    /// `privileged`.
    #[must_use]
    pub const fn privileged(mut self) -> Self {
        self.role = Role::Privileged;
        self
    }

    /// `owner`.
    #[must_use]
    pub const fn owner(mut self) -> Self {
        self.role = Role::Owner;
        self
    }

    /// `impersonator`, of a field whose access is a [`Marked`](crate::field::Marked) one.
    #[must_use]
    pub const fn impersonator(mut self) -> Self {
        self.role = Role::Impersonator;
        self
    }
}

/// Whether reading a value of type `S` can change it: a message carries the mark that it was shown.
pub(crate) fn has_notice<S: SessionData>() -> bool {
    S::FIELDS.iter().any(|field| field.access.is_notice())
}

/// Whether requests may share a decoded value of type `S`. A `skip` field is one request's own, whatever its type allows
/// through `&`; `extra` knows the claims of one configuration.
pub(crate) fn is_shareable<S: SessionData>() -> bool {
    S::FIELDS.iter().all(|field| field.role.is_stored())
}
