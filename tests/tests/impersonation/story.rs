//! What it is, from its beginning to its end.

use std::time::Duration;

use session_runtime::clock::Clock as _;

use crate::world::{AS_ANN, HOUR, MINUTE, OWN, on_every_store};

#[tokio::test]
async fn t4_an_administrator_acts_as_a_user_and_comes_back_under_a_new_id_each_time() {
    on_every_store(async |world| {
        let of = world.kind;
        let mut browser = world.logged_in("root").await;
        browser.post("/fill/own").await;
        assert_eq!(world.seen_by(&browser).await, OWN, "{of:?}");
        let own = browser.clone();

        let begun = browser.post("/as/ann").await;
        assert_eq!((begun.status, &*begun.body), (200, "ann"), "{of:?}");
        assert_eq!(begun.set_cookies().len(), 1, "{of:?}");
        assert_eq!(world.seen_by(&browser).await, AS_ANN, "{of:?}");
        assert_eq!(browser.get("/notice").await.body, "-", "{of:?}: the message was root's");
        let behind = format!("root {} 0", world.clock.now().as_millis());
        assert_eq!(browser.get("/behind").await.body, behind, "{of:?}");

        browser.post("/fill/hers").await;
        let hers = "ann by root staff=false theme=hers note=hers code=hers items=hers seen=2";
        assert_eq!(world.seen_by(&browser).await, hers, "{of:?}");
        let acting = browser.clone();

        let back = browser.post("/back").await;
        assert_eq!((back.status, &*back.body, back.set_cookies().len()), (200, "root", 1), "{of:?}");
        // but for what is kept
        let own_again = "root by - staff=true theme=hers note=own code=own items=own seen=2";
        assert_eq!(world.seen_by(&browser).await, own_again, "{of:?}");
        assert_eq!(browser.get("/behind").await.status, 401, "{of:?}");
        assert_eq!(browser.get("/notice").await.body, "own", "{of:?}: it was never shown");
        if of.can_end() {
            for dead in [&own, &acting] {
                assert_eq!(world.seen_by(dead).await, "anonymous", "{of:?}");
                assert_eq!(dead.clone().post("/note/late").await.status, 409, "{of:?}");
                assert_eq!(dead.clone().post("/as/bob").await.body, "gone", "{of:?}");
            }
        }

        // and once more
        assert_eq!(browser.post("/as/bob").await.status, 200, "{of:?}");
        assert!(world.seen_by(&browser).await.starts_with("bob by root staff=false"), "{of:?}");
        assert_eq!(browser.post("/back").await.status, 200, "{of:?}");
        assert_eq!(world.seen_by(&browser).await, own_again, "{of:?}");
    })
    .await;
}

#[tokio::test]
async fn s19_fresh_lets_nobody_in_as_somebody_else() {
    on_every_store(async |world| {
        let of = world.kind;
        let mut browser = world.acting().await;
        assert_eq!(browser.get("/fresh").await.status, 401, "{of:?}");
        let before = browser.clone();
        let confirmed = browser.post("/act/confirm").await;
        assert_eq!((confirmed.status, confirmed.set_cookies().len()), (200, 1), "{of:?}");
        assert_eq!(browser.get("/fresh").await.status, 401, "{of:?}: the user has proved nothing");
        assert_eq!(world.seen_by(&browser).await, AS_ANN, "{of:?}");
        assert!(!of.can_end() || world.seen_by(&before).await == "anonymous", "{of:?}");
        browser.post("/back").await;
        assert_eq!(browser.get("/fresh").await.body, "root", "{of:?}: who has proved it");
        world.clock.advance(MINUTE * 29);
        browser.get("/").await;
        world.clock.advance(MINUTE * 29);
        browser.get("/").await;
        world.clock.advance(MINUTE * 2);
        assert_eq!(browser.get("/fresh").await.status, 401, "{of:?}: at its time, as if nothing had been");
    })
    .await;
}

#[tokio::test]
async fn s21_s45_the_session_lasts_no_longer_for_it() {
    for remembered in [false, true] {
        on_every_store(async |world| {
            let of = (world.kind, remembered);
            let mut browser = world.logged_in("root").await;
            let longest = if remembered { 30 * 24 * HOUR } else { 12 * HOUR };
            if remembered {
                browser.post("/act/remember").await;
            }
            let step = if remembered { 5 * 24 * HOUR } else { 20 * MINUTE };
            let steps = u32::try_from(longest.as_secs() / step.as_secs()).unwrap();
            for n in 1..steps {
                world.clock.advance(step);
                let deed = match n % 4 {
                    0 => "/back",
                    1 => "/as/ann",
                    2 => "/act/confirm",
                    _ => "/act/remember",
                };
                let reply = browser.post(deed).await;
                assert_eq!(reply.status, 200, "{of:?} {n} {deed}: {}", reply.body);
                let lasting = reply.set_cookie().is_some_and(|line| line.contains("Max-Age"));
                assert!(reply.set_cookie().is_none() || lasting == remembered, "{of:?} {n} {deed}");
            }
            assert_ne!(world.seen_by(&browser).await, "anonymous", "{of:?}");
            world.clock.advance(step);
            assert_eq!(world.seen_by(&browser).await, "anonymous", "{of:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_value_whose_time_is_over_does_not_come_back() {
    on_every_store(async |world| {
        let of = world.kind;
        let mut browser = world.acting().await;
        for _ in 0..3 {
            world.clock.advance(MINUTE * 20);
            browser.get("/").await;
        }
        assert_eq!(browser.post("/back").await.status, 200, "{of:?}");
        let expected = OWN.replace("code=own", "code=-");
        assert_eq!(world.seen_by(&browser).await, expected, "{of:?}");
    })
    .await;
}

#[tokio::test]
async fn s24_an_impersonation_is_renewed_as_any_session() {
    on_every_store(async |world| {
        let of = world.kind;
        let mut browser = world.acting().await;
        world.clock.advance(Duration::from_secs(31));
        browser.post("/act/renew").await;
        assert_eq!(world.seen_by(&browser).await, AS_ANN, "{of:?}");
        assert_eq!(browser.post("/back").await.status, 200, "{of:?}");
        assert_eq!(world.seen_by(&browser).await, OWN, "{of:?}");
    })
    .await;
}
