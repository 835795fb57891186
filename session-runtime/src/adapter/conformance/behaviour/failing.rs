//! What a request is answered with that cannot have its session, or whose session cannot be saved.

use super::{Request, World, assert_refused};

/// S67.
pub async fn s67_a_store_that_cannot_be_read_is_503_without_a_cookie(world: World) {
    let cookie = world.visitor().await;
    world.store().fails(true, false);
    let reply = world.get_with("/handle?visit&cookie=theme", &cookie).await;
    assert_refused(&reply, 503);
    assert_refused(&world.get_with("/guarded", &cookie).await, 503);
    assert_eq!(world.get_with("/plain", &cookie).await.status, 200, "what needs no session has no outage");
    world.store().fails(false, false);
    assert_eq!(world.get_with("/handle", &cookie).await.body, "1 nobody");
}

/// The handler's own answer is not sent: it says what has not happened.
pub async fn a_store_that_cannot_be_written_is_503_without_a_cookie(world: World) {
    let cookie = world.visitor().await;
    world.store().fails(false, true);
    let reply = world.get_with("/handle?visit&cookie=theme&cache=public", &cookie).await;
    assert_refused(&reply, 503);
    assert!(!reply.body.contains("2 nobody"), "nothing of the handler's body: {reply:?}");
    assert_ne!(reply.value("cache-control"), Some("public"), "nor of its headers");
    assert_refused(&world.get("/handle?visit").await, 503);
    world.store().fails(false, false);
    assert_eq!(world.get_with("/handle", &cookie).await.body, "1 nobody");
}

/// T2.
pub async fn t2_a_write_to_a_dead_session_is_409_without_a_cookie(world: World) {
    let cookie = world.visitor().await;
    let bye = world.get_with("/handle?logout", &cookie).await;
    assert!(bye.removes_cookie(), "{bye:?}");
    assert_refused(&world.get_with("/handle?visit", &cookie).await, 409);
    assert_eq!(world.get_with("/handle", &cookie).await.body, "0 nobody", "reading is not refused");
    assert_eq!(world.store().len(), 0);
}

/// S72.
pub async fn s72_a_session_that_is_too_large_is_500_without_a_cookie(world: World) {
    assert_refused(&world.get("/handle?blob=2000").await, 500);
    let cookie = world.visitor().await;
    assert_refused(&world.get_with("/handle?visit&blob=2000", &cookie).await, 500);
    assert_eq!(world.get_with("/handle", &cookie).await.body, "1 nobody");
}

/// T38: that a session is absent and that it is out of reach are two things.
pub async fn an_attempt_survives_an_outage(world: World) {
    let cookie = world.visitor().await;
    assert_eq!(world.get_with("/attempt", &cookie).await.body, "1 nobody");
    assert_eq!(world.get("/attempt").await.body, "0 nobody");
    world.store().fails(true, false);
    let reply = world.get_with("/attempt", &cookie).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "unavailable"));
}

/// Each of these layers has its own statuses. That of an outage is also that of a handler which never ran.
pub async fn the_application_chooses_what_an_outage_and_a_dead_session_are_answered_with(world: World) {
    let (cookie, token) = world.administrator().await;
    let post = || Request::post("/admin?visit").cookie(&cookie).line(format!("X-CSRF-Token: {token}"));
    world.admins().fails(false, true);
    assert_refused(&world.send(post()).await, 504);
    world.admins().fails(true, false);
    assert_refused(&world.get_with("/admin", &cookie).await, 504);
    world.admins().fails(false, false);
    assert_eq!(world.get_with("/admin", &cookie).await.body, "1", "nothing came of it");
    assert!(world.get_with("/admin?logout", &cookie).await.removes_cookie());
    assert_refused(&world.get_with("/admin?visit", &cookie).await, 410);
}

/// The log says what to do; the handler does not run.
pub async fn a_route_without_the_layer_is_500(world: World) {
    if world.has_bare_routes() {
        let reply = world.get("/bare?visit").await;
        assert_eq!((reply.status, reply.set_cookies()), (500, vec![]), "{reply:?}");
        assert!(!reply.body.contains("1 nobody"));
    }
}
