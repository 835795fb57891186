//! What has ended stays ended.

use session_runtime::store::RevocationList;
use session_runtime::{MemoryStore, Session};
use session_tests::{ByHand, Moment, Op, Request, ScriptedStore, patiently};

use crate::world::{HOUR, MINUTE, Shop, World, keys, on_both};

#[tokio::test]
async fn s14_s25_t10_a_logout_is_final() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut browser = world.logged_in().await;
        let copy = browser.cookie().unwrap();
        let reply = browser.post("/logout").await;
        assert!(reply.removes_cookie());
        assert_eq!(world.seen_with(&copy).await, "anonymous", "{format:?}");
        // and stays so, for as long as the copy could live
        world.clock.advance(11 * HOUR);
        world.sessions.sweep().await.unwrap();
        assert_eq!(world.seen_with(&copy).await, "anonymous");
        let mut again = world.browser();
        again.plant(&copy);
        assert_eq!(again.post("/note/new").await.status, 200, "long after, it is a visitor like any other");
    })
    .await;
}

#[tokio::test]
async fn t10_without_a_list_a_copy_outlives_the_logout_and_dies_at_its_deadline() {
    on_both(async |format| {
        let world = World::serve(format.sessions(keys(), None), ScriptedStore::new()).await;
        let mut browser = world.logged_in().await;
        let copy = browser.cookie().unwrap();
        assert!(browser.post("/logout").await.removes_cookie());
        assert!(world.seen_with(&copy).await.contains("ann"), "as `without_revocation` says");
        world.clock.advance(30 * MINUTE);
        assert_eq!(world.seen_with(&copy).await, "anonymous");
    })
    .await;
}

#[tokio::test]
async fn s11_s12_t4_a_login_gets_a_new_id_and_the_old_cookie_is_dead() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut browser = world.browser();
        browser.post("/note/planted").await;
        let planted = browser.cookie().unwrap();
        browser.post("/login/ann").await;
        assert_eq!(browser.get("/").await.body, "user=Some(\"ann\") note=planted theme=");
        assert_eq!(world.seen_with(&planted).await, "anonymous");
        let write = Request::post("/note/theirs").cookie(&planted).send(world.server).await;
        assert_eq!((write.status, write.set_cookies().len()), (409, 0), "{format:?}: nor can it write");
    })
    .await;
}

#[tokio::test]
async fn t2_a_slow_request_brings_nothing_back() {
    on_both(async |format| {
        for (path, method, status) in
            [("/slow-note", "POST", 409), ("/slow-rotate", "POST", 409), ("/slow-read", "GET", 200)]
        {
            let world = World::new(format).await;
            let mut browser = world.logged_in().await;
            let copy = browser.cookie().unwrap();
            // so late that it would be recorded as activity
            let slow = browser.prepare(Request::new(method, path));
            let server = world.server;
            let slow = tokio::spawn(async move { slow.send(server).await });
            world.gate.reached().await;
            assert_eq!(browser.post("/logout").await.status, 200);
            world.clock.advance(5 * MINUTE);
            world.gate.open();
            let reply = patiently("the slow request", slow).await.unwrap();
            assert_eq!(reply.status, status, "{format:?} {path}");
            assert_eq!(reply.set_cookies().len(), 0, "{format:?} {path}");
            assert_eq!(world.seen_with(&copy).await, "anonymous");
        }
    })
    .await;
}

#[tokio::test]
async fn s14_a_logout_beats_the_logins_that_came_between() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut browser = world.browser();
        browser.post("/note/one").await;
        // a logout that has loaded the session, and is slow to end it
        let paused = world.store.pause(Moment::Before(Op::Create));
        let logout = browser.prepare(Request::post("/logout-explicitly"));
        let server = world.server;
        let logout = tokio::spawn(async move { logout.send(server).await });
        paused.reached().await;
        // two rotations overtake it
        assert_eq!(browser.post("/login/ann").await.status, 200);
        assert_eq!(browser.post("/login/bob").await.status, 200);
        assert!(browser.get("/").await.body.contains("bob"));
        paused.open();
        let reply = patiently("the logout", logout).await.unwrap();
        assert!(reply.removes_cookie(), "{format:?}");
        assert_eq!(browser.get("/").await.body, "anonymous");
    })
    .await;
}

#[tokio::test]
async fn s69_of_two_that_rotate_at_once_one_wins() {
    on_both(async |format| {
        let world = World::new(format).await;
        let browser = world.logged_in().await;
        let server = world.server;
        let slow: Vec<_> = (0..2)
            .map(|_| {
                let request = browser.prepare(Request::post("/slow-rotate"));
                tokio::spawn(async move { request.send(server).await })
            })
            .collect();
        for _ in 0..2 {
            world.gate.reached().await;
        }
        world.gate.open();
        world.gate.open();
        let mut statuses = Vec::new();
        let mut cookies = 0;
        for reply in slow {
            let reply = patiently("a slow request", reply).await.unwrap();
            statuses.push(reply.status);
            cookies += reply.set_cookies().len();
        }
        statuses.sort_unstable();
        assert_eq!((statuses, cookies), (vec![200, 409], 1), "{format:?}: no third id");
    })
    .await;
}

