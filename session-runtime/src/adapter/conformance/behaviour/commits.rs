//! When what a handler did is stored.

use std::time::Duration;

use super::{Op, Request, World};

/// Redirects and the client's mistakes are answers like any other.
pub async fn a_status_below_500_commits(world: World) {
    let cookie = world.visitor().await;
    for (before, status) in ["200", "204", "302", "304", "400", "404", "499"].into_iter().enumerate() {
        let reply = world.get_with(&format!("/handle?visit&status={status}"), &cookie).await;
        assert_eq!(reply.status.to_string(), status);
        let visits = format!("{} nobody", before + 2);
        assert_eq!(world.get_with("/handle", &cookie).await.body, visits, "after a {status}");
    }
}

/// What was promised by a 5xx has not happened; what must not be undone has.
pub async fn a_5xx_drops_changes_and_carries_out_a_logout(world: World) {
    let cookie = world.visitor().await;
    for status in ["500", "503"] {
        let reply = world.get_with(&format!("/handle?visit&status={status}"), &cookie).await;
        assert_eq!((reply.status.to_string().as_str(), reply.set_cookies()), (status, vec![]));
        assert_eq!(world.get_with("/handle", &cookie).await.body, "1 nobody", "after a {status}");
    }
    assert_eq!(world.get("/handle?visit&status=500").await.set_cookies(), [""; 0], "nothing was created");
    world.get_with("/handle?logout&status=500", &cookie).await;
    assert_eq!(
        (world.get_with("/handle", &cookie).await.body.as_str(), world.store().len()),
        ("0 nobody", 0)
    );
}

/// The handler does not run; what was loaded for it stays.
pub async fn an_extractor_that_rejects_leaves_the_session_alone(world: World) {
    let cookie = world.visitor().await;
    let reply = world.get_with("/rejecting", &cookie).await;
    assert_eq!((reply.status, reply.set_cookies()), (418, vec![]), "{reply:?}");
    assert_eq!(world.store().calls(), [Op::Load]);
    assert_eq!(world.get_with("/handle", &cookie).await.body, "1 nobody");
}

/// Whether the framework makes a 500 of it or closes the connection.
pub async fn a_panic_drops_changes_and_carries_out_a_logout(world: World) {
    let cookie = world.visitor().await;
    if let Some(reply) = world.try_get_with("/handle?visit&panic", &cookie).await {
        assert_eq!((reply.status, reply.set_cookies()), (500, vec![]), "{reply:?}");
    }
    assert_eq!(world.get_with("/handle", &cookie).await.body, "1 nobody");
    drop(world.try_get_with("/handle?logout&panic", &cookie).await);
    world.patiently(world.store().called(Op::Delete)).await;
    assert_eq!(world.get_with("/handle", &cookie).await.body, "0 nobody");
}

/// T41. A framework that runs the handler to its end commits as if the client were there.
pub async fn t41_a_client_that_goes_away_drops_changes_and_carries_out_a_logout(world: World) {
    let cookie = world.visitor().await;
    for (order, write, cancelled, finished) in
        [("visit", Op::Update, "1 nobody", "2 nobody"), ("logout", Op::Delete, "0 nobody", "0 nobody")]
    {
        let (name, gate) = World::gate();
        let request = Request::get(&format!("/handle?{order}&wait={name}")).cookie(&cookie);
        let connection = world.start(request).await;
        world.patiently(gate.arrived()).await;
        drop(connection);
        let expected = if world.cancels() { cancelled } else { finished };
        if !world.cancels() {
            gate.open();
        }
        world.patiently(gate.left()).await;
        if expected != "1 nobody" {
            world.patiently(world.store().called(write)).await;
        }
        assert_eq!(world.get_with("/handle", &cookie).await.body, expected, "{order}");
    }
}

/// One load and one save, however many ask.
pub async fn one_request_is_one_load_and_one_save(world: World) {
    let cookie = world.visitor().await;
    world.get_with("/handle?visit&visit&visit", &cookie).await;
    assert_eq!(world.store().calls(), [Op::Load, Op::Update]);
    let reply = world.get_with("/both?visit", &cookie).await;
    assert_eq!(reply.body, "5 nobody 1");
    assert_eq!(
        (world.store().calls(), world.admins().calls()),
        (vec![Op::Load, Op::Update], vec![Op::Create])
    );
    world.get_with("/handle?rotate", &cookie).await;
    assert_eq!(world.store().calls(), [Op::Load, Op::Rotate]);
}

/// S24: also of those that the browser sent before it had the new one.
pub async fn s24_all_requests_of_a_renewed_id_end_with_the_same_new_one(world: World) {
    let old = world.visitor().await;
    // an id within its grace is new enough
    world.later(Duration::from_secs(60));
    let reply = world.get_with("/handle?renew&visit", &old).await;
    let new = reply.pair().unwrap_or_else(|| panic!("a renewal is a new id: {reply:?}"));
    assert_ne!(new, old);
    let late = world.get_with("/handle?visit", &old).await;
    assert_eq!((late.body.as_str(), late.pair()), ("3 nobody", Some(new)), "{late:?}");
    let reply = world.get_with("/handle", new).await;
    assert_eq!((reply.body.as_str(), reply.set_cookies()), ("3 nobody", vec![]));
    assert_eq!(world.store().len(), 1);
}

/// A task or a stream that outlives the response has `save`, and nothing else stores what it changed.
pub async fn what_is_changed_after_the_response_is_stored_by_save_alone(world: World) {
    let cookie = world.visitor().await;
    let (name, _) = World::gate();
    let step = |step: &str| super::super::gate::gate(&format!("{name}-{step}"));
    world.get_with(&format!("/handle?visit&later={name}"), &cookie).await;
    assert_eq!(world.get_with("/handle", &cookie).await.body, "2 nobody");
    world.patiently(step("changes").arrived()).await;
    step("changes").open();
    world.patiently(step("saves").arrived()).await;
    assert_eq!(world.get_with("/handle", &cookie).await.body, "2 nobody", "changed, and not saved");
    step("saves").open();
    world.patiently(step("is-done").arrived()).await;
    assert_eq!(world.get_with("/handle", &cookie).await.body, "12 nobody");
    step("is-done").open();
    if world.streams() {
        let reply = world.get_with("/stream", &cookie).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "14,15,16,"), "{reply:?}");
        assert_eq!(world.get_with("/handle", &cookie).await.body, "16 nobody");
    }
}
