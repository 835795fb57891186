//! For how long the id before a renewal reaches the session, and what an application can say about that (S24).

use std::time::Duration;

use session_runtime::{MemoryStore, Session, Sessions};
use session_tests::{Op, logs};

use crate::world::{GRACE, HOUR, Login, SECOND, TICK, World, declared, everywhere, just_before, servers};

#[tokio::test]
async fn s24_the_old_id_reads_and_writes_until_the_grace_is_over_exactly() {
    for mut world in everywhere(declared).await {
        let new = world.renewed().await;
        world.clock.advance(just_before(GRACE));
        let old = world.old.clone();
        assert_eq!(world.user(&old).await.as_deref(), Some("ann"), "{}", world.name);
        let reply = world.send(&old, |handle| handle.update(|login| login.b = 7)).await;
        assert_eq!(reply.status, 200, "{}", world.name);
        let cookie = if world.merges { new } else { reply.pair().unwrap().to_owned() };
        world.clock.advance(TICK);
        world.expect_dead(&old).await;
        assert_eq!(world.value(&cookie).await.b, 7, "{}: the same record", world.name);
    }
}

#[tokio::test]
async fn s24_a_request_that_was_loaded_in_time_and_ends_after_the_grace_is_refused() {
    for mut world in everywhere(declared).await {
        let (writes, reads) = (world.early().await, world.early().await);
        let new = world.renewed().await;
        world.clock.advance(GRACE);
        writes.given.update(|login| login.b = 7);
        let reply = writes.ends().await;
        assert_eq!((reply.status, reply.set_cookies().len()), (409, 0), "{}", world.name);
        let reply = reads.ends().await;
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "{}", world.name);
        assert_eq!(world.value(&new).await.b, 0, "{}", world.name);
    }
}

#[tokio::test]
async fn s24_an_id_is_not_renewed_twice_within_a_grace_so_one_old_id_at_most_is_alive() {
    for mut world in everywhere(declared).await {
        let second = world.renewed().await;
        let second_key = world.key(&second).await;
        world.clock.advance(just_before(GRACE));
        let reply = world.send(&second, Session::renew).await;
        let unchanged = reply.pair().map(str::to_owned).unwrap_or(second.clone());
        assert_eq!(world.key(&unchanged).await, second_key, "{}", world.name);
        assert_eq!(world.user(&world.old.clone()).await.as_deref(), Some("ann"), "{}", world.name);
        world.clock.advance(TICK);
        let third = world.send(&second, Session::renew).await.pair().expect("a new id").to_owned();
        assert_ne!(world.key(&third).await, second_key, "{}", world.name);
        world.expect_dead(&world.old.clone()).await;
        assert_eq!(world.user(&second).await.as_deref(), Some("ann"), "{}", world.name);
    }
}

#[tokio::test]
async fn s24_the_grace_is_what_is_declared() {
    for mut world in everywhere(|builder| builder.grace(120 * SECOND)).await {
        world.renewed().await;
        world.clock.advance(just_before(120 * SECOND));
        let old = world.old.clone();
        assert_eq!(world.user(&old).await.as_deref(), Some("ann"), "{}", world.name);
        world.clock.advance(TICK);
        assert_eq!(world.user(&old).await, None, "{}", world.name);
    }
}

#[tokio::test]
async fn t35_a_grace_of_a_clock_that_was_far_ahead_is_over() {
    for mut world in servers(declared).await {
        let now = session_runtime::clock::Clock::now(&world.clock);
        world.clock.advance(HOUR / 2);
        world.renewed().await;
        world.clock.set(now);
        assert_eq!(world.user(&world.old.clone()).await, None, "{}", world.name);
    }
}

#[tokio::test]
async fn s19_s21_a_renewal_moves_no_deadline_and_proves_nobody() {
    for mut world in everywhere(declared).await {
        let mut cookie = world.renewed().await;
        // hours of activity
        for _ in 0..47 {
            world.clock.advance(HOUR / 4);
            let reply = world.send(&cookie, Session::renew).await;
            reply.pair().expect("a new id").clone_into(&mut cookie);
        }
        let left = (12 * HOUR).saturating_sub(Duration::from_secs(600) + 47 * (HOUR / 4));
        world.clock.advance(just_before(left));
        assert_eq!(world.user(&cookie).await.as_deref(), Some("ann"), "{}", world.name);
        world.clock.advance(TICK);
        assert_eq!(world.user(&cookie).await, None, "{}: twelve hours after it began", world.name);
    }
}

