//! S18: how many sessions one owner may have.

use session_runtime::WhenFull;
use session_tests::{Op, Request, patiently};

use crate::world::{HOUR, Kind, MINUTE, World, with_limit};

#[tokio::test]
async fn s18_a_login_too_many_is_refused_and_changes_nothing() {
    with_limit(2, WhenFull::RejectNew, async |world| {
        let mut first = world.logged_in("ann", "laptop").await;
        let second = world.logged_in("ann", "phone").await;
        let mut third = world.browser();
        third.post("/act/mine").await;
        let before = third.cookie();
        let reply = third.post("/login/ann/tablet").await;
        assert_eq!(
            (reply.status, &*reply.body, reply.set_cookies().len()),
            (409, "limit", 0),
            "{:?}",
            world.kind
        );
        assert_eq!(third.cookie(), before);
        assert_eq!(world.seen_by(&third).await, "nobody false mine", "{:?}", world.kind);
        assert_eq!(world.labels_of("ann").await, ["laptop", "phone"], "{:?}", world.kind);
        assert_eq!(world.seen_by(&second).await, "ann false ", "{:?}", world.kind);
        // whoever is in already proves once more who they are, and others have their own sessions
        assert_eq!(first.post("/act/confirm").await.status, 200, "{:?}", world.kind);
        world.logged_in("bob", "laptop").await;
        // a logout makes room
        assert_eq!(first.post("/act/logout").await.status, 200);
        assert_eq!(third.post("/login/ann/tablet").await.status, 200, "{:?}", world.kind);
        assert_eq!(world.labels_of("ann").await, ["phone", "tablet"], "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn s18_a_login_too_many_ends_the_oldest() {
    with_limit(2, WhenFull::EvictOldest, async |world| {
        let laptop = world.logged_in("ann", "laptop").await;
        let mut phone = world.logged_in("ann", "phone").await;
        phone.post("/act/confirm").await;
        let tablet = world.logged_in("ann", "tablet").await;
        assert_eq!(world.seen_by(&laptop).await, "anonymous", "{:?}: T16", world.kind);
        assert_eq!(world.seen_by(&phone).await, "ann false ", "{:?}", world.kind);
        assert_eq!(world.seen_by(&tablet).await, "ann false ", "{:?}", world.kind);
        let watch = world.logged_in("ann", "watch").await;
        assert_eq!(world.seen_by(&phone).await, "anonymous", "{:?}", world.kind);
        assert_eq!(world.seen_by(&watch).await, "ann false ", "{:?}", world.kind);
        assert_eq!(world.labels_of("ann").await, ["tablet", "watch"], "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn s18_what_is_over_does_not_count() {
    with_limit(1, WhenFull::RejectNew, async |world| {
        world.logged_in("ann", "laptop").await;
        // of a session in its cookie only the absolute deadline is known
        world.clock.advance(if world.kind.is_cookie() { 13 * HOUR } else { 31 * MINUTE });
        world.logged_in("ann", "phone").await;
        assert_eq!(world.labels_of("ann").await, ["phone"], "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn s18_twenty_logins_at_once_are_never_too_many() {
    for when_full in [WhenFull::RejectNew, WhenFull::EvictOldest] {
        with_limit(3, when_full, async |world| {
            let mut browsers = vec![world.browser(); 20];
            let sent: Vec<_> = browsers
                .iter()
                .enumerate()
                .map(|(n, browser)| world.send(browser, Request::post(&format!("/login/ann/{n}"))))
                .collect();
            let mut statuses = Vec::new();
            for (browser, sent) in browsers.iter_mut().zip(sent) {
                let reply = patiently("a login", sent).await.unwrap();
                statuses.push(reply.status);
                browser.take(&reply);
            }
            assert!(
                statuses.iter().all(|status| [200, 409].contains(status)),
                "{:?} {statuses:?}",
                world.kind
            );
            let mut alive = 0;
            for browser in &browsers {
                alive += usize::from(world.seen_by(browser).await == "ann false ");
            }
            assert_eq!(alive, 3, "{:?} {when_full:?} {statuses:?}", world.kind);
            assert_eq!(world.labels_of("ann").await.len(), 3, "{:?} {when_full:?}", world.kind);
            if when_full == WhenFull::RejectNew {
                assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 3, "{:?}", world.kind);
            }
        })
        .await;
    }
}

#[tokio::test]
async fn s18_a_login_that_could_not_end_the_oldest_fails_and_the_next_one_ends_it() {
    let world = World::with(Kind::Memory, |builder| builder.max_sessions(1)).await;
    let laptop = world.logged_in("ann", "laptop").await;
    world.store.fail(&[Op::Delete]);
    assert_eq!(world.browser().post("/login/ann/phone").await.status, 503);
    assert_eq!(world.seen_by(&laptop).await, "ann false ", "one of one");
    world.store.recover();
    let phone = world.logged_in("ann", "phone").await;
    assert_eq!(world.seen_by(&laptop).await, "anonymous");
    assert_eq!(world.seen_by(&phone).await, "ann false ");
    assert_eq!(world.labels_of("ann").await, ["phone"]);
}

#[tokio::test]
async fn s18_the_limit_is_declared_or_overridden_and_printed() {
    use session_runtime::{MemoryStore, Sessions, session};
    #[session(max_sessions = 2, when_full = "reject_new")]
    struct Few {
        #[session(owner)]
        user: Option<u64>,
    }
    let few = || Few { user: Some(7) };
    let sessions = Sessions::<Few>::new(MemoryStore::new()).unwrap();
    let policy = sessions.policy().to_string();
    assert!(policy.ends_with("; at most 2 of one owner, then a new one is refused"), "{policy}");
    sessions.issue(few()).await.unwrap();
    sessions.issue(few()).await.unwrap();
    let error = sessions.issue(few()).await.unwrap_err();
    assert!(
        error.is_limit() && error.status() == 409 && !error.is_gone() && !error.is_conflict(),
        "{error:?}"
    );
    let custom = Sessions::<Few>::builder(MemoryStore::new()).max_sessions(1).status_at_limit(429);
    let custom = custom.build().unwrap();
    custom.issue(few()).await.unwrap();
    let error = custom.issue(few()).await.unwrap_err();
    assert!(error.is_limit() && error.status() == 429, "{error:?}");
    let wrong = Sessions::<Few>::builder(MemoryStore::new()).status_at_limit(503).build();
    assert!(wrong.unwrap_err().to_string().contains("`status_at_limit` is 503"));
    for wrong in [0, 1001] {
        let built = Sessions::<Few>::builder(MemoryStore::new()).max_sessions(wrong).build();
        assert!(built.unwrap_err().is_config(), "{wrong}");
    }
    let one = Sessions::<Few>::builder(MemoryStore::new()).max_sessions(1).when_full(WhenFull::EvictOldest);
    let one = one.build().unwrap();
    let first = one.issue(few()).await.unwrap();
    one.issue(few()).await.unwrap();
    assert!(one.edit(first.token(), |_| ()).await.unwrap_err().is_gone());
}
