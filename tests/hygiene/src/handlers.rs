//! Handlers with every kind of argument, in every place.

use ::axum::Json;
use ::axum::extract::Path;
use ::renamed_runtime::{Unavailable, with_session};

use crate::sessions::{Cart, Plain, Shop};

shadow_all!();
shadow_methods! { admitted attempt borrow clone edit finish from held into into_future optional read take to_owned value }

/// Writes.
#[with_session(crate = ::renamed_runtime)]
pub async fn visit(session: &mut Plain, Path(by): Path<u32>) -> ::std::string::String {
    session.visits += by;
    ::core::future::ready(()).await;
    ::std::string::ToString::to_string(&session.visits)
}

/// Reads.
#[with_session(crate = ::renamed_runtime)]
pub async fn read(session: &Plain) -> impl ::axum::response::IntoResponse {
    Json(session.visits)
}

/// Leaves early.
#[with_session(crate = ::renamed_runtime)]
pub async fn write(
    session: &mut Shop,
    self_: &u32,
    changes: ::std::string::String,
) -> ::core::result::Result<u32, ::core::num::ParseIntError> {
    session.self_ = changes.parse::<u32>()?;
    session.session += self_;
    if session.value {
        return ::core::result::Result::Ok(0);
    }
    ::core::result::Result::Ok(session.session)
}

/// Perhaps there.
#[with_session(crate = ::renamed_runtime)]
pub async fn optional(session: ::core::option::Option<&Shop>) -> ::core::option::Option<u8> {
    session?.r#type
}

/// Perhaps out of reach.
#[with_session(crate = ::renamed_runtime)]
pub async fn attempt(session: ::core::result::Result<&Shop, Unavailable>) -> u32 {
    match session {
        ::core::result::Result::Ok(shop) => shop.self_,
        ::core::result::Result::Err(_) => 0,
    }
}

/// Two of them and a handle.
#[with_session(crate = ::renamed_runtime)]
pub async fn several(
    #[session] r#type: &Shop,
    #[session] cart: &mut Cart,
    session: ::renamed_runtime::Session<Shop>,
) {
    cart.output.push(::std::string::ToString::to_string(&r#type.session));
    session.destroy();
}

/// Not async.
#[with_session(crate = ::renamed_runtime)]
pub fn sync(session: &Shop, by: ::core::option::Option<u32>) -> ::core::option::Option<u32> {
    let by = by?;
    session.session.checked_sub(by)
}

/// Any session.
#[with_session(crate = ::renamed_runtime)]
pub async fn generic<'a, S: ::renamed_runtime::SessionData>(
    session: &'a S,
    text: &'a str,
) -> (usize, &'a str) {
    (::core::mem::size_of_val(session), text)
}

/// Where handlers are methods.
pub struct Handlers;

impl Handlers {
    /// One method.
    #[with_session(crate = ::renamed_runtime)]
    pub async fn method(&self, session: &mut Shop) -> bool {
        session.value = !session.value;
        session.value
    }
}

#[with_session(crate = ::renamed_runtime)]
impl Handlers {
    /// One of several.
    pub async fn first(self, session: &Shop) -> u32 {
        session.session + Self::second(session)
    }

    /// Not a handler.
    pub fn second(shop: &Shop) -> u32 {
        shop.self_
    }

    /// Not async.
    pub fn third(session: &mut Shop) {
        session.changes.clear();
    }
}

/// For some only.
#[with_session(crate = ::renamed_runtime, require = r#type, fresh = "5m", or = redirect("/login"))]
pub async fn guarded(session: &mut Shop, on: bool, r#type: &u8) -> u32 {
    session.value = on;
    ::core::future::ready(()).await;
    session.session + ::core::convert::Into::<u32>::into(*r#type)
}

/// For some only, and not async.
#[with_session(crate = ::renamed_runtime, require = value, or = status(404), activity = false)]
pub fn guarded_sync(session: &Shop) -> u32 {
    session.self_
}

#[with_session(crate = ::renamed_runtime, require = value)]
impl Handlers {
    /// For some only.
    pub async fn guarded(&self, session: &Shop) -> u32 {
        session.self_
    }
}

/// Not an activity.
#[with_session(crate = ::renamed_runtime, activity = false)]
pub async fn background(
    session: ::core::result::Result<&Shop, Unavailable>,
    #[session] cart: ::core::option::Option<&Cart>,
) -> bool {
    session.is_ok() && cart.is_none()
}

/// Checks its token itself, and has handles.
#[with_session(crate = ::renamed_runtime, csrf = form)]
pub async fn by_form(
    session: &mut Shop,
    handle: ::renamed_runtime::Session<Shop>,
    _: ::renamed_runtime::Session<Cart>,
    token: ::std::string::String,
) -> ::core::result::Result<(), ::renamed_runtime::Error> {
    handle.verify_csrf(&token)?;
    session.changes.push(token);
    ::core::result::Result::Ok(())
}

/// Needs no token, and is not async.
#[with_session(crate = ::renamed_runtime, csrf = false)]
pub fn exempt(
    session: ::core::result::Result<&Shop, Unavailable>,
    mut handle: ::renamed_runtime::Session<Plain>,
) -> bool {
    handle = ::core::convert::identity(handle);
    session.is_ok() && handle.exists()
}

macro_rules! handler {
    ($name:ident($argument:ident: $ty:ty) -> $returns:ty $body:block) => {
        /// Made by a macro of the user.
        #[with_session(crate = ::renamed_runtime)]
        pub async fn $name(#[session] $argument: $ty) -> $returns $body
    };
}

handler!(declared(plain: &mut Plain) -> u32 {
    plain.visits += 1;
    plain.visits
});

/// With an adapter of a third party.
#[with_session(crate = ::renamed_runtime)]
pub async fn elsewhere(session: &mut crate::sessions::Elsewhere) {
    session.visits += 1;
}
