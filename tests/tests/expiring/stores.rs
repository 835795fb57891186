//! Deadlines outlive a restart, encryption, and the way through a browser.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::store::{EncryptedCookieStore, RevocationList, SignedCookieStore};
use session_runtime::{
    Expiring, KeyRing, MemoryStore, SecretKey, Sessions, SessionsBuilder, session, with_session,
};
use session_tests::{Browser, serve};

use crate::world::{MINUTE, START, TICK};

#[session]
struct Booking {
    #[session(ttl = "5m")]
    seat: Expiring<u32>,
    note: String,
}

#[with_session]
async fn show(session: &Booking) -> String {
    session.seat.get().map_or("-".to_owned(), u32::to_string)
}

#[with_session]
async fn book(session: &mut Booking) {
    session.seat.set(7);
}

#[with_session]
async fn note(session: &mut Booking) {
    session.note.push('x');
}

/// A server on `builder`, whose clock is the test's.
async fn served(builder: SessionsBuilder<Booking>, clock: &Arc<ManualClock>) -> Browser {
    let sessions = builder.clock(Arc::clone(clock)).build().unwrap();
    let app = Router::new()
        .route("/", get(show))
        .route("/book", post(book))
        .route("/note", post(note))
        .layer(sessions);
    Browser::new(serve(app).await)
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Timestamp::from_millis(START)))
}

#[cfg(unix)]
#[tokio::test]
async fn a_restart_on_the_file_store_keeps_deadlines() {
    use session_runtime::store::{Durability, FileStore};
    use session_tests::Folder;

    let folder = Folder::new();
    let open = || {
        let store = FileStore::builder(&folder.0).durability(Durability::Process).open().unwrap();
        Sessions::<Booking>::builder(store)
    };
    let clock = clock();
    let mut before = served(open(), &clock).await;
    before.post("/book").await;
    for (advance, seat) in [(5 * MINUTE - TICK, "7"), (TICK, "-")] {
        clock.advance(advance);
        let mut after = served(open(), &clock).await;
        after.plant(&before.cookie().unwrap());
        assert_eq!(after.get("/").await.body, seat);
    }
}

/// Both cookie stores.
fn cookie_stores() -> [SessionsBuilder<Booking>; 2] {
    let keys = || {
        let bytes: Vec<u8> = (0..32_u8).map(|i| i.wrapping_mul(73) ^ 0x5A).collect();
        KeyRing::new(SecretKey::from_bytes(&bytes).unwrap())
    };
    let list = || RevocationList::new(MemoryStore::new());
    [
        Sessions::builder(SignedCookieStore::new(keys(), list())),
        Sessions::builder(EncryptedCookieStore::new(keys(), list())),
    ]
}

#[tokio::test]
async fn s23_a_value_in_a_cookie_ends_by_the_clock_of_the_server() {
    for builder in cookie_stores() {
        let clock = clock();
        let mut browser = served(builder, &clock).await;
        browser.post("/book").await;
        let copy = browser.clone();
        clock.advance(4 * MINUTE);
        browser.post("/note").await;
        clock.advance(MINUTE - TICK);
        assert_eq!(browser.get("/").await.body, "7");
        clock.advance(TICK);
        assert_eq!(browser.get("/").await.body, "-");
        assert_eq!(copy.clone().get("/").await.body, "-", "an older copy of the cookie ends with it");

        // it is not in the next cookie, and can be set anew
        browser.post("/note").await;
        assert_eq!(browser.get("/").await.body, "-");
        browser.post("/book").await;
        assert_eq!(browser.get("/").await.body, "7");
        clock.set(Timestamp::from_millis(START));
        assert_eq!(browser.get("/").await.body, "7");
        clock.advance(10 * MINUTE);
        assert_eq!(browser.get("/").await.body, "-", "and its deadline stands");
    }
}
