//! A server of the earlier version writes to a session, or gives it a new id, while one of the later version moves it.

use session_runtime::store::Store as _;
use session_tests::{Browser, Moment, Op, Request, patiently};

use super::world::{World, present, send};
use crate::world::{HOUR, Kind, MINUTE};

const KINDS: [Kind; 5] = [Kind::Memory, Kind::Files, Kind::Redis, Kind::Cluster, Kind::Encrypted];

/// Everything of it that is dead is forgotten, too: nothing leads from an old id to the new one any more.
async fn forget_old_ids(world: &World) {
    world.clock.advance(5 * MINUTE);
    world.store.sweep(session_runtime::clock::Clock::now(&*world.clock)).await.unwrap();
}

/// The present index has so many sessions of the owner, and this is one of them.
async fn is_found(world: &World, here: &Browser, count: usize, of: &str) {
    assert_eq!(world.new.revoke_owner(&present(7)).await.unwrap(), count, "{of}");
    assert_eq!(world.seen_by(here).await, "anonymous", "{of}");
}

#[tokio::test]
async fn s15_t42_a_new_id_that_the_earlier_version_gives_meanwhile_is_known_to_the_present_index() {
    for kind in KINDS {
        for deed in ["rotate", "renew", "yield"] {
            let of = format!("{kind:?} {deed}");
            let world = World::new(kind).await;
            let here = world.begun_before(7, "laptop").await;
            world.clock.advance(MINUTE);
            let slow = send(&here, world.earlier, Request::post(&format!("/slow/{deed}")));
            world.gate.reached().await;
            assert_eq!(world.seen_by(&here).await, "u7 true ", "{of}");
            world.gate.open();
            let reply = patiently(&of, slow).await.unwrap();
            assert_eq!((reply.status, reply.set_cookies().len()), (200, 1), "{of}: {reply:?}");
            let mut after = here.clone();
            after.take(&reply);
            forget_old_ids(&world).await;
            assert!(world.seen_by(&after).await.starts_with("u7 "), "{of}");
            assert_eq!(world.handles(7).await.len(), 1, "{of}");
            is_found(&world, &after, 1, &of).await;
        }
    }
}

#[tokio::test]
async fn s15_t42_the_same_where_it_had_noted_the_id_already() {
    for kind in KINDS {
        for deed in ["rotate", "renew"] {
            let of = format!("{kind:?} {deed}");
            let world = World::new(kind).await;
            let here = world.begun_before(7, "laptop").await;
            world.clock.advance(MINUTE);
            let gate = world.store.pause(Moment::Before(Op::Rotate));
            let rotating = send(&here, world.earlier, Request::post(&format!("/act/{deed}")));
            gate.reached().await;
            assert_eq!(world.seen_by(&here).await, "u7 true ", "{of}");
            gate.open();
            let reply = patiently(&of, rotating).await.unwrap();
            assert_eq!((reply.status, reply.set_cookies().len()), (200, 1), "{of}: {reply:?}");
            let mut after = here.clone();
            after.take(&reply);
            forget_old_ids(&world).await;
            assert_eq!(world.seen_by(&after).await, "u7 true ", "{of}");
            is_found(&world, &after, 1, &of).await;
        }
    }
}

#[tokio::test]
async fn s15_t42_a_new_id_that_came_before_the_move_is_what_is_moved() {
    for kind in KINDS {
        for deed in ["rotate", "renew"] {
            let of = format!("{kind:?} {deed}");
            let world = World::new(kind).await;
            let here = world.begun_before(7, "laptop").await;
            world.clock.advance(MINUTE);
            // the note is there, the record is not written yet
            let gate = world.store.pause(Moment::After(Op::Create));
            let moving = send(&here, world.later, Request::get("/"));
            gate.reached().await;
            let mut earlier = Browser::new(world.earlier);
            earlier.plant(&here.cookie().unwrap());
            assert_eq!(earlier.post(&format!("/act/{deed}")).await.status, 200, "{of}");
            gate.open();
            let reply = patiently(&of, moving).await.unwrap();
            let shown = if deed == "renew" { "u7 true " } else { "anonymous" };
            assert_eq!((reply.status, &*reply.body), (200, shown), "{of}: {reply:?}");
            let after = world.at_the_later(&earlier);
            assert_eq!(world.seen_by(&after).await, "u7 true ", "{of}");
            forget_old_ids(&world).await;
            assert_eq!(world.handles(7).await.len(), 1, "{of}");
            is_found(&world, &after, 1, &of).await;
        }
    }
}

