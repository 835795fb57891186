//! What is refused, and that nothing has changed then.

use session_tests::Op;

use crate::world::{AS_ANN, OWN, SERVERS, World, on_every_store};

#[tokio::test]
async fn what_cannot_be_says_why_and_changes_nothing() {
    on_every_store(async |world| {
        let of = world.kind;
        let mut nobody = world.browser();
        for (to, why) in [("/as/ann", "nobody"), ("/back", "not")] {
            let reply = nobody.post(to).await;
            assert_eq!((reply.status, &*reply.body, reply.set_cookies().len()), (409, why, 0), "{of:?}");
        }
        nobody.post("/note/here").await;
        assert_eq!(nobody.post("/as/ann").await.body, "nobody", "{of:?}: a visitor");

        let mut browser = world.logged_in("root").await;
        browser.post("/fill/own").await;
        for (to, why) in [("/as/root", "same"), ("/back", "not")] {
            let reply = browser.post(to).await;
            assert_eq!((reply.status, &*reply.body, reply.set_cookies().len()), (409, why, 0), "{of:?}");
            assert_eq!(world.seen_by(&browser).await, OWN, "{of:?}");
        }
        browser.post("/as/ann").await;
        for user in ["bob", "ann", "root"] {
            let reply = browser.post(&format!("/as/{user}")).await;
            assert_eq!(
                (reply.status, &*reply.body, reply.set_cookies().len()),
                (409, "already", 0),
                "{of:?}"
            );
            assert_eq!(world.seen_by(&browser).await, AS_ANN, "{of:?}");
        }
        assert_eq!(browser.post("/back").await.status, 200, "{of:?}");
    })
    .await;
}

#[tokio::test]
async fn s72_s37_what_is_put_aside_counts_and_never_bars_the_way_back() {
    on_every_store(async |world| {
        let of = world.kind;
        let mut bytes = if of.is_cookie() { 3200 } else { 65_500 };
        let mut browser = world.logged_in("root").await;
        // as large as it can be
        while browser.post(&format!("/large/{bytes}")).await.status != 200 {
            bytes -= 5;
        }
        let reply = browser.post("/as/ann").await;
        assert_eq!((reply.status, &*reply.body, reply.set_cookies().len()), (500, "large", 0), "{of:?}");
        assert!(world.seen_by(&browser).await.starts_with("root"), "{of:?}");
        // and as large as it can be to be put aside
        while browser.post("/as/ann").await.body == "large" {
            bytes -= 5;
            assert_eq!(browser.post(&format!("/large/{bytes}")).await.status, 200, "{of:?}");
        }
        assert_eq!(
            world.seen_by(&browser).await,
            AS_ANN.replace("theme=own", "theme=-").replace("seen=1", "seen=0")
        );
        assert_eq!(browser.post("/back").await.status, 200, "{of:?}");
        assert!(world.seen_by(&browser).await.contains(&"n".repeat(bytes)), "{of:?}");
    })
    .await;
}

#[tokio::test]
async fn s67_without_the_store_nothing_has_begun_and_nothing_has_ended() {
    for kind in SERVERS {
        for (failing, op) in [(true, Op::Rotate), (true, Op::Update), (false, Op::Rotate)] {
            let world = World::new(kind).await;
            let mut browser = world.logged_in("root").await;
            browser.post("/fill/own").await;
            if !failing {
                browser.post("/as/ann").await;
            }
            let (to, seen) = if failing { ("/as/ann", OWN) } else { ("/back", AS_ANN) };
            world.store.fail(&[op]);
            let reply = browser.post(to).await;
            assert_eq!((reply.status, &*reply.body), (503, "unavailable"), "{kind:?} {op:?} {to}");
            assert_eq!(reply.set_cookies().len(), 0, "{kind:?} {op:?} {to}");
            world.store.recover();
            assert_eq!(world.seen_by(&browser).await, seen, "{kind:?} {op:?} {to}");
            assert_eq!(browser.post(to).await.status, 200, "{kind:?} {op:?} {to}");
        }
    }
}
