//! Strongly typed web sessions.
//!
//! [`#[session]`](session) turns a struct into a session: plain fields that a handler reads and writes, with the policy declared on
//! the struct. [`#[with_session]`](with_session) hands it to a handler of any framework. What differs when the handler returns is what is
//! written, field by field.
//!
//! ```
//! use axum::{Router, routing::get};
//! use session_runtime::{MemoryStore, Sessions, session, with_session};
//!
//! #[session]
//! struct Counter {
//!     #[session(merge = add)] // two requests at once both count
//!     visits: u32,
//! }
//!
//! #[with_session]
//! async fn count(session: &mut Counter) -> String {
//!     session.visits += 1;
//!     format!("You have visited {} times.", session.visits)
//! }
//!
//! # fn app() -> Result<Router, session_runtime::Error> {
//! let sessions = Sessions::<Counter>::development(MemoryStore::new())?; // `new` in production: https only
//! let app: Router = Router::new().route("/", get(count)).layer(sessions);
//! # Ok(app)
//! # }
//! # app().unwrap();
//! ```
//!
//! # Two requests at once
//!
//! A field that only one of them changed needs nothing. For the others each field can name a policy:
//!
//! ```
//! use std::collections::{BTreeMap, BTreeSet};
//! # use session_runtime::session;
//!
//! #[session]
//! struct Shop {
//!     #[session(merge = add)] // both differences count
//!     visits: u32,
//!     #[session(merge = max)] // the greater value stands; `min`: the lesser
//!     last_order: u64,
//!     #[session(merge = union)] // what each added and removed is added and removed; maps by key
//!     favourites: BTreeSet<u32>,
//!     #[session(merge = append)] // what each appended is there
//!     messages: Vec<String>,
//!     #[session(merge = reject)] // the later request is answered with 409
//!     address: String,
//!     #[session(merge = with(sums))] // a function decides
//!     cart: BTreeMap<u32, u32>,
//!     theme: String, // the later write stands
//! }
//!
//! /// What both put into the cart is in it: theirs, and the difference that this request made.
//! fn sums(base: &BTreeMap<u32, u32>, theirs: &BTreeMap<u32, u32>, ours: &BTreeMap<u32, u32>) -> BTreeMap<u32, u32> {
//!     let mut cart = theirs.clone();
//!     for (article, count) in ours {
//!         let more = count.saturating_sub(*base.get(article).unwrap_or(&0));
//!         *cart.entry(*article).or_default() += more;
//!     }
//!     cart
//! }
//! # let cart = |counts: &[(u32, u32)]| counts.iter().copied().collect();
//! # assert_eq!(sums(&cart(&[(7, 1)]), &cart(&[(7, 2)]), &cart(&[(7, 3), (8, 1)])), cart(&[(7, 4), (8, 1)]));
//! ```
//!
//! # Who may come in
//!
//! A handler can ask for a field that is set, and for a recent login. A request without is answered before the handler
//! runs, and before its body is read; all of it is told at [`#[with_session]`](with_session):
//!
//! ```
//! use session_runtime::{Session, session, with_session};
//!
//! #[session]
//! struct Shop {
//!     #[session(owner)]
//!     user: Option<String>,
//!     #[session(privileged)]
//!     admin: bool,
//!     email: String,
//! }
//!
//! // `user` is the value in the `Option`
//! #[with_session(require = user, or = redirect("/login"))]
//! async fn account(session: &Shop, user: &str) -> String {
//!     format!("{user} <{}>", session.email)
//! }
//!
//! // only within five minutes of a login, or of a password typed once more
//! #[with_session(require = user, fresh = "5m", or = redirect("/confirm"))]
//! async fn change_email(session: &mut Shop, email: String) {
//!     session.email = email;
//! }
//!
//! #[with_session(require = user)]
//! async fn confirm(session: &Shop, handle: Session<Shop>, password: String) {
//!     # let is_right = |_: String| session.admin;
//!     if is_right(password) {
//!         handle.authenticated();
//!     }
//! }
//!
//! // whoever is no admin does not learn that there is such a page
//! #[with_session(require = admin, or = 404)]
//! async fn users(session: &Shop) -> &'static str {
//!     "ann, bob"
//! }
//!
//! // asked every minute by a script: nobody stays logged in by it
//! #[with_session(activity = false)]
//! async fn unread(session: Option<&Shop>) -> String {
//!     session.map_or(0, |shop| shop.email.len()).to_string()
//! }
//! # use axum::{Router, routing::{get, post}};
//! # let _: Router = Router::new().route("/account", get(account)).route("/email", post(change_email))
//! #     .route("/confirm", post(confirm)).route("/users", get(users)).route("/unread", get(unread));
//! ```
//!
//! # Promises
//!
//! 1. two requests on one session never silently lose each other's changes: only changed fields are written, and a field that
//!    both changed follows its declared policy (the later write, if none is declared);
//! 2. a session that was logged out, rotated away or has expired never comes back, whatever is still in flight;
//! 3. policy is declared on the struct and enforced by the compiler and the runtime, not left to the handler's memory.
//!
//! Numbers such as `S21` or `T2` in these pages name a requirement or an attack; the tests that prove it carry the same number.

