//! Every other end of it: whatever was put aside is forgotten, and nobody else's.

use session_runtime::store::Found;
use session_runtime::store::Store as _;
use session_runtime::store::conformance::kit::Write;
use session_tests::key_of;

use crate::world::{AS_ANN, Kind, MINUTE, World, on_every_store};

/// What a deed makes of `ann` by `root`; empty for no session at all.
const DEEDS: [(&str, &str); 10] = [
    ("logout", ""),
    ("leave", "- by - staff=false theme=own note=- code=- items=- seen=1"),
    ("login-other", "cid by - staff=false theme=own note=- code=- items=- seen=1"),
    ("unmask", ""),
    ("unmask-and-login", "cid by - staff=false theme=own note=- code=- items=- seen=1"),
    ("restart", ""),
    ("restart-marked", ""),
    ("restart-other", "cid by - staff=false theme=- note=anew code=- items=- seen=0"),
    ("restart-nobody", "- by - staff=false theme=- note=anew code=- items=- seen=0"),
    ("destroy", ""),
];

#[tokio::test]
async fn t30_who_leaves_or_becomes_somebody_else_has_no_way_back() {
    on_every_store(async |world| {
        for (deed, left) in DEEDS {
            let of = (world.kind, deed);
            let mut browser = world.acting().await;
            let acting = browser.clone();
            let reply = browser.post(&format!("/act/{deed}")).await;
            assert_eq!(reply.status, 200, "{of:?}");
            // a section of the old session is wiped, too; its `keep` fields stay in a change of owner
            let left = if left.is_empty() { "anonymous" } else { left };
            assert_eq!(world.seen_by(&browser).await, left, "{of:?}");
            assert_eq!(reply.removes_cookie(), left == "anonymous", "{of:?}");
            let back = browser.post("/back").await;
            assert_eq!((back.status, &*back.body), (409, "not"), "{of:?}");
            if world.kind.can_end() {
                assert_eq!(world.seen_by(&acting).await, "anonymous", "{of:?}");
                assert_eq!(world.labels_of("root").await.len(), 0, "{of:?}");
                assert_eq!(world.labels_of("ann").await.len(), 0, "{of:?}");
                world.sessions.revoke_owner(&"root".to_owned()).await.unwrap();
                assert_eq!(world.seen_by(&browser).await, left, "{of:?}: it is nothing of root's");
                world.clock.advance(MINUTE);
            }
            if left.starts_with("cid") {
                assert_eq!(browser.get("/fresh").await.body, "cid", "{of:?}: who has logged in");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn t38_a_logout_that_fails_is_one_all_the_same() {
    on_every_store(async |world| {
        let mut browser = world.acting().await;
        let acting = browser.clone();
        let reply = browser.post("/act/fail").await;
        assert!(reply.status == 500 && reply.removes_cookie(), "{:?}", world.kind);
        assert!(!world.kind.can_end() || world.seen_by(&acting).await == "anonymous", "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn t42_a_mark_that_does_not_decode_any_more_lets_nobody_act() {
    for mark in ["{}", "7", r#"{"user":7,"since":1,"values":{}}"#] {
        let world = World::new(Kind::Memory).await;
        let mut browser = world.acting().await;
        let hash = key_of(browser.cookie().unwrap().split_once('=').unwrap().1);
        let key = world.store.keys().into_iter().find(|key| *key.as_bytes() == hash).unwrap();
        let Found::Record(record) = world.store.load(&key).await.unwrap() else { panic!("a record") };
        world.store.update(&key, &Write::after(&record).put("admin", mark).build()).await.unwrap();
        assert_eq!(world.seen_by(&browser).await, "anonymous", "{mark}");
        assert_eq!(browser.get("/behind").await.status, 401, "{mark}");
        assert_eq!(browser.post("/note/lost").await.status, 409, "{mark}");
        assert_eq!(browser.post("/as/bob").await.body, "gone", "{mark}");
        assert_eq!(browser.post("/back").await.body, "gone", "{mark}");
        assert!(browser.post("/act/destroy").await.removes_cookie(), "{mark}");
    }
}

#[tokio::test]
async fn t30_nobody_takes_a_mark_from_elsewhere() {
    on_every_store(async |world| {
        let mut browser = world.acting().await;
        // another one of root's sessions hands its mark to this one
        assert_eq!(browser.post("/lend").await.status, 200, "{:?}", world.kind);
        let mut other = world.logged_in("eve").await;
        let before = world.seen_by(&other).await;
        assert_eq!(other.post("/borrow").await.status, 500, "{:?}", world.kind);
        assert_eq!(world.seen_by(&other).await, before, "{:?}", world.kind);
        assert_eq!(other.post("/back").await.body, "not", "{:?}", world.kind);
        assert_eq!(world.browser().post("/borrow").await.status, 500, "{:?}", world.kind);
        assert_eq!(world.seen_by(&browser).await, AS_ANN, "{:?}", world.kind);
    })
    .await;
}
