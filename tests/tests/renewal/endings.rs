//! What ends a session, or changes a privilege, within the grace ends both ids (T2, T4).

use std::time::Duration;

use session_runtime::Session;

use crate::world::{Login, SECOND, declared, everywhere};

/// For so long a dead id is remembered at least.
const TOMBSTONE: Duration = Duration::from_secs(120);

type Act = fn(&Session<Login>);

/// What gives a new id at once.
const PRIVILEGES: [(&str, Act); 5] = [
    ("admin", |handle| handle.update(|login| login.admin = true)),
    ("another owner", |handle| handle.update(|login| login.user = Some("bob".into()))),
    ("authenticated", Session::authenticated),
    ("rotate", Session::rotate),
    ("restart", |handle| handle.restart(Login { user: Some("bob".into()), ..Login::default() })),
];

#[tokio::test]
async fn t4_a_change_of_privilege_within_the_grace_kills_both_ids() {
    for by_the_old_id in [false, true] {
        for (what, change) in PRIVILEGES {
            for mut world in everywhere(declared).await {
                let (old, renewed) = (world.old.clone(), world.renewed().await);
                world.clock.advance(SECOND);
                let slow = world.early().await;
                let by = if by_the_old_id { &old } else { &renewed };
                let reply = world.send(by, change).await;
                assert_eq!(reply.status, 200, "{} {what}", world.name);
                let third = reply.pair().expect("a new id").to_owned();
                assert!(world.user(&third).await.is_some(), "{} {what}", world.name);
                world.expect_dead(&old).await;
                world.expect_dead(&renewed).await;
                // also for who was served before it
                slow.given.update(|login| login.d = 9);
                let reply = slow.ends().await;
                assert_eq!((reply.status, reply.set_cookies().len()), (409, 0), "{} {what}", world.name);
                assert_eq!(world.value(&third).await.d, 0, "{} {what}", world.name);
            }
        }
    }
}

#[tokio::test]
async fn t2_a_logout_within_the_grace_ends_the_session_under_both_ids() {
    for by_the_old_id in [false, true] {
        for mut world in everywhere(declared).await {
            let (old, renewed) = (world.old.clone(), world.renewed().await);
            let (writes, reads) = (world.early().await, world.early().await);
            let by = if by_the_old_id { &old } else { &renewed };
            let reply = world.send(by, |handle| handle.update(|login| *login = Login::default())).await;
            assert!(reply.removes_cookie(), "{}", world.name);
            world.expect_dead(&old).await;
            world.expect_dead(&renewed).await;
            writes.given.update(|login| login.d = 9);
            let reply = writes.ends().await;
            assert_eq!((reply.status, reply.set_cookies().len()), (409, 0), "{}", world.name);
            let reply = reads.ends().await;
            assert_eq!(
                (reply.status, reply.set_cookies().len()),
                (200, 0),
                "{}: no cookie of it",
                world.name
            );
        }
    }
}

#[tokio::test]
async fn t2_a_logout_of_a_request_that_was_overtaken_by_a_renewal_ends_the_session() {
    for mut world in everywhere(declared).await {
        let leaves = world.early().await;
        let renewed = world.renewed().await;
        leaves.given.destroy();
        assert!(leaves.ends().await.removes_cookie(), "{}", world.name);
        world.expect_dead(&world.old.clone()).await;
        world.expect_dead(&renewed).await;
    }
}

#[tokio::test]
async fn t2_an_id_made_by_a_renewal_of_this_request_is_not_sent_when_it_has_died_since() {
    for mut world in everywhere(declared).await {
        // it renews and saves, and takes its time to answer; meanwhile somebody who came by the old id logs in again
        let slow = world.early().await;
        slow.given.renew();
        slow.given.save().await.unwrap();
        let reply = world.send(&world.old.clone(), Session::authenticated).await;
        let third = reply.pair().expect("a new id").to_owned();
        let reply = slow.ends().await;
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "{}", world.name);
        assert!(world.user(&third).await.is_some(), "{}", world.name);
    }
}

#[tokio::test]
async fn t4_a_planted_id_reaches_nothing_by_a_renewal_of_the_victim() {
    for mut world in everywhere(declared).await {
        // the attacker's own id, which the victim logs in with
        let planted = world.old.clone();
        let reply = world.send(&planted, Session::authenticated).await;
        let victim = reply.pair().unwrap().to_owned();
        world.clock.advance(31 * SECOND);
        let renewed = world.send(&victim, Session::renew).await.pair().unwrap().to_owned();
        world.expect_dead(&planted).await;
        assert!(world.user(&renewed).await.is_some(), "{}", world.name);
    }
}

#[tokio::test]
async fn s15_an_owner_who_is_revoked_within_the_grace_is_gone_under_both_ids() {
    for mut world in everywhere(declared).await {
        if world.merges {
            continue; // of sessions in cookies alone
        }
        let renewed = world.renewed().await;
        world.sessions.revoke_owner(&"ann".to_owned()).await.unwrap();
        world.expect_dead(&world.old.clone()).await;
        world.expect_dead(&renewed).await;
    }
}

#[tokio::test]
async fn s14_a_logout_by_a_handle_from_long_ago_ends_the_session_or_says_that_it_cannot() {
    for wait in [Duration::from_secs(60), Duration::from_secs(600)] {
        for mut world in everywhere(declared).await {
            // a stream, say; its session is renewed under it, and in time the old id is forgotten
            let (handle, _) = world.early().await.returns().await;
            let renewed = world.renewed().await;
            world.clock.advance(wait);
            world.sessions.sweep().await.unwrap();
            handle.destroy();
            let saved = handle.save().await;
            let goes_on = world.user(&renewed).await.is_some();
            assert_eq!(saved.is_err(), goes_on, "{}: {saved:?}", world.name);
            assert!(saved.is_ok_and(|()| wait < TOMBSTONE) || wait > TOMBSTONE, "{}", world.name);
        }
    }
}

#[tokio::test]
async fn s14_a_second_logout_long_after_the_first_is_none() {
    for mut world in everywhere(declared).await {
        let slow = world.early().await;
        world.send(&world.old.clone(), Session::destroy).await;
        world.clock.advance(Duration::from_secs(60));
        world.sessions.sweep().await.unwrap();
        slow.given.destroy();
        let reply = slow.ends().await;
        assert!(reply.status == 200 && reply.removes_cookie(), "{}", world.name);
    }
}