#[tokio::test]
async fn s15_t42_a_longer_life_that_the_earlier_version_gives_meanwhile_is_known_to_the_present_index() {
    for kind in KINDS {
        for is_stored_first in [false, true] {
            let of = format!("{kind:?} {is_stored_first}");
            let world = World::new(kind).await;
            let here = world.begun_before(7, "laptop").await;
            if is_stored_first {
                // noted with the shorter life, and the record is not written yet
                let gate = world.store.pause(Moment::After(Op::Create));
                let moving = send(&here, world.later, Request::get("/"));
                gate.reached().await;
                let remember = here.prepare(Request::post("/act/remember")).send(world.earlier).await;
                assert_eq!(remember.status, 200, "{of}");
                gate.open();
                assert_eq!(patiently(&of, moving).await.unwrap().status, 200, "{of}");
            } else {
                let slow = send(&here, world.earlier, Request::post("/slow/remember"));
                world.gate.reached().await;
                assert_eq!(world.seen_by(&here).await, "u7 true ", "{of}");
                world.gate.open();
                assert_eq!(patiently(&of, slow).await.unwrap().status, 200, "{of}");
            }
            world.clock.advance(14 * HOUR);
            // a login strikes out what is over
            world.begun_after(7, "elsewhere").await;
            assert_eq!(world.seen_by(&here).await, "u7 true ", "{of}");
            is_found(&world, &here, 2, &of).await;
        }
    }
}

#[tokio::test]
async fn t42_what_the_earlier_version_writes_meanwhile_is_not_lost() {
    for kind in KINDS {
        let world = World::new(kind).await;
        let here = world.begun_before(7, "laptop").await;
        let gate = world.store.pause(Moment::After(Op::Create));
        let moving = send(&here, world.later, Request::get("/"));
        gate.reached().await;
        let mut earlier = Browser::new(world.earlier);
        earlier.plant(&here.cookie().unwrap());
        assert_eq!(earlier.post("/act/mine").await.status, 200, "{kind:?}");
        gate.open();
        assert_eq!(patiently("the move", moving).await.unwrap().status, 200, "{kind:?}");
        assert_eq!(world.seen_by(&here).await, "u7 true mine", "{kind:?}");
        assert_eq!(world.new.revoke_owner(&present(7)).await.unwrap(), 1, "{kind:?}");
        assert_eq!(world.seen_by(&here).await, "anonymous", "{kind:?}");
    }
}

#[tokio::test]
async fn s24_t42_an_answer_to_the_id_from_before_a_renewal_carries_the_new_one_whoever_moves_the_session() {
    for raced in [false, true] {
        let world = World::new(Kind::Memory).await;
        let before = world.begun_before(7, "laptop").await;
        let mut earlier = Browser::new(world.earlier);
        earlier.plant(&before.cookie().unwrap());
        world.clock.advance(5 * MINUTE);
        assert!(earlier.post("/act/renew").await.pair().is_some());
        // the answer was lost: this browser has the old id yet, another request has the new one
        let new_id = world.at_the_later(&earlier);
        let gate = world.store.pause(Moment::Before(Op::Create));
        let slow = send(&before, world.later, Request::get("/"));
        gate.reached().await;
        if raced {
            assert_eq!(world.seen_by(&new_id).await, "u7 true ");
        }
        gate.open();
        let reply = patiently("the slow request", slow).await.unwrap();
        assert_eq!(reply.body, "u7 true ", "{raced}");
        assert!(reply.pair().is_some(), "{raced}");
    }
}
