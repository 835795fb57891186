//! Rocket 0.5: `rocket::build().attach(sessions)`.
//!
//! A handler that takes a session which no fairing provides keeps Rocket from launching.

use std::marker::PhantomData;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rocket::fairing::{Fairing, Info, Kind, Result as Ignited};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::response::{Responder, Result as Responded};
use rocket::{Build, Ignite, Request, Response, Rocket, Sentinel, async_trait};

use super::extracted::{Data, Root};
use super::{Adapter, Entered, Failure as _, Place, Refused, Rejection, enter, extract, leave};
use crate::data::{RootSession, SessionData};
use crate::edge::OverHttps;
use crate::event;
use crate::sessions::Sessions;

struct Rkt<'r>(PhantomData<&'r ()>);

#[rustfmt::skip] // each says one thing, in one line
impl<'r> Adapter for Rkt<'r> {
    type Request = Request<'r>;
    type Response = Response<'r>;
    const FIX: &'static str = "call `.attach(Sessions::<..>::new(store)?)` on the `Rocket`";
    fn method<'h>(request: &'h Request<'r>) -> &'h str { request.method().as_str() }
    fn headers<'h>(request: &'h Request<'r>, name: &str) -> impl Iterator<Item = &'h [u8]> { request.headers().get(name).map(str::as_bytes) }
    fn peer(request: &Request<'r>) -> Option<IpAddr> { request.remote().map(|peer| peer.ip()) }
    fn is_over_https(request: &Request<'r>) -> bool { request.rocket().config().tls_enabled() || local::<OverHttps>(request).is_some() }
    fn place(request: &Request<'r>) -> Option<Place> { local::<Place>(request).clone() }
    fn put(request: &mut Request<'r>, place: Place) { *local(request) = Some(place); }
    fn status(response: &Response<'r>) -> u16 { response.status().code }
    fn lines<'h>(response: &'h Response<'r>, name: &str) -> impl Iterator<Item = &'h [u8]> { response.headers().get(name).map(str::as_bytes) }
    fn append(response: &mut Response<'r>, name: &'static str, value: &str) { response.adjoin_raw_header(name, value.to_owned()); }
    fn remove(response: &mut Response<'r>, name: &'static str) { response.remove_header(name); }
    // where it is found: `Refused::of`
    fn empty(status: u16, _: Option<Refused>) -> Response<'r> { Response::build().status(Status::new(status)).finalize() }
}

/// What the request has of type `T`.
fn local<'a, T: Send + 'static>(request: &'a Request<'_>) -> MutexGuard<'a, Option<T>> {
    // each change of it is one assignment
    request.local_cache(|| Mutex::new(None::<T>)).lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request on its way through the fairing of `R`.
struct Underway<R>(Entered, PhantomData<fn() -> R>);

/// That there is a fairing, left in the managed state.
struct Attached<R>(Sessions<R>);

#[async_trait]
impl<R: RootSession> Fairing for Sessions<R> {
    fn info(&self) -> Info {
        Info { name: "Sessions", kind: Kind::Ignite | Kind::Request | Kind::Response }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> Ignited {
        let is_second = rocket.state::<Attached<R>>().is_some();
        Ok(if is_second { rocket } else { rocket.manage(Attached(self.clone())) })
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut rocket::Data<'_>) {
        let entered = enter::<Rkt<'_>, R>(self, request);
        local(request).get_or_insert(Underway::<R>(entered, PhantomData));
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let underway = local::<Underway<R>>(request).take();
        let Some(Underway(entered, _)) = underway else { return };
        if let Some(target) = local::<Rejection>(request).take().as_ref().and_then(Rejection::location) {
            Rkt::append(response, "location", target);
        }
        if let Some(refused) = leave::<Rkt<'_>>(entered, response).await {
            *local(request) = Some(refused);
        }
    }
}

impl Refused {
    /// Why the response to this request was replaced, for a fairing that is attached after `Sessions`.
    pub fn of(request: &Request<'_>) -> Option<Self> {
        local(request).clone()
    }
}

impl OverHttps {
    /// Says so of this request, in a fairing that is attached before `Sessions`.
    pub fn say(request: &Request<'_>) {
        *local(request) = Some(Self);
    }
}

crate::session_extractors! { #[async_trait] ['r] FromRequest<'r> {
    type Error = Rejection;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Rejection> {
        match extract::<Rkt<'_>, Self>(request).await {
            Ok(extracted) => Outcome::Success(extracted),
            Err(rejection) => {
                *local(request) = rejection.refused();
                *local(request) = Some(rejection.clone());
                Outcome::Error((Status::new(rejection.status()), rejection))
            }
        }
    }
} }

crate::session_extractors! { [] Sentinel {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        let Some(Attached(sessions)) = rocket.state::<Attached<Root<Self>>>() else {
            event::missing_layer(Data::<Self>::NAME, Root::<Self>::NAME, Rkt::FIX);
            return true;
        };
        !sessions.has::<Data<Self>>()
    }
} }

crate::session_failures! { ['r, 'o: 'r] Responder<'r, 'o> {
    // the status' catcher answers
    fn respond_to(self, request: &'r Request<'_>) -> Responded<'o> {
        *local(request) = self.refused();
        Err(Status::new(self.status()))
    }
} }
