//! The signed format: a JWT with HS256 (RFC 7515, RFC 7519). The client can read it.
//!
//! ```text
//! {"alg":"HS256","kid":"…","typ":"JWT"}
//! {"exp":…,"iat":…,"nbf":…,"jti":"…","session":{"created":…,…,"fields":{…}}}
//! ```
//!
//! The header is compared with the texts that the keys of the ring have, and never decoded: it chooses a key and nothing else,
//! so there is no algorithm to choose and none to strip (S53, T11). The tag is checked before anything is decoded (S52).
//! A field of the application lies two levels down, so one called `exp` is a field (PA-35).
//!
//! There is no version in the header; the key is derived for this format and its version, so that a token of another format
//! has another key's tag (T37).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::{LEEWAY, MAX_TEXT, Opened, Scope, Sealer, Shut, is_alive};
use crate::clock::Timestamp;
use crate::jwt::compact::{self, Unverified};
use crate::keys::{KeyRing, SecretKey};
use crate::mac::MacKey;
use crate::record::json::JsonFields;
use crate::record::{Meta, Record};
use crate::token::NoEntropy;

/// What the keys of this format are derived for.
const PURPOSE: &str = "signed cookie 1";

pub(super) struct Signed {
    writes: Key,
    reads: Vec<Key>,
}

/// One key of the ring in this scope.
#[derive(Clone)]
struct Key {
    /// The encoded header of the tokens under it.
    header: String,
    mac: MacKey,
}

impl Key {
    fn new(key: &SecretKey, scope: &Scope<'_>) -> Self {
        let kid = URL_SAFE_NO_PAD.encode(key.id().0);
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"HS256","kid":"{kid}","typ":"JWT"}}"#));
        Self { header, mac: MacKey::new(&*key.derive(PURPOSE, &scope.parts())) }
    }
}

impl Signed {
    pub(super) fn new(keys: &KeyRing, scope: &Scope<'_>) -> Self {
        let key = |key| Key::new(key, scope);
        Self { writes: key(keys.first()), reads: keys.others().map(key).collect() }
    }
}

impl Sealer for Signed {
    fn seal(&self, id: &[u8; 32], record: &Record) -> Result<String, NoEntropy> {
        // only a value that is no JSON could fail, and those are left out
        let claims = serde_json::to_vec(&Claims::of(id, record)).unwrap_or_default();
        Ok(compact::write(&self.writes.header, &claims, &self.writes.mac))
    }

    fn examine(&self, text: &[u8], now: Timestamp) -> Result<Opened, Shut> {
        let (opened, valid_at) = self.opened(text, now).ok_or(Shut::Forged)?;
        let is_valid = valid_at && is_alive(opened.record.meta(), now);
        opened.if_valid(is_valid)
    }

    fn could_be(&self, text: &[u8]) -> bool {
        self.unverified(text).is_some()
    }
}

impl Signed {
    /// What is in a token of ours, and whether its registered claims say that it is valid now.
    fn opened(&self, text: &[u8], now: Timestamp) -> Option<(Opened, bool)> {
        let token = self.unverified(text)?;
        let is_named = |key: &Key| key.header.as_bytes() == token.header();
        let (key, stale) = if is_named(&self.writes) {
            (&self.writes, false)
        } else {
            (self.reads.iter().find(|key| is_named(key))?, true)
        };
        let payload = token.verify(&key.mac)?.payload()?;
        let claims: Claims<'_> = serde_json::from_slice(&payload).ok()?;
        let is_valid = claims.is_valid(now);
        let (id, record) = claims.into_parts()?;
        Some((Opened { id, record, stale }, is_valid))
    }

    fn unverified<'a>(&self, text: &'a [u8]) -> Option<Unverified<'a>> {
        let token = Unverified::split(text.get(..text.len().min(MAX_TEXT + 1))?)?;
        // the headers of all keys have one length
        (text.len() <= MAX_TEXT && token.header().len() == self.writes.header.len()).then_some(token)
    }
}

/// The registered claims (RFC 7519, 4.1), for any JWT library, and ours. Times of the former in seconds.
#[derive(Serialize, Deserialize)]
struct Claims<'a> {
    /// The deadline, rounded up. The exact one follows from `session`.
    exp: u64,
    /// The last recorded activity.
    iat: u64,
    /// The session's beginning.
    nbf: u64,
    /// The session's id.
    jti: String,
    #[serde(borrow)]
    session: Session<'a>,
}

/// Times in milliseconds.
#[derive(Serialize, Deserialize)]
struct Session<'a> {
    created: u64,
    /// Not there if the session still has the id that it was created with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issued: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authenticated: Option<u64>,
    last_seen: u64,
    idle: u64,
    expires: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    remembered: bool,
    /// JSON in a string, so that it comes back as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<Box<str>>,
    /// Passed over by software that knows of no versions.
    #[serde(default, skip_serializing_if = "is_undeclared")]
    schema: u32,
    #[serde(borrow)]
    fields: JsonFields<'a>,
}

// serde hands over a reference
#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_undeclared(schema: &u32) -> bool {
    *schema == 0
}

impl<'a> Claims<'a> {
    fn of(id: &[u8; 32], record: &'a Record) -> Self {
        let meta = record.meta();
        Self {
            exp: meta.deadline().as_millis().div_ceil(1000),
            iat: meta.last_seen.as_millis() / 1000,
            nbf: meta.created.as_millis() / 1000,
            jti: URL_SAFE_NO_PAD.encode(id),
            session: Session {
                created: meta.created.as_millis(),
                issued: (meta.issued != meta.created).then(|| meta.issued.as_millis()),
                authenticated: meta.authenticated.map(Timestamp::as_millis),
                last_seen: meta.last_seen.as_millis(),
                idle: u64::try_from(meta.idle.as_millis()).unwrap_or(u64::MAX),
                expires: meta.expires.as_millis(),
                remembered: meta.remembered,
                owner: meta.owner.clone(),
                schema: meta.schema,
                fields: JsonFields::of_valid(record.fields()),
            },
        }
    }

    /// Whether the registered claims say that the token is valid now (RFC 7519, 4.1.4 to 4.1.6).
    fn is_valid(&self, now: Timestamp) -> bool {
        let at = |seconds: u64| Timestamp::from_millis(seconds.saturating_mul(1000));
        let begun = now.after(LEEWAY);
        at(self.iat) <= begun && at(self.nbf) <= begun && now < at(self.exp)
    }

    fn into_parts(self) -> Option<([u8; 32], Record)> {
        let id = URL_SAFE_NO_PAD.decode(self.jti).ok()?.try_into().ok()?;
        let session = self.session;
        let time = Timestamp::from_millis;
        let idle = Duration::from_millis(session.idle);
        let mut meta = Meta::new(time(session.created), idle, time(session.expires));
        meta.issued = session.issued.map_or(meta.created, time);
        meta.authenticated = session.authenticated.map(time);
        meta.last_seen = time(session.last_seen);
        meta.remembered = session.remembered;
        meta.owner = session.owner;
        meta.schema = session.schema;
        Some((id, Record::new(meta, session.fields.to_fields())))
    }
}
