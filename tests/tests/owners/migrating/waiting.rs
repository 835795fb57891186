//! The index of the present form cannot be written, or the session is about to end: what a request can do then.

use session_runtime::WhenFull;
use session_tests::{Moment, Op, Request, patiently};

use super::world::{World, present, send};
use crate::world::{Kind, MINUTE};

const KINDS: [Kind; 3] = [Kind::Memory, Kind::Files, Kind::Encrypted];

#[tokio::test]
async fn s15_t42_where_the_index_cannot_be_written_reads_go_on_and_writes_are_refused_loudly() {
    for kind in KINDS {
        let world = World::new(kind).await;
        let mut here = world.begun_before(7, "laptop").await;
        world.store.fail(&[Op::Create]);
        let reply = here.get("/").await;
        assert_eq!((reply.status, &*reply.body), (200, "u7 true "), "{kind:?}");
        assert_eq!(world.counters.snapshot().reindexes_failed, 1, "{kind:?}");
        // activity is no field
        world.clock.advance(10 * MINUTE);
        world.store.forget();
        assert_eq!(here.get("/").await.status, 200, "{kind:?}");
        assert_eq!(world.store.calls().last(), Some(&Op::Touch), "{kind:?}");
        for target in ["/act/mine", "/act/rotate", "/act/confirm", "/act/remember", "/login/8/laptop"] {
            let reply = here.post(target).await;
            assert_eq!((reply.status, reply.set_cookies().len()), (503, 0), "{kind:?} {target}");
        }
        // an id's age is no reason to refuse a request
        let reply = here.post("/act/renew").await;
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "{kind:?}");
        assert_eq!(here.post("/take").await.body, "refused: true", "{kind:?}");
        assert_eq!(here.post("/fail").await.status, 500, "{kind:?}");
        world.store.recover();
        // it was left as it was: the earlier version's, and revocable as such
        assert_eq!((world.former_handles(7).await.len(), world.handles(7).await.len()), (1, 0), "{kind:?}");
        assert_eq!(here.post("/act/mine").await.status, 200, "{kind:?}: as soon as it can be");
        assert_eq!((world.former_handles(7).await.len(), world.handles(7).await.len()), (0, 1), "{kind:?}");
        assert_eq!(world.seen_by(&here).await, "u7 true mine", "{kind:?}");
    }
}

#[tokio::test]
async fn s15_t42_a_session_that_could_not_be_moved_is_ended_by_its_former_form() {
    for kind in KINDS {
        let world = World::new(kind).await;
        let mut here = world.begun_before(7, "laptop").await;
        world.store.fail(&[Op::Create]);
        assert_eq!(here.post("/act/mine").await.status, 503, "{kind:?}");
        assert_eq!(world.old.revoke_owner(&7).await.unwrap(), 1, "{kind:?}");
        world.store.recover();
        assert_eq!(world.seen_by(&here).await, "anonymous", "{kind:?}");
    }
}

#[tokio::test]
async fn t42_a_logout_and_a_privilege_that_is_given_up_do_not_wait_for_an_index() {
    for kind in KINDS {
        for (deed, status) in [("logout", 200), ("yield", 200)] {
            let world = World::new(kind).await;
            let mut here = world.begun_before(7, "laptop").await;
            let copy = here.clone();
            world.store.fail(&[Op::Create]);
            let reply = here.post(&format!("/act/{deed}")).await;
            assert_eq!((reply.status, reply.removes_cookie()), (status, true), "{kind:?} {deed}");
            world.store.recover();
            assert_eq!(world.seen_by(&copy).await, "anonymous", "{kind:?} {deed}");
        }
    }
}

#[tokio::test]
async fn s15_t42_a_record_that_cannot_be_written_leaves_a_session_that_both_forms_can_end() {
    for kind in KINDS {
        for by_former in [true, false] {
            let world = World::new(kind).await;
            let here = world.begun_before(7, "laptop").await;
            world.store.fail(&[Op::Update]);
            assert_eq!(world.seen_by(&here).await, "u7 true ", "{kind:?}");
            world.store.recover();
            let ended = if by_former {
                world.old.revoke_owner(&7).await.unwrap()
            } else {
                world.new.revoke_owner(&present(7)).await.unwrap()
            };
            assert_eq!(ended, 1, "{kind:?}");
            assert_eq!(world.seen_by(&here).await, "anonymous", "{kind:?}");
        }
    }
}

