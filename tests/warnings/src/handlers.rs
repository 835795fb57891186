//! Handlers.

use core::fmt::Display;
use core::future::ready;
use core::num::ParseIntError;
use std::rc::Rc;

use session_runtime::{Error, Session, SessionData, Unavailable, with_session};

use crate::sessions::{Cart, Elsewhere, Shop};

/// Writes.
#[with_session]
#[inline]
pub async fn write(session: &mut Shop) {
    session.visits = session.visits.saturating_add(1);
}

/// Reads.
#[with_session]
#[inline]
pub async fn read(session: &Shop) -> impl Display {
    ready(()).await;
    session.visits
}

/// Reads what may not be there.
#[with_session]
#[inline]
#[must_use]
pub async fn optional(session: Option<&Shop>) -> String {
    session.map_or_else(String::new, |shop| shop.r#type.clone())
}

/// Reads what may be out of reach.
///
/// # Errors
/// If the store is out of reach.
#[with_session]
#[inline]
pub async fn attempt(session: Result<&Shop, Unavailable>) -> Result<u32, Unavailable> {
    let shop = session?;
    Ok(shop.visits)
}

/// Fails.
///
/// # Errors
/// If the text is no number.
#[with_session]
#[inline]
pub async fn fallible(session: &mut Shop, text: String) -> Result<String, ParseIntError> {
    session.visits = text.parse()?;
    if session.visits > 9 {
        return Ok(text);
    }
    Ok(session.visits.to_string())
}

/// Fails, and does not say what comes back.
///
/// # Errors
/// If the text is no number.
#[with_session]
#[inline]
pub async fn opaque(session: &Shop, text: &str) -> Result<impl Display + use<>, ParseIntError> {
    let by: u32 = text.parse()?;
    Ok(session.visits.saturating_sub(by))
}

/// Says nothing of what comes back.
#[with_session]
#[inline]
#[must_use]
pub fn hidden(session: &Shop) -> impl Display + use<> {
    session.visits
}

/// For owners only, who is an argument.
#[with_session(require = user, fresh = "5m", or = redirect("/login"))]
#[inline]
pub async fn guarded(session: &mut Shop, user: &u64) -> String {
    session.visits = session.visits.saturating_add(1);
    ready(()).await;
    user.to_string()
}

/// For owners only, and that is all.
#[with_session(require = user)]
#[inline]
pub async fn guarded_unused(#[session] _shop: &Shop) {}

/// For some only, not async, by a keyword.
#[with_session(require = admin, or = 404, activity = false)]
#[inline]
#[must_use]
pub fn guarded_sync(session: &Shop) -> u32 {
    session.visits
}

/// For owners only, of two sessions.
#[with_session(require = shop.user, or = status(403))]
#[inline]
pub async fn guarded_one(#[session] shop: &Shop, #[session] cart: &mut Cart, user: &u64) {
    cart.items.push(format!("{} {user}", shop.visits));
}

/// Not an activity.
///
/// # Errors
/// If the store is out of reach.
#[with_session(activity = false)]
#[inline]
pub async fn background(session: Result<&Shop, Unavailable>) -> Result<u32, Unavailable> {
    let shop = session?;
    Ok(shop.visits)
}

/// Two sessions and a handle.
#[with_session]
#[inline]
pub async fn several(#[session] shop: &Shop, #[session] cart: &mut Cart, session: Session<Shop>) {
    cart.items.push(shop.visits.to_string());
    session.rotate();
}

/// Only says that it wants a session.
#[with_session]
#[inline]
pub async fn unused(_session: u8, #[session] _shop: &Shop, #[session] _cart: &mut Cart) {}

/// Not async.
#[with_session]
#[inline]
pub fn sync(session: &mut Shop, name: &str) -> bool {
    session.notice.set(name.to_owned());
    session.admin
}

/// Not async, and nothing comes back.
#[with_session]
#[inline]
pub fn silent(session: &mut Cart) {
    session.items.clear();
}

/// Not async, and leaves early.
#[with_session]
#[inline]
#[must_use]
pub fn early(session: Option<&Shop>) -> Option<u64> {
    let user = session?.user?;
    if user == 0 {
        return None;
    }
    Some(user)
}

/// Never comes back.
///
/// # Errors
/// Always.
#[with_session]
#[inline]
pub async fn refuses(session: &Shop) -> Result<(), u32> {
    Err(session.visits)
}

/// Any session, and lifetimes.
#[with_session]
#[inline]
pub async fn generic<'text, S, const N: usize>(session: &S, texts: [&'text str; N]) -> Option<&'text str>
where
    S: SessionData,
{
    let size = size_of_val(session);
    texts.get(size).copied()
}

/// A lifetime that is named.
#[with_session]
#[inline]
pub async fn named<'shop>(session: &'shop mut Shop, by: &'shop u32) -> u32 {
    session.visits = *by;
    session.visits
}

/// A lifetime that only sessions have.
#[with_session]
#[inline]
pub async fn together<'request>(#[session] shop: &'request Shop, #[session] cart: &'request mut Cart) {
    cart.items.push(shop.r#type.clone());
}

/// Borrows what cannot be shared.
#[with_session]
#[inline]
#[must_use]
pub fn not_send(session: &Shop, text: &Rc<str>) -> Rc<str> {
    if session.admin { Rc::clone(text) } else { Rc::from("") }
}

/// Checks its token itself.
///
/// # Errors
/// If it is not right.
#[with_session(csrf = form)]
#[inline]
pub async fn by_form(session: &mut Shop, handle: Session<Shop>, token: String) -> Result<(), Error> {
    handle.verify_csrf(&token)?;
    session.visits = session.visits.saturating_add(1);
    Ok(())
}

/// Needs no token.
#[with_session(csrf = false)]
#[inline]
#[must_use]
pub fn exempt(session: Option<&Shop>, _handle: Session<Shop>) -> bool {
    session.is_none()
}

/// Where handlers are methods.
#[derive(Clone, Debug)]
pub struct Handlers {
    prefix: String,
}

#[with_session]
impl Handlers {
    /// Makes one.
    #[must_use]
    #[inline]
    pub const fn new(prefix: String) -> Self {
        Self { prefix }
    }

    /// A method.
    #[inline]
    pub async fn method(&self, session: &mut Shop) -> String {
        session.admin = false;
        self.prefix.clone()
    }

    /// One that is not async.
    #[must_use]
    #[inline]
    pub fn sync<'text>(&'text self, session: &Shop) -> Option<&'text str> {
        session.admin.then_some(&*self.prefix)
    }

    /// One that consumes.
    ///
    /// # Errors
    /// Never.
    #[inline]
    pub async fn consumes(self, session: &Cart) -> Result<String, ParseIntError> {
        Ok(session.items.concat())
    }
}

/// Whose handlers are for owners only.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Guarded(u64);

#[with_session(require = user)]
impl Guarded {
    /// A method.
    #[inline]
    pub async fn method<'text>(&'text self, session: &Shop, user: &'text u64) -> String {
        format!("{}{}{user}", self.0, session.visits)
    }
}

/// Where one method is a handler.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct One;

impl One {
    /// It.
    #[with_session]
    #[inline]
    pub async fn method(self, session: &mut Shop) -> u32 {
        session.visits
    }
}

/// With an adapter of a third party.
#[with_session]
#[inline]
pub async fn elsewhere(session: &mut Elsewhere) {
    session.visits = session.visits.saturating_add(1);
}
