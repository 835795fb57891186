//! T24: who listens to what happens is told afterwards, so a listener that panics leaves no session alive.

use session_tests::{Browser, Request};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::world::{Kind, World};

/// Panics at the event of this name.
struct Panics(&'static str);

/// Whether the event has the name.
struct Named(&'static str, bool);

impl Visit for Named {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.1 |= field.name() == "event" && value == self.0;
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl Subscriber for Panics {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut named = Named(self.0, false);
        event.record(&mut named);
        assert!(!named.1, "a listener that fails");
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Runs it while `listener` listens on this thread, which is that of the server, too; says whether it panicked.
async fn heard_by(listener: Panics, deed: impl Future<Output = ()> + Send + 'static) -> bool {
    let _listening = tracing::subscriber::set_default(listener);
    tokio::spawn(deed).await.is_err()
}

async fn is_dead(world: &World, browser: &Browser) -> bool {
    world.seen_by(browser).await == "anonymous"
}

#[tokio::test]
async fn t24_a_listener_that_panics_leaves_no_revoked_session_alive() {
    for kind in [Kind::Memory, Kind::Files, Kind::EncryptedCookie] {
        let world = World::new(kind).await;
        let browsers = [world.logged_in("ann", "laptop").await, world.logged_in("ann", "phone").await];
        let sessions = world.sessions.clone();
        let revocation = async move { drop(sessions.revoke_owner(&"ann".to_owned()).await) };
        assert!(heard_by(Panics("revoked"), revocation).await, "{kind:?}: it was told");
        for browser in &browsers {
            assert!(is_dead(&world, browser).await, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn t24_a_listener_that_panics_leaves_no_evicted_session_alive() {
    for kind in [Kind::Memory, Kind::Files, Kind::EncryptedCookie] {
        let world = World::with(kind, |builder| builder.max_sessions(1)).await;
        let laptop = world.logged_in("ann", "laptop").await;
        let sessions = world.sessions.clone();
        let account = || crate::world::Account { user: Some("ann".to_owned()), ..Default::default() };
        let login = async move { drop(sessions.issue(account()).await) };
        assert!(heard_by(Panics("evicted"), login).await, "{kind:?}: it was told");
        assert!(is_dead(&world, &laptop).await, "{kind:?}");
    }
}

#[tokio::test]
async fn t24_a_logout_whose_listener_panics_at_a_late_cookie_has_ended_the_session() {
    for kind in [Kind::Memory, Kind::Files, Kind::EncryptedCookie] {
        let world = World::new(kind).await;
        let mut browser = world.logged_in("ann", "laptop").await;
        let copy = browser.clone();
        browser.post("/act/logout").await;
        let (request, server) = (copy.prepare(Request::get("/")), world.server);
        let late = async move { drop(request.send(server).await) };
        heard_by(Panics("replayed_id"), late).await;
        assert!(is_dead(&world, &copy).await, "{kind:?}");
        assert_eq!(world.labels_of("ann").await, [""; 0], "{kind:?}");
    }
}