#[tokio::test]
async fn s15_t42_what_a_revocation_marked_and_could_not_end_does_not_live_on_and_is_ended_by_the_next() {
    for kind in KINDS {
        let world = World::new(kind).await;
        let mut here = world.begun_before(7, "laptop").await;
        let copy = here.clone();
        world.store.fail(&[Op::Delete]);
        assert!(world.old.revoke_owner(&7).await.unwrap_err().is_unavailable(), "{kind:?}");
        assert_eq!(world.seen_by(&here).await, "anonymous", "{kind:?}");
        assert_eq!(here.post("/act/mine").await.status, 409, "{kind:?}");
        world.store.recover();
        // whoever meets it then ends it, so that its browser can log in again
        assert_eq!(world.seen_by(&here).await, "anonymous", "{kind:?}");
        world.clock.advance(3 * MINUTE);
        assert_eq!(here.post("/login/7/laptop").await.status, 200, "{kind:?}");
        assert_eq!(world.old.revoke_owner(&7).await.unwrap(), 1, "{kind:?}");
        assert!(world.former_handles(7).await.is_empty(), "{kind:?}");
        assert_eq!(world.seen_by(&copy).await, "anonymous", "{kind:?}");
    }
}

#[tokio::test]
async fn s15_t42_a_mark_that_comes_while_it_moves_stays_until_the_session_has_ended() {
    for kind in KINDS {
        let world = World::new(kind).await;
        let here = world.begun_before(7, "laptop").await;
        let gate = world.store.pause(Moment::After(Op::Create));
        let moving = send(&here, world.later, Request::get("/"));
        gate.reached().await;
        world.store.fail(&[Op::Delete]);
        assert!(world.old.revoke_owner(&7).await.unwrap_err().is_unavailable(), "{kind:?}");
        gate.open();
        assert_eq!(patiently("the move", moving).await.unwrap().status, 200, "{kind:?}");
        world.store.recover();
        assert_eq!(world.old.revoke_owner(&7).await.unwrap(), 1, "{kind:?}: the same call goes on");
        assert_eq!(world.seen_by(&here).await, "anonymous", "{kind:?}");
    }
}

#[tokio::test]
async fn s18_t42_a_move_that_was_stopped_leaves_nothing_that_a_login_must_make_room_for() {
    for kind in [Kind::Memory, Kind::Files, Kind::Encrypted, Kind::EncryptedCookie] {
        let world = World::with_limit(kind, 1, WhenFull::RejectNew).await;
        let here = world.begun_before(7, "laptop").await;
        let gate = world.store.pause(Moment::After(Op::Create));
        let moving = send(&here, world.later, Request::get("/"));
        gate.reached().await;
        world.old.revoke_owner(&7).await.unwrap();
        gate.open();
        assert_eq!(patiently("the move", moving).await.unwrap().body, "anonymous", "{kind:?}");
        world.begun_after(7, "phone").await;
        assert_eq!(world.handles(7).await.len(), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn s15_t42_nobody_moves_what_a_revocation_by_the_present_form_marked_and_could_not_end() {
    for kind in KINDS {
        let world = World::new(kind).await;
        let here = world.begun_before(7, "laptop").await;
        let gate = world.store.pause(Moment::After(Op::Create));
        let moving = send(&here, world.later, Request::get("/"));
        gate.reached().await;
        world.store.fail(&[Op::Delete]);
        assert!(world.new.revoke_owner(&present(7)).await.unwrap_err().is_unavailable(), "{kind:?}");
        assert_eq!(world.seen_by(&here).await, "anonymous", "{kind:?}");
        gate.open();
        patiently("the move", moving).await.unwrap();
        world.store.recover();
        assert_eq!(world.new.revoke_owner(&present(7)).await.unwrap(), 1, "{kind:?}: the same call goes on");
        assert_eq!(world.seen_by(&here).await, "anonymous", "{kind:?}");
    }
}

#[tokio::test]
async fn s15_t42_in_cookies_a_move_between_the_two_halves_of_a_revocation_does_not_escape_it() {
    for kind in [Kind::SignedCookie, Kind::EncryptedCookie] {
        let world = World::new(kind).await;
        let here = world.begun_before(7, "laptop").await;
        let noted = world.store.pause(Moment::After(Op::Create));
        let moving = send(&here, world.later, Request::get("/"));
        noted.reached().await;
        // all that began before is over by its time, and the index is not looked at yet
        let half = world.store.pause(Moment::After(Op::Create));
        let old = world.old.clone();
        let revocation = tokio::spawn(async move { old.revoke_owner(&7).await.unwrap() });
        half.reached().await;
        noted.open();
        let reply = patiently("the move", moving).await.unwrap();
        assert_eq!((&*reply.body, reply.set_cookies().len()), ("anonymous", 0), "{kind:?}");
        half.open();
        patiently("the revocation", revocation).await.unwrap();
        assert!(world.handles(7).await.is_empty(), "{kind:?}");
    }
}
