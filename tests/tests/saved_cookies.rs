//! A response comes long after its request has saved: what was saved may have ended since (T2).

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;
use std::time::Duration;

use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::{
    EncryptedCookieStore, KeyRing, MemoryStore, RevocationList, SecretKey, Session, Sessions,
    SessionsBuilder, SignedCookieStore, session,
};
use session_tests::{ByHand, Handling};

/// Of plain values: nothing is left to be committed with the response.
#[session(idle = "30m", absolute = "12h")]
struct Plain {
    #[session(owner)]
    user: Option<u32>,
    visits: u32,
}

const HOUR: Duration = Duration::from_secs(3600);

struct World {
    name: &'static str,
    clock: Arc<ManualClock>,
    web: ByHand<Session<Plain>>,
    /// Of a session of somebody.
    cookie: String,
}

impl World {
    async fn new(name: &'static str, builder: SessionsBuilder<Plain>) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_800_000_000_000)));
        let sessions = builder.clock(Arc::clone(&clock)).build().unwrap();
        let web = ByHand::serve(|app| app.layer(sessions.clone())).await;
        let issued = sessions.issue(Plain { user: Some(1), visits: 1 }).await.unwrap();
        Self { name, clock, web, cookie: issued.cookie().to_owned() }
    }

    async fn request(&mut self) -> Handling<Session<Plain>> {
        self.web.handle(&self.cookie).await
    }
}

async fn everywhere() -> Vec<World> {
    let keys = || KeyRing::new(SecretKey::generate().unwrap());
    let list = || RevocationList::new(MemoryStore::new());
    vec![
        World::new("memory", Sessions::builder(MemoryStore::new())).await,
        World::new("signed", Sessions::builder(SignedCookieStore::new(keys(), list()))).await,
        World::new("encrypted", Sessions::builder(EncryptedCookieStore::new(keys(), list()))).await,
    ]
}

#[tokio::test]
async fn t2_a_cookie_of_what_was_logged_out_since_is_not_sent() {
    for mut world in everywhere().await {
        let (slow, other) = (world.request().await, world.request().await);
        slow.given.rotate();
        slow.given.save().await.unwrap();
        // it was there before the new id, and a logout beats that
        other.given.destroy();
        assert!(other.ends().await.removes_cookie(), "{}", world.name);
        let reply = slow.ends().await;
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "{}", world.name);
    }
}

#[tokio::test]
async fn t2_a_cookie_of_what_is_alive_is_sent() {
    for mut world in everywhere().await {
        let slow = world.request().await;
        slow.given.rotate();
        slow.given.save().await.unwrap();
        world.clock.advance(HOUR / 4);
        let reply = slow.ends().await;
        assert!(reply.pair().is_some_and(|pair| pair != world.cookie), "{}", world.name);
    }
}

#[tokio::test]
async fn t2_s21_a_cookie_of_what_reached_its_absolute_deadline_since_is_not_sent() {
    for mut world in everywhere().await {
        let slow = world.request().await;
        slow.given.rotate();
        slow.given.save().await.unwrap();
        world.clock.advance(12 * HOUR);
        let reply = slow.ends().await;
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "{}", world.name);
    }
}

#[tokio::test]
async fn s62_what_a_session_showed_is_private_also_if_it_has_ended_since() {
    for mut world in everywhere().await {
        let (slow, other) = (world.request().await, world.request().await);
        world.clock.advance(HOUR / 4);
        assert_eq!(slow.given.get().user, Some(1));
        other.given.destroy();
        assert!(other.ends().await.removes_cookie(), "{}", world.name);
        // activity is due, and there is nothing left that it could be recorded of
        slow.given.save().await.unwrap();
        let reply = slow.ends().await;
        assert_eq!(reply.value("cache-control"), Some("private"), "{}", world.name);
    }
}
