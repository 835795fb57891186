//! What ends while a request is on its way, and stays ended for as long as a copy could live.

use session_runtime::store::RevocationList;
use session_runtime::{KeyRing, Session};
use session_tests::{ByHand, Request, ScriptedStore, patiently};

use crate::world::{Shop, World, key, keys, on_both};

#[tokio::test]
async fn t2_s59_a_slow_reader_with_a_cookie_under_an_old_key_brings_nothing_back() {
    on_both(async |format| {
        let store = ScriptedStore::new();
        let list = || Some(RevocationList::new(store.clone()));
        let old = World::serve(format.sessions(keys(), list()), store.clone()).await;
        let both = format.sessions(KeyRing::new(key(2)).and_read(key(1)).unwrap(), list());
        let both = World::serve(both, store.clone()).await;
        let copy = old.logged_in().await.cookie().unwrap();
        let server = both.server;
        let slow = Request::get("/slow-read").cookie(&copy);
        let slow = tokio::spawn(async move { slow.send(server).await });
        both.gate.reached().await;
        assert!(Request::post("/logout").cookie(&copy).send(server).await.removes_cookie());
        both.gate.open();
        let reply = patiently("the slow request", slow).await.unwrap();
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "{format:?}");
    })
    .await;
}

#[tokio::test]
async fn t2_what_was_saved_before_a_logout_brings_nothing_back() {
    on_both(async |format| {
        for more in [false, true] {
            let world = World::new(format).await;
            let copy = world.logged_in().await.cookie().unwrap();
            let mut requests: ByHand<Session<Shop>> =
                ByHand::serve(|app| app.layer(world.sessions.clone())).await;
            let request = requests.handle(&copy).await;
            request.given.update(|shop| shop.note = "saved".into());
            request.given.save().await.unwrap();
            assert!(Request::post("/logout").cookie(&copy).send(world.server).await.removes_cookie());
            if more {
                request.given.update(|shop| shop.note = "more".into());
            }
            let reply = request.ends().await;
            let status = if more { 409 } else { 200 };
            assert_eq!((reply.status, reply.set_cookies().len()), (status, 0), "{format:?} {more}");
        }
    })
    .await;
}
