//! One configured session type at run time: store, cookie, lifetimes, clock. Shared by all requests.

use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::codec;
use crate::commit::plan::Lifetimes;
use crate::cookie::read::Value;
use crate::cookie::write::CookieWriter;
use crate::data::{Field, Role, RootSession, SessionData, has_notice, is_shareable};
use crate::edge::Edge;
use crate::error::StoreError;
use crate::field::Claims;
use crate::impersonation::Impersonation;
use crate::observe::Reporter;
use crate::owners::Owners;
use crate::record::{MemoBudget, Record};
use crate::schema::Schema;
use crate::sessions::described;
use crate::store::{DynStore, Jar};
use crate::token::{Entropy, Purpose, Token};

/// How long a dead id is remembered: longer than a request waits between being sent and being loaded, so that a request
/// sent before a login or a logout is still known as one of the old session.
pub(crate) const TOMBSTONE: Duration = Duration::from_secs(120);

/// What does not vary with the session's type.
#[derive(Clone)]
pub(crate) struct Engine {
    pub(crate) place: Place,
    /// What people call the store.
    pub(crate) store: Arc<str>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) purpose: Purpose,
    pub(crate) cookie_name: Arc<str>,
    pub(crate) cookie: Arc<CookieWriter>,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) edge: Edge,
    pub(crate) store_timeout: Duration,
    pub(crate) max_bytes: usize,
    pub(crate) memo: Arc<MemoBudget>,
    pub(crate) types: Types,
    pub(crate) reporter: Reporter,
    /// `None` for sessions without an `owner` field.
    pub(crate) owners: Option<Owners>,
    /// `None` for sessions without an `impersonator` field.
    pub(crate) impersonation: Option<Impersonation>,
    /// The root's value where there is no session, made once.
    pub(crate) blank: OnceLock<Arc<dyn Any + Send + Sync>>,
}

/// Where the sessions are kept.
#[derive(Clone)]
pub(crate) enum Place {
    /// In a store on the server; the cookie holds an id.
    Server(Arc<dyn DynStore>),
    /// In the cookie itself.
    Cookie(Arc<Jar>),
}

impl Place {
    /// The cookies, if the sessions are kept there.
    pub(crate) fn jar(&self) -> Option<&Jar> {
        match self {
            Self::Server(_) => None,
            Self::Cookie(jar) => Some(jar),
        }
    }
}

/// The types that live in one record.
#[derive(Clone)]
pub(crate) struct Types {
    pub(crate) root: &'static str,
    sections: Vec<TypeId>,
    pub(crate) claims: Arc<Claims>,
    /// Keys of `keep` fields, of every type.
    pub(crate) keep: Arc<[Cow<'static, str>]>,
    /// The root's version, which is the record's: sections have none of their own.
    pub(crate) schema: Schema,
    /// What is declared on the fields of each type, for people.
    pub(crate) described: Vec<String>,
}

impl Types {
    pub(crate) fn of<R: RootSession>() -> Self {
        let stored = R::FIELDS.iter().filter(|field| field.role.is_stored());
        let keys = stored.flat_map(Field::keys).collect();
        Self {
            root: R::NAME,
            sections: Vec::new(),
            claims: Arc::new(Claims { keys, sections: Vec::new() }),
            keep: kept::<R>().collect(),
            schema: Schema::of::<R>(),
            described: vec![described::<R>()],
        }
    }

    /// Adds a section, unless its name is taken; then returns that name.
    pub(crate) fn add<S: SessionData>(&mut self) -> Result<(), &'static str> {
        let name = S::SECTION.unwrap_or(S::NAME);
        if self.claims.sections.contains(&name) {
            return Err(name);
        }
        let Claims { keys, sections } = &*self.claims;
        let sections = sections.iter().copied().chain([name]).collect();
        self.claims = Arc::new(Claims { keys: keys.clone(), sections });
        self.keep = self.keep.iter().cloned().chain(kept::<S>()).collect();
        self.sections.push(TypeId::of::<S>());
        self.described.push(described::<S>());
        Ok(())
    }

    /// Whether values of type `S` live in this record.
    pub(crate) fn has<S: SessionData>(&self) -> bool {
        S::SECTION.is_none() || self.sections.contains(&TypeId::of::<S>())
    }
}

fn kept<S: SessionData>() -> impl Iterator<Item = Cow<'static, str>> {
    let kept = S::FIELDS.iter().filter(|field| field.role == Role::Keep);
    kept.flat_map(Field::keys).map(Cow::Borrowed)
}

impl Engine {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether somebody else than the owner that its fields name is behind the session of this record.
    pub(crate) fn is_impersonated(&self, record: &Record) -> bool {
        self.impersonation.as_ref().is_some_and(|impersonation| impersonation.is_on(record))
    }

    /// What a cookie's text is, if it is well formed.
    pub(crate) fn read(&self, text: &[u8]) -> Option<Value> {
        match &self.place {
            Place::Server(_) => Token::parse(text).map(Value::Id),
            Place::Cookie(jar) => jar.could_be(text).then(|| Value::Sealed(text.into())),
        }
    }

    /// The value of type `S` where there is no session.
    pub(crate) fn blank<S: SessionData>(&self) -> Arc<S> {
        let new = || Arc::new(codec::blank::<S>(&self.types.claims));
        // what reading changes in a message is one request's own
        if S::SECTION.is_some() || has_notice::<S>() || !is_shareable::<S>() {
            return new();
        }
        let shared = self.blank.get_or_init(|| new() as _);
        Arc::clone(shared).downcast().unwrap_or_else(|_| new())
    }

    /// Waits for the store, but not for ever (S68).
    pub(crate) async fn ask<T>(
        &self,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let mut answer = pin!(answer);
        // most answers of a store in memory are there at once: then no timer is made
        if let Poll::Ready(answer) = poll_fn(|cx| Poll::Ready(answer.as_mut().poll(cx))).await {
            return answer;
        }
        // on the heap, so that the futures of those who never wait stay small
        match Box::pin(tokio::time::timeout(self.store_timeout, answer)).await {
            Ok(answer) => answer,
            Err(elapsed) => Err(StoreError::unavailable(elapsed)),
        }
    }
}