#[tokio::test]
async fn s15_t10_every_session_of_an_owner_ends_and_a_later_login_lives() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut here = world.logged_in().await;
        let mut there = world.logged_in().await;
        let mut bob = world.browser();
        bob.post("/login/bob").await;
        let slow = there.prepare(Request::post("/slow-note"));
        let server = world.server;
        let slow = tokio::spawn(async move { slow.send(server).await });
        world.gate.reached().await;

        world.sessions.revoke_owner(&"ann".to_owned()).await.unwrap();
        world.gate.open();
        let reply = patiently("the slow request", slow).await.unwrap();
        assert_eq!((reply.status, reply.set_cookies().len()), (409, 0), "S30: also what is in flight");
        assert_eq!(here.get("/").await.body, "anonymous");
        assert_eq!(there.get("/").await.body, "anonymous");
        assert!(bob.get("/").await.body.contains("bob"));

        world.clock.advance(std::time::Duration::from_millis(1));
        let mut later = world.logged_in().await;
        assert!(later.get("/").await.body.contains("ann"), "{format:?}");
        // and once more: an end does not move back
        world.clock.advance(MINUTE);
        world.sessions.revoke_owner(&"ann".to_owned()).await.unwrap();
        assert_eq!(later.get("/").await.body, "anonymous");
        // what outlives a sweep: the end of an owner's sessions, for as long as one could live
        world.clock.advance(29 * MINUTE);
        world.sessions.sweep().await.unwrap();
        assert_eq!(later.get("/").await.body, "anonymous");
    })
    .await;
}

#[tokio::test]
async fn s67_a_list_that_does_not_answer_is_a_503_and_nobody_is_logged_in_or_out() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut browser = world.logged_in().await;
        world.store.fail(&Op::ALL);
        let reply = browser.get("/").await;
        assert_eq!((reply.status, reply.set_cookies().len()), (503, 0), "{format:?}");
        let reply = browser.post("/logout").await;
        assert_eq!(
            (reply.status, reply.set_cookies().len()),
            (503, 0),
            "a logout that did not happen says so"
        );
        assert_eq!(browser.get("/untouched").await.status, 200);
        assert_eq!(world.browser().post("/note/new").await.status, 200, "a first visit asks nobody");
        world.store.recover();
        assert!(browser.get("/").await.body.contains("ann"));
    })
    .await;
}

#[tokio::test]
async fn t5_a_full_list_forgets_nothing_and_refuses_loudly() {
    on_both(async |format| {
        let list = RevocationList::new(MemoryStore::builder().capacity(2).build());
        let world = World::serve(format.sessions(keys(), Some(list)), ScriptedStore::new()).await;
        let mut ended = Vec::new();
        let mut refused = 0;
        for _ in 0..6 {
            let mut browser = world.browser();
            browser.post("/note/mine").await;
            let copy = browser.cookie().unwrap();
            match browser.post("/logout-explicitly").await.status {
                200 => ended.push(copy),
                503 => refused += 1,
                other => panic!("{other}"),
            }
        }
        assert!(!ended.is_empty() && refused > 0, "{format:?}: {} ended, {refused} refused", ended.len());
        for copy in ended {
            assert_eq!(world.seen_with(&copy).await, "anonymous");
        }
    })
    .await;
}

#[tokio::test]
async fn what_needs_a_cookie_is_too_late_after_the_response() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut browser = world.browser();
        browser.post("/note/one").await;
        let copy = browser.cookie().unwrap();
        let mut requests: ByHand<Session<Shop>> =
            ByHand::serve(|app| app.layer(world.sessions.clone())).await;
        let (handle, reply) = requests.handle(&copy).await.returns().await;
        assert_eq!(reply.set_cookies().len(), 0);
        handle.update(|shop| shop.note = "late".into());
        assert!(handle.save().await.unwrap_err().is_too_late(), "{format:?}: a change needs a new cookie");
        assert_eq!(world.seen_with(&copy).await, "user=None note=one theme=");
        handle.destroy();
        handle.save().await.unwrap();
        assert_eq!(world.seen_with(&copy).await, "anonymous", "an end needs none");
    })
    .await;
}

#[tokio::test]
async fn without_a_list_nothing_can_be_ended_after_the_response_either() {
    on_both(async |format| {
        let sessions = format.sessions(keys(), None).build().unwrap();
        let copy = sessions.issue(Shop { note: "one".into(), ..Shop::default() }).await.unwrap();
        let mut requests: ByHand<Session<Shop>> = ByHand::serve(|app| app.layer(sessions)).await;
        let (handle, _) = requests.handle(copy.cookie()).await.returns().await;
        handle.destroy();
        assert!(handle.save().await.unwrap_err().is_too_late(), "{format:?}: and it says so");
    })
    .await;
}

#[tokio::test]
async fn what_was_saved_before_a_refused_commit_is_in_the_cookie() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut requests: ByHand<Session<Shop>> =
            ByHand::serve(|app| app.layer(world.sessions.clone())).await;
        let request = requests.handle("").await;
        request.given.update(|shop| shop.note = "saved".into());
        request.given.save().await.unwrap();
        request.given.update(|shop| shop.note = "n".repeat(5000));
        let (_, reply) = request.returns().await;
        assert_eq!(reply.status, 500, "{format:?}");
        assert_eq!(world.seen_with(reply.pair().unwrap()).await, "user=None note=saved theme=");
    })
    .await;
}
