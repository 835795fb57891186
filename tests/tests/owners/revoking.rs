//! S15, S16, S17: sessions that are ended from outside of them.

use std::time::Duration;

use session_runtime::SessionHandle;
use session_tests::{Op, Request, logs, patiently};

use crate::world::{Kind, MINUTE, World, on_every_store};

fn ann() -> String {
    "ann".to_owned()
}

#[tokio::test]
async fn s15_all_sessions_of_an_owner_die_and_others_live() {
    on_every_store(async |world| {
        let mut anns = Vec::new();
        for device in ["laptop", "phone", "tablet"] {
            anns.push(world.logged_in("ann", device).await);
        }
        anns[1].post("/act/confirm").await; // one that has another id by now
        let bob = world.logged_in("bob", "laptop").await;
        assert_eq!(world.sessions.revoke_owner(&ann()).await.unwrap(), 3, "{:?}", world.kind);
        for browser in &anns {
            assert_eq!(
                world.seen_by(browser).await,
                "anonymous",
                "{:?}: T16, at the next request",
                world.kind
            );
            let reply = browser.prepare(Request::post("/act/back")).send(world.server).await;
            assert_eq!((reply.status, reply.set_cookies().len()), (409, 0), "{:?}: T2", world.kind);
        }
        assert_eq!(world.seen_by(&bob).await, "bob false ", "{:?}", world.kind);
        assert_eq!(world.labels_of("ann").await, [""; 0]);
        assert_eq!(world.sessions.revoke_owner(&ann()).await.unwrap(), 0, "{:?}: there are none", world.kind);
        // and they can come back
        world.clock.advance(3 * MINUTE);
        let again = world.logged_in("ann", "laptop").await;
        assert_eq!(world.seen_by(&again).await, "ann false ", "{:?}", world.kind);
        assert_eq!(world.labels_of("ann").await, ["laptop"], "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn s15_whose_session_was_ended_can_log_in_again_at_once() {
    on_every_store(async |world| {
        let mut browser = world.logged_in("ann", "laptop").await;
        world.sessions.revoke_owner(&ann()).await.unwrap();
        // cookies are told apart by when somebody logged in
        world.clock.advance(Duration::from_millis(1));
        assert_eq!(browser.get("/").await.set_cookies(), [""; 0], "{:?}: S60", world.kind);
        let refused = browser.prepare(Request::post("/act/back")).send(world.server).await;
        assert_eq!((refused.status, refused.set_cookies().len()), (409, 0), "{:?}: T2", world.kind);
        assert_eq!(browser.post("/login/ann/laptop").await.status, 200, "{:?}", world.kind);
        assert_eq!(world.seen_by(&browser).await, "ann false ", "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn t32_a_login_that_is_sent_twice_is_no_error() {
    on_every_store(async |world| {
        let mut browser = world.browser();
        browser.post("/act/note").await;
        // the answer to the first one is lost, or not looked at any more
        let twice = browser.clone();
        assert_eq!(browser.post("/login/ann/laptop").await.status, 200, "{:?}", world.kind);
        let again = twice.prepare(Request::post("/login/ann/laptop")).send(world.server).await;
        assert_eq!(again.status, 200, "{:?}", world.kind);
        let mut second = twice;
        second.take(&again);
        assert_ne!(second.cookie(), browser.cookie(), "{:?}", world.kind);
        // a session of its own: nothing of the other's is in it, and each can be ended
        assert_eq!(world.seen_by(&second).await, "ann false ", "{:?}", world.kind);
        assert_eq!(world.seen_by(&browser).await, "ann false note", "{:?}", world.kind);
        assert_eq!(world.sessions.revoke_owner(&ann()).await.unwrap(), 2, "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn s16_of_all_sessions_the_one_that_asked_survives_under_a_new_id() {
    on_every_store(async |world| {
        let others = [world.logged_in("ann", "phone").await, world.logged_in("ann", "tablet").await];
        let mut here = world.logged_in("ann", "laptop").await;
        let bob = world.logged_in("bob", "laptop").await;
        let before = here.clone();
        let reply = here.post("/others").await;
        assert_eq!((reply.status, &*reply.body), (200, "2"), "{:?}", world.kind);
        assert_ne!(here.cookie(), before.cookie(), "{:?}: rotated", world.kind);
        for dead in others.iter().chain([&before]) {
            assert_eq!(world.seen_by(dead).await, "anonymous", "{:?}", world.kind);
        }
        assert_eq!(world.seen_by(&here).await, "ann false ", "{:?}", world.kind);
        assert_eq!(world.seen_by(&bob).await, "bob false ", "{:?}", world.kind);
        assert_eq!(world.labels_of("ann").await, ["laptop"], "{:?}", world.kind);
        // nobody has no others
        assert!(world.browser().post("/others").await.body.contains("owner"));
    })
    .await;
}

#[tokio::test]
async fn s16_from_outside_the_one_of_a_handle_survives() {
    on_every_store(async |world| {
        let phone = world.logged_in("ann", "phone").await;
        let here = world.logged_in("ann", "laptop").await;
        let keep = world.handle_of("ann", "laptop").await;
        assert_eq!(world.sessions.revoke_others(&ann(), keep).await.unwrap(), 1, "{:?}", world.kind);
        assert_eq!(world.seen_by(&phone).await, "anonymous", "{:?}", world.kind);
        assert_eq!(world.seen_by(&here).await, "ann false ", "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn s17_t16_an_owner_ends_one_of_their_sessions_by_its_handle() {
    on_every_store(async |world| {
        let phone = world.logged_in("ann", "phone").await;
        let mut here = world.logged_in("ann", "laptop").await;
        let bob = world.logged_in("bob", "laptop").await;
        let (phones, bobs) = (world.handle_of("ann", "phone").await, world.handle_of("bob", "laptop").await);

        assert_eq!(here.post(&format!("/end/{bobs}")).await.body, "false", "{:?}: not hers", world.kind);
        assert!(!world.sessions.revoke(&ann(), bobs).await.unwrap());
        assert_eq!(world.seen_by(&bob).await, "bob false ", "{:?}", world.kind);
        assert_eq!(world.browser().post(&format!("/end/{bobs}")).await.body, "false", "nor anybody's");
        assert_eq!(here.post("/end/..%2F..%2Fetc").await.status, 400, "no handle at all");

        assert_eq!(here.post(&format!("/end/{phones}")).await.body, "true", "{:?}", world.kind);
        assert_eq!(world.seen_by(&phone).await, "anonymous", "{:?}: T16", world.kind);
        assert_eq!(here.post(&format!("/end/{phones}")).await.body, "false", "{:?}: once", world.kind);
        assert_eq!(world.seen_by(&here).await, "ann false ", "{:?}", world.kind);
        assert_eq!(world.labels_of("ann").await, ["laptop"], "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn s30_t2_what_is_in_flight_when_its_session_is_revoked_brings_nothing_back() {
    on_every_store(async |world| {
        for (slow, outcome) in [(Request::post("/slow"), 409), (Request::get("/slow-read"), 200)] {
            let browser = world.logged_in("ann", "laptop").await;
            let slow = world.send(&browser, slow);
            world.gate.reached().await;
            world.sessions.revoke_owner(&ann()).await.unwrap();
            world.gate.open();
            let reply = patiently("the slow request", slow).await.unwrap();
            assert_eq!((reply.status, reply.set_cookies().len()), (outcome, 0), "{:?}", world.kind);
            assert_eq!(world.seen_by(&browser).await, "anonymous", "{:?}", world.kind);
            world.clock.advance(MINUTE);
        }
    })
    .await;
}

#[tokio::test]
async fn a_switch_of_owner_leaves_the_first_ones_handle_without_effect() {
    on_every_store(async |world| {
        let mut browser = world.logged_in("ann", "shared").await;
        let handle = world.handle_of("ann", "shared").await;
        assert_eq!(browser.post("/login/bob/shared").await.status, 200);
        assert!(!world.sessions.revoke(&ann(), handle).await.unwrap(), "{:?}", world.kind);
        world.sessions.revoke_owner(&ann()).await.unwrap();
        assert_eq!(world.seen_by(&browser).await, "bob false ", "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn s68_a_revocation_that_failed_half_way_is_finished_by_the_next_call() {
    for kind in [Kind::Memory, Kind::Redis, Kind::Encrypted] {
        let world = World::new(kind).await;
        let browsers = [world.logged_in("ann", "laptop").await, world.logged_in("ann", "phone").await];
        world.store.fail(&[Op::Delete]);
        assert!(world.sessions.revoke_owner(&ann()).await.unwrap_err().is_unavailable());
        world.store.recover();
        assert_eq!(world.labels_of("ann").await.len(), 2, "{kind:?}: what is alive is shown");
        // what is marked gets no new id meanwhile
        let mut rotating = browsers[0].clone();
        assert_eq!(rotating.post("/act/rotate").await.status, 409, "{kind:?}");
        assert_eq!(world.sessions.revoke_owner(&ann()).await.unwrap(), 2, "{kind:?}");
        for browser in &browsers {
            assert_eq!(world.seen_by(browser).await, "anonymous", "{kind:?}");
        }
    }
}

#[tokio::test]
async fn a_login_whose_owner_cannot_be_noted_is_a_503_and_nothing_is_stored() {
    for kind in [Kind::Memory, Kind::Files, Kind::EncryptedCookie] {
        let world = World::new(kind).await;
        let mut browser = world.browser();
        browser.post("/act/mine").await;
        let before = browser.cookie();
        world.store.fail(&[Op::Create, Op::Update]);
        let reply = browser.post("/login/ann/laptop").await;
        assert_eq!((reply.status, reply.set_cookies().len()), (503, 0), "{kind:?}");
        world.store.recover();
        assert_eq!(browser.cookie(), before);
        assert_eq!(world.seen_by(&browser).await, "nobody false mine", "{kind:?}");
    }
}

#[tokio::test]
async fn a_logout_does_not_fail_because_the_index_cannot_be_written() {
    for kind in [Kind::Memory, Kind::Files] {
        let world = World::new(kind).await;
        let mut browser = world.logged_in("ann", "laptop").await;
        let copy = browser.clone();
        world.store.fail(&[Op::Update]);
        let reply = browser.post("/act/logout").await;
        assert!(reply.status == 200 && reply.removes_cookie(), "{kind:?}: {reply:?}");
        world.store.recover();
        assert_eq!(world.seen_by(&copy).await, "anonymous", "{kind:?}");
        // it looks as if it might still come, for some minutes
        world.clock.advance(6 * MINUTE);
        assert_eq!(world.labels_of("ann").await, [""; 0], "{kind:?}");
    }
}

#[tokio::test]
async fn a_privilege_that_was_given_up_does_not_last_because_the_index_cannot_be_written() {
    for kind in [Kind::Memory, Kind::Files] {
        let world = World::new(kind).await;
        let mut browser = world.logged_in("ann", "laptop").await;
        browser.post("/act/elevate").await;
        let copy = browser.clone();
        world.store.fail(&[Op::Update]);
        let reply = browser.post("/act/yield").await;
        assert!(reply.status == 200 && reply.removes_cookie(), "{kind:?}: {reply:?}");
        world.store.recover();
        assert_eq!(world.seen_by(&copy).await, "anonymous", "{kind:?}: rather none than an admin's");
    }
}

#[tokio::test]
async fn s63_t22_the_log_says_how_many_and_never_who() {
    logs::listen();
    let world = World::with(Kind::Memory, |builder| builder.max_sessions(2)).await;
    let mut cookies = Vec::new();
    for device in ["canary-one", "canary-two", "canary-three"] {
        cookies.push(world.logged_in("canary-ann", device).await.cookie().unwrap());
    }
    let owner = "canary-ann".to_owned();
    let handle: SessionHandle = world.handle_of("canary-ann", "canary-three").await;
    world.sessions.revoke(&owner, handle).await.unwrap();
    world.sessions.revoke_owner(&owner).await.unwrap();
    assert_eq!((logs::count("evicted"), logs::count("revoked")), (1, 2), "{}", logs::heard());
    let heard = logs::heard();
    assert!(!heard.contains("canary") && !heard.contains(&handle.to_string()));
    for cookie in cookies {
        let (_, id) = cookie.split_once('=').unwrap();
        assert!(!heard.contains(id));
    }
    assert_eq!(format!("{handle:?}"), "SessionHandle(..)");
}