// a build without any framework's adapter, or without cookie stores, has nobody who asks for what they share
#![cfg_attr(
    not(all(feature = "axum", feature = "signed-cookie", feature = "encrypted-cookie")),
    allow(dead_code)
)]

pub mod adapter;
mod changes;
pub mod clock;
mod codec;
mod commit;
mod cookie;
mod data;
mod edge;
#[cfg(feature = "emmett")]
pub mod emmett;
mod engine;
mod error;
mod event;
mod field;
mod impersonation;
#[cfg(feature = "signed-cookie")]
pub mod jwt;
#[cfg(feature = "_keys")]
mod keys;
#[cfg(feature = "_mac")]
mod mac;
#[cfg(doc)]
#[doc = include_str!("../MISTAKES.md")]
pub mod mistakes {}
pub mod observe;
mod owners;
mod record;
mod schema;
mod seal;
mod session;
mod sessions;
pub mod store;
#[cfg(test)]
#[cfg(feature = "_mac")]
#[allow(dead_code, reason = "the tests of each feature need a part of it")]
mod testing;
mod token;
mod unique;

#[cfg(all(unix, feature = "_fuzzing"))]
#[doc(hidden)]
#[path = "fuzzing.rs"]
pub mod __fuzzing;
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

#[cfg(feature = "axum")]
pub use adapter::axum::SessionFuture;
pub use adapter::{Refused, Rejection};
pub use cookie::rules::SameSite;
pub use data::{Impersonates, Owned, OwnerOf, Remembers, RootSession, SessionData};
pub use edge::{CsrfToken, OverHttps, Peer, SiteData};
pub use error::{Error, Unavailable};
pub use field::{
    Addable, Appendable, Expiring, Extra, ExtraError, Flash, LabelValue, Ordered, OwnerValue, Secret,
    SessionField, Unitable,
};
pub use impersonation::{CannotImpersonate, Impersonator};
#[cfg(feature = "_keys")]
pub use keys::{KeyError, KeyLiteral, KeyRing, SecretKey};
pub use owners::{BadHandle, OwnedSession, SessionHandle, WhenFull};
pub use schema::{Migration, MigrationError};
pub use session::{Attempt, Session, WithoutCsrf};
pub use sessions::{Issued, PolicySummary, Sessions, SessionsBuilder};
#[cfg(feature = "encrypted-cookie")]
pub use store::EncryptedCookieStore;
#[cfg(unix)]
pub use store::FileStore;
#[cfg(feature = "redis")]
pub use store::RedisStore;
#[cfg(feature = "signed-cookie")]
pub use store::SignedCookieStore;
pub use store::{MemoryStore, RevocationList};
pub use token::Token;

#[doc(inline)]
pub use session_macros::{session, with_session};
