//! Whose session it is meanwhile: the administrator's.

use session_runtime::WhenFull;

use crate::world::{AS_ANN, OWN, SERVERS, World, on_every_store};

#[tokio::test]
async fn s15_s17_it_is_listed_and_ended_as_the_administrators() {
    on_every_store(async |world| {
        let of = world.kind;
        if !of.can_end() {
            return;
        }
        let browser = world.acting().await;
        let ann = world.logged_in("ann").await;
        assert_eq!(world.labels_of("root").await, ["laptop"], "{of:?}");
        assert_eq!(world.labels_of("ann").await, ["laptop"], "{of:?}: her own");
        assert_eq!(world.sessions.revoke_owner(&"ann".to_owned()).await.unwrap(), 1, "{of:?}");
        assert_eq!(world.seen_by(&ann).await, "anonymous", "{of:?}");
        assert_eq!(world.seen_by(&browser).await, AS_ANN, "{of:?}");
        assert_eq!(world.sessions.revoke_owner(&"root".to_owned()).await.unwrap(), 1, "{of:?}");
        assert_eq!(world.seen_by(&browser).await, "anonymous", "{of:?}");
        assert_eq!(browser.clone().post("/back").await.body, "gone", "{of:?}");

        world.clock.advance(crate::world::MINUTE);
        let browser = world.acting().await;
        let handle = world.sessions.sessions_of(&"root".to_owned()).await.unwrap()[0].handle();
        assert!(!world.sessions.revoke(&"ann".to_owned(), handle).await.unwrap(), "{of:?}");
        assert!(world.sessions.revoke(&"root".to_owned(), handle).await.unwrap(), "{of:?}");
        assert_eq!(world.seen_by(&browser).await, "anonymous", "{of:?}");
    })
    .await;
}

#[tokio::test]
async fn s18_it_takes_no_place_of_the_users() {
    for kind in SERVERS {
        let limited =
            |when_full| World::with(kind, move |builder| builder.max_sessions(1).when_full(when_full));
        for when_full in [WhenFull::EvictOldest, WhenFull::RejectNew] {
            let world = limited(when_full).await;
            let ann = world.logged_in("ann").await;
            let mut browser = world.acting().await;
            assert!(world.seen_by(&ann).await.starts_with("ann by -"), "{kind:?}");
            assert_eq!(world.seen_by(&browser).await, AS_ANN, "{kind:?}");
            assert_eq!(browser.post("/back").await.status, 200, "{kind:?}");
            assert_eq!(world.seen_by(&browser).await, OWN, "{kind:?}");
            assert!(world.seen_by(&ann).await.starts_with("ann by -"), "{kind:?}");
        }
    }
}

#[tokio::test]
async fn s15_what_was_ended_before_the_login_does_not_end_what_comes_of_it() {
    on_every_store(async |world| {
        let of = world.kind;
        if !of.can_end() {
            return;
        }
        // the session is older than the revocation, and the login in it is not
        let mut browser = world.browser();
        browser.post("/note/visitor").await;
        world.clock.advance(crate::world::MINUTE);
        world.sessions.revoke_owner(&"root".to_owned()).await.unwrap();
        world.clock.advance(crate::world::MINUTE);
        browser.post("/login/root").await;
        assert_eq!(browser.post("/as/ann").await.status, 200, "{of:?}");
        assert!(world.seen_by(&browser).await.starts_with("ann by root"), "{of:?}");
        assert_eq!(browser.post("/back").await.status, 200, "{of:?}");
    })
    .await;
}
