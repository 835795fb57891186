//! `fresh`: only an authentication begins it, and it ends when it says.

use session_runtime::clock::Timestamp;

use super::world::{MINUTE, START, TICK, assert_refused, logged_in, world};

#[tokio::test]
async fn s19_fresh_ends_exactly_when_it_says() {
    let mut world = logged_in().await;
    assert_eq!(world.browser.get("/fresh").await.body, "Some(\"ann\")");
    world.clock.set(START.after((5 * MINUTE).saturating_sub(TICK)));
    assert_eq!(world.browser.get("/fresh").await.status, 200);
    world.clock.set(START.after(5 * MINUTE));
    assert_refused(&world.browser.get("/fresh").await, 401);

    let reply = world.browser.post("/authenticated").await;
    assert!(reply.pair().is_some(), "a new id");
    assert_eq!(world.browser.get("/fresh").await.status, 200);
    world.clock.advance(5 * MINUTE);
    assert_refused(&world.browser.get("/fresh").await, 401);
    world.browser.post("/login?name=bob").await;
    assert_eq!(world.browser.get("/fresh").await.body, "Some(\"bob\")");
}

#[tokio::test]
async fn s19_s27_nothing_but_an_authentication_makes_a_session_fresh() {
    let mut world = logged_in().await;
    for path in [
        "/plain-visit",
        "/rotate",
        "/make-admin",
        "/restart",
        "/unset",
        "/begin-checkout",
        "/login?name=ann&remember=true",
    ] {
        world.clock.advance(MINUTE);
        assert_eq!(world.browser.post(path).await.status, 200, "{path}");
        assert_refused(&world.browser.post("/fresh-alone").await, 403);
        assert_eq!(world.browser.get("/account").await.status, 200, "{path}");
    }
    world.browser.post("/authenticated").await;
    assert_eq!(world.browser.post("/fresh-alone").await.status, 200);
}

#[tokio::test]
async fn s19_who_never_logged_in_is_not_fresh() {
    let mut world = world().await;
    assert_refused(&world.browser.post("/fresh-alone").await, 403);
    world.browser.post("/plain-visit").await;
    assert_refused(&world.browser.post("/fresh-alone").await, 403);
    assert_refused(&world.browser.get("/fresh").await, 401);
}

#[tokio::test]
async fn s19_t35_a_login_in_the_future_is_not_fresh() {
    let mut world = logged_in().await;
    world.clock.set(START);
    assert_eq!(world.browser.get("/fresh").await.status, 200);
    for back in [TICK, MINUTE, 24 * 60 * MINUTE] {
        world.clock.set(Timestamp::from_millis(START.as_millis() - u64::try_from(back.as_millis()).unwrap()));
        assert_refused(&world.browser.get("/fresh").await, 401);
        assert_eq!(world.browser.get("/account").await.status, 200, "the session itself goes on");
    }
}

#[tokio::test]
async fn s19_what_the_same_request_did_to_the_session_counts_against_it() {
    for (path, status) in [("/destroyed", 401), ("/left", 401), ("/switched", 401), ("/claimed", 200)] {
        let mut world = logged_in().await;
        assert_eq!(world.browser.get(path).await.status, status, "{path}");
    }
    // an authentication that is not committed is none
    let mut world = logged_in().await;
    world.clock.advance(5 * MINUTE);
    assert_eq!(world.browser.get("/claimed").await.status, 401);
}