#[tokio::test]
async fn background_work_goes_on_with_the_old_id_for_the_grace() {
    for mut world in servers(declared).await {
        let token = {
            let request = world.early().await;
            let token = request.given.token().unwrap();
            request.ends().await;
            token
        };
        let new = world.renewed().await;
        world.sessions.edit(&token, |login| login.b = 4).await.unwrap();
        assert_eq!(world.value(&new).await.b, 4, "{}", world.name);
        world.clock.advance(GRACE);
        assert!(world.sessions.edit(&token, |login| login.b = 5).await.unwrap_err().is_gone());
    }
}

#[tokio::test]
async fn t8_an_id_and_the_one_that_it_was_renewed_to_are_one_session() {
    let (mut world, _) = World::scripted().await;
    let new = world.renewed().await;
    for both in [format!("{}; {new}", world.old), format!("{new}; {}", world.old)] {
        assert_eq!(world.user(&both).await.as_deref(), Some("ann"));
        let reply = world.send(&both, |handle| handle.update(|login| login.b += 1)).await;
        assert_eq!(reply.status, 200);
    }
    assert_eq!(world.value(&new).await.b, 2);
}

#[tokio::test]
async fn s65_a_dead_id_that_comes_again_is_an_event_and_one_in_its_grace_is_none() {
    let (mut world, _) = World::scripted().await;
    logs::listen();
    let new = world.renewed().await;
    let old = world.old.clone();
    world.user(&old).await;
    assert_eq!(logs::count("replayed_id"), 0, "{}", logs::heard());
    world.clock.advance(GRACE);
    world.user(&old).await;
    assert_eq!(logs::count("event=\"replayed_id\"") + logs::count("rotated=true"), 2, "{}", logs::heard());
    world.send(&new, Session::destroy).await;
    world.user(&new).await;
    assert_eq!(logs::count("rotated=false"), 1, "{}", logs::heard());
    let id = |cookie: &str| cookie.split_once('=').unwrap().1.to_owned();
    for cookie in [&old, &new] {
        assert_eq!(logs::count(&id(cookie)), 0, "T22");
    }
}

#[tokio::test]
async fn where_nothing_is_renewed_a_renewal_costs_nothing() {
    let (mut world, store) = World::scripted().await;
    let old = world.old.clone();
    world.send(&old, |handle| handle.update(|login| login.b = 1)).await;
    assert_eq!(store.calls(), [Op::Load, Op::Update]);
    store.forget();
    world.user(&old).await;
    assert_eq!(store.calls(), [Op::Load]);
    store.forget();
    world
        .send(&old, |handle| {
            handle.update(|login| login.b = 2);
            handle.renew();
        })
        .await;
    // its owner's index comes first
    let noted = [Op::Load, Op::Load, Op::Update, Op::Rotate];
    assert_eq!(store.calls(), noted, "with the changes, in one call");
}

#[test]
fn s24_lifetimes_of_ids_keep_the_rules_of_the_attribute() {
    let build = |renew: Option<Duration>, grace: Option<Duration>| {
        let mut builder = Sessions::<Login>::builder(MemoryStore::new());
        if let Some(renew) = renew {
            builder = builder.renew(renew);
        }
        if let Some(grace) = grace {
            builder = builder.grace(grace);
        }
        builder.build()
    };
    for (renew, grace) in [
        (Some(GRACE * 4), None),
        (Some(just_before(12 * HOUR)), None),
        (Some(4 * SECOND), Some(SECOND)),
        (Some(480 * SECOND), Some(120 * SECOND)),
        (None, Some(120 * SECOND)),
    ] {
        assert!(build(renew, grace).is_ok(), "{renew:?} {grace:?}");
    }
    for (renew, grace) in [
        (Some(just_before(GRACE * 4)), None),
        (Some(12 * HOUR), None),
        (Some(Duration::ZERO), None),
        (Some(Duration::MAX), None),
        (Some(just_before(480 * SECOND)), Some(120 * SECOND)),
        (None, Some(just_before(SECOND))),
        (None, Some(120 * SECOND + TICK)),
        (None, Some(Duration::MAX)),
    ] {
        assert!(build(renew, grace).unwrap_err().is_config(), "{renew:?} {grace:?}");
    }
}

#[test]
fn s24_without_a_list_a_cookie_cannot_be_renewed_every_so_often() {
    use session_runtime::SignedCookieStore;

    let builder = || {
        Sessions::<Login>::builder(SignedCookieStore::without_revocation(session_tests::stores::any_keys()))
    };
    assert!(builder().renew(HOUR).build().unwrap_err().is_config());
    assert!(builder().build().is_ok());
}

#[test]
fn s74_the_policy_says_how_often_ids_are_renewed() {
    let policy =
        |builder: session_runtime::SessionsBuilder<Login>| builder.build().unwrap().policy().to_string();
    let builder = || Sessions::<Login>::builder(MemoryStore::new());
    assert!(policy(builder().renew(HOUR)).contains("absolute 12h, a new id every 1h, grace 30s\n"));
    assert!(!policy(builder()).contains("new id"));
}
