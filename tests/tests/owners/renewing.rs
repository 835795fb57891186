//! S15, S16, S17, S24: sessions whose id is renewed are their owner's all the same, by both of their ids.

use session_runtime::WhenFull;
use session_tests::{Moment, Op, Request, Turn, patiently};

use crate::world::{Kind, MINUTE, World, on_every_store};

fn ann() -> String {
    "ann".to_owned()
}

#[tokio::test]
async fn s24_s17_a_renewed_session_keeps_its_handle_and_ends_under_both_ids() {
    on_every_store(async |world| {
        let mut here = world.ripe("ann", "laptop").await;
        let handle = world.handle_of("ann", "laptop").await;
        let before = here.clone();
        assert_eq!(here.post("/act/renew").await.status, 200, "{:?}", world.kind);
        assert_ne!(here.cookie(), before.cookie(), "{:?}", world.kind);
        for browser in [&here, &before] {
            assert_eq!(world.seen_by(browser).await, "ann false ", "{:?}: within the grace", world.kind);
            let mine = browser.prepare(Request::get("/mine")).send(world.server).await.body;
            assert_eq!(mine, format!("{handle} laptop here\n"), "{:?}", world.kind);
        }
        assert!(world.sessions.revoke(&ann(), handle).await.unwrap(), "{:?}", world.kind);
        for browser in [&here, &before] {
            assert_eq!(world.seen_by(browser).await, "anonymous", "{:?}: T16, no grace", world.kind);
            let reply = browser.prepare(Request::post("/act/back")).send(world.server).await;
            assert_eq!((reply.status, reply.set_cookies().len()), (409, 0), "{:?}: T2", world.kind);
        }
        assert_eq!(world.labels_of("ann").await, [""; 0], "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn s24_s15_a_session_that_was_renewed_again_and_again_dies_with_all_of_its_owners() {
    on_every_store(async |world| {
        let mut here = world.ripe("ann", "laptop").await;
        let mut ids = vec![here.clone()];
        for _ in 0..12 {
            assert_eq!(here.post("/act/renewed").await.status, 200, "{:?}", world.kind);
            ids.push(here.clone());
            world.clock.advance(MINUTE);
        }
        assert_eq!(world.labels_of("ann").await, ["laptop"], "{:?}", world.kind);
        assert_eq!(world.sessions.revoke_owner(&ann()).await.unwrap(), 1, "{:?}", world.kind);
        for browser in ids {
            assert_eq!(world.seen_by(&browser).await, "anonymous", "{:?}", world.kind);
        }
    })
    .await;
}

#[tokio::test]
async fn s24_s15_an_id_that_is_renewed_by_its_age_is_noted_as_well() {
    for kind in [Kind::Memory, Kind::Files, Kind::Redis, Kind::EncryptedCookie] {
        let world = World::with(kind, |builder| builder.renew(5 * MINUTE)).await;
        let mut here = world.logged_in("ann", "laptop").await;
        let before = here.clone();
        world.clock.advance(5 * MINUTE);
        assert_eq!(here.get("/").await.body, "ann false ", "{kind:?}");
        assert_ne!(here.cookie(), before.cookie(), "{kind:?}");
        assert_eq!(world.sessions.revoke_owner(&ann()).await.unwrap(), 1, "{kind:?}");
        for browser in [&here, &before] {
            assert_eq!(world.seen_by(browser).await, "anonymous", "{kind:?}");
        }
    }
}

#[tokio::test]
async fn s16_the_session_that_survives_the_others_leaves_its_old_ids_no_grace() {
    on_every_store(async |world| {
        world.logged_in("ann", "phone").await;
        let mut here = world.ripe("ann", "laptop").await;
        let first = here.clone();
        here.post("/act/renew").await;
        let renewed = here.clone();
        assert_eq!(world.seen_by(&first).await, "ann false ", "{:?}", world.kind);
        assert_eq!(here.post("/others").await.body, "1", "{:?}", world.kind);
        for dead in [&first, &renewed] {
            assert_eq!(world.seen_by(dead).await, "anonymous", "{:?}", world.kind);
        }
        assert_eq!(world.seen_by(&here).await, "ann false ", "{:?}", world.kind);
        assert_eq!(world.labels_of("ann").await, ["laptop"], "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn s16_the_others_die_also_for_a_request_that_comes_by_the_id_from_before() {
    on_every_store(async |world| {
        let phone = world.logged_in("ann", "phone").await;
        let mut here = world.ripe("ann", "laptop").await;
        let mut before = here.clone();
        here.post("/act/renew").await;
        assert_eq!(before.post("/others").await.body, "1", "{:?}", world.kind);
        assert_eq!(world.seen_by(&before).await, "ann false ", "{:?}", world.kind);
        for dead in [&here, &phone] {
            assert_eq!(world.seen_by(dead).await, "anonymous", "{:?}", world.kind);
        }
    })
    .await;
}

#[tokio::test]
async fn s24_s68_a_renewal_that_cannot_be_noted_waits_and_fails_nothing() {
    for kind in [Kind::Memory, Kind::Files, Kind::Encrypted, Kind::SignedCookie, Kind::EncryptedCookie] {
        let world = World::new(kind).await;
        let mut here = world.ripe("ann", "laptop").await;
        let before = here.cookie();
        world.store.fail(&[Op::Update]);
        assert_eq!(here.post("/act/renew").await.status, 200, "{kind:?}");
        assert_eq!(here.cookie(), before, "{kind:?}: not now");
        world.store.recover();

        // together with a change, which is stored all the same
        if kind.is_cookie() {
            world.store.fail(&[Op::Update]);
            assert_eq!(here.post("/act/renewed").await.status, 200, "{kind:?}");
        } else {
            world.store.forget();
            let gate = world.store.pause_call(Turn::Before(1));
            let sent = world.send(&here, Request::post("/act/renewed"));
            gate.reached().await;
            world.store.fail(&[Op::Load]);
            gate.open();
            let reply = patiently("the renewal", sent).await.unwrap();
            assert_eq!(reply.status, 200, "{kind:?}");
            here.take(&reply);
            assert_eq!(here.cookie(), before, "{kind:?}: not now");
        }
        world.store.recover();
        assert_eq!(world.seen_by(&here).await, "ann false renewed", "{kind:?}");
        let before = here.cookie();
        assert_eq!(here.post("/act/renew").await.status, 200, "{kind:?}");
        assert_ne!(here.cookie(), before, "{kind:?}: the next one is done");
        world.sessions.revoke_owner(&ann()).await.unwrap();
        assert_eq!(world.seen_by(&here).await, "anonymous", "{kind:?}");
    }
}

#[tokio::test]
async fn s17_background_work_meets_a_renewal_and_is_not_lost() {
    for kind in [Kind::Memory, Kind::Files, Kind::Redis, Kind::Cluster, Kind::Encrypted] {
        let world = World::new(kind).await;
        let mut here = world.ripe("ann", "laptop").await;
        let handle = world.handle_of("ann", "laptop").await;
        let gate = world.store.pause(Moment::Before(Op::Update));
        let sessions = world.sessions.clone();
        let edit = tokio::spawn(async move {
            sessions.edit_of(&ann(), handle, |account| account.note = "told".into()).await
        });
        gate.reached().await;
        assert_eq!(here.post("/act/renew").await.status, 200, "{kind:?}");
        gate.open();
        patiently("the edit", edit).await.unwrap().unwrap();
        assert_eq!(world.seen_by(&here).await, "ann false told", "{kind:?}");
    }
}

#[tokio::test]
async fn s18_a_login_by_an_id_that_is_dead_makes_nobody_leave() {
    for kind in [Kind::Memory, Kind::Files, Kind::Redis, Kind::Encrypted, Kind::EncryptedCookie] {
        let world =
            World::with(kind, |builder| builder.max_sessions(2).when_full(WhenFull::EvictOldest)).await;
        let phone = world.logged_in("ann", "phone").await;
        let mut here = world.logged_in("ann", "laptop").await;
        let slow = world.send(&here, Request::post("/slow-confirm"));
        world.gate.reached().await;
        for _ in 0..2 {
            assert_eq!(here.post("/act/rotate").await.status, 200, "{kind:?}");
        }
        world.gate.open();
        assert_eq!(patiently("the slow one", slow).await.unwrap().status, 409, "{kind:?}");
        for browser in [&phone, &here] {
            assert_eq!(world.seen_by(browser).await, "ann false ", "{kind:?}");
        }
    }
}

#[tokio::test]
async fn t32_of_many_requests_that_come_with_an_old_id_one_renews_it_and_the_rest_lose_nothing() {
    on_every_store(async |world| {
        let here = world.ripe("ann", "laptop").await;
        let sent: Vec<_> = (0..20).map(|_| world.send(&here, Request::post("/act/renewed"))).collect();
        let mut ids = std::collections::BTreeSet::new();
        for sent in sent {
            let reply = patiently("a renewal", sent).await.unwrap();
            assert_eq!(reply.status, 200, "{:?}", world.kind);
            ids.extend(reply.pair().map(str::to_owned));
        }
        if !world.kind.is_cookie() {
            // by a cookie that holds the session, each answer is another text
            assert_eq!(ids.len(), 1, "{:?}", world.kind);
        }
        for id in &ids {
            let mut browser = world.browser();
            browser.plant(id);
            assert_eq!(world.seen_by(&browser).await, "ann false renewed", "{:?}", world.kind);
        }
        assert_eq!(world.labels_of("ann").await, ["laptop"], "{:?}", world.kind);
        assert_eq!(world.sessions.revoke_owner(&ann()).await.unwrap(), 1, "{:?}", world.kind);
        for id in &ids {
            let mut browser = world.browser();
            browser.plant(id);
            assert_eq!(world.seen_by(&browser).await, "anonymous", "{:?}", world.kind);
        }
    })
    .await;
}

#[tokio::test]
async fn s24_a_renewal_that_was_noted_and_never_done_is_done_by_a_later_request() {
    for kind in [Kind::Memory, Kind::Files, Kind::Redis, Kind::EncryptedCookie] {
        let world = World::new(kind).await;
        let mut here = world.ripe("ann", "laptop").await;
        let before = here.cookie();
        // its write never comes
        world.store.fail(&[if kind.is_cookie() { Op::Create } else { Op::Rotate }]);
        assert_eq!(here.post("/act/renew").await.status, 200, "{kind:?}");
        world.store.recover();
        assert_eq!(here.cookie(), before, "{kind:?}");
        assert_eq!(here.post("/act/renew").await.status, 200, "{kind:?}");
        assert_ne!(here.cookie(), before, "{kind:?}");
        world.sessions.revoke_owner(&ann()).await.unwrap();
        assert_eq!(world.seen_by(&here).await, "anonymous", "{kind:?}");
    }
}
