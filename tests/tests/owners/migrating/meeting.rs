//! The move and a revocation meet, at every call that either makes to the store.

use std::sync::Arc;

use session_tests::{Browser, Gate, Op, Reply, Request, Turn, patiently};
use tokio::task::JoinHandle;

use super::world::{World, present, send};
use crate::world::Kind;

const KINDS: [Kind; 6] =
    [Kind::Memory, Kind::Files, Kind::Redis, Kind::Encrypted, Kind::SignedCookie, Kind::EncryptedCookie];

/// What the request does whose session is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Read,
    Write,
    Rotate,
}

impl Deed {
    /// All of them where a call costs nothing. The move is the same whatever follows it.
    const fn on(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Memory | Kind::EncryptedCookie => &[Self::Read, Self::Write, Self::Rotate],
            _ => &[Self::Read],
        }
    }

    fn request(self) -> Request {
        match self {
            Self::Read => Request::get("/"),
            Self::Write => Request::post("/act/mine"),
            Self::Rotate => Request::post("/act/rotate"),
        }
    }
}

/// Every point of a sequence of so many calls.
fn turns(calls: usize) -> impl Iterator<Item = Turn> {
    (0..calls).flat_map(|n| [Turn::Before(n), Turn::After(n)])
}

const fn is_after(turn: Turn, call: usize) -> bool {
    match turn {
        Turn::Before(n) => n > call,
        Turn::After(n) => n >= call,
    }
}

fn writes(calls: &[Op]) -> Vec<usize> {
    let is_write = |op: &Op| matches!(op, Op::Create | Op::Update);
    calls.iter().enumerate().filter(|(_, op)| is_write(op)).map(|(at, _)| at).collect()
}

/// The calls of a request that moves its session, and of a revocation of one session that is in its index.
async fn calls(world: &World, deed: Deed) -> Vec<Op> {
    let here = prepared(world, 1).await;
    world.store.forget();
    assert_eq!(here.prepare(deed.request()).send(world.later).await.status, 200);
    world.store.calls()
}

/// A browser with a session of the time before; its owner has logged in elsewhere since.
async fn prepared(world: &World, user: u64) -> Browser {
    let here = world.begun_before(user, "here").await;
    world.begun_after(user, "elsewhere").await;
    here
}

/// Whether the session outlived it. What lives can be ended, by its present form, under all of its cookies.
async fn outcome(world: &World, user: u64, before: &Browser, reply: &Reply, of: &str) -> bool {
    assert!([200, 409].contains(&reply.status), "{of}: {reply:?}");
    let mut after = before.clone();
    after.take(reply);
    let shown = format!("u{user} true");
    let alive = world.seen_by(&after).await.starts_with(&shown);
    if reply.status == 409 {
        assert!(!alive, "{of}: it was told that it is over");
    }
    if alive {
        let found = world.new.sessions_of(&present(user)).await.unwrap();
        let here = found.iter().find(|session| session.label() == Some("here"));
        let here =
            here.unwrap_or_else(|| panic!("{of}: it lives, and its owner's index does not know")).handle();
        assert!(world.new.revoke(&present(user), here).await.unwrap(), "{of}");
    }
    for cookie in [before, &after] {
        assert_eq!(world.seen_by(cookie).await, "anonymous", "{of}");
    }
    assert!(world.handles(user).await.len() <= 1, "{of}: nothing dead is listed");
    alive
}

/// The form in which an owner is named to end their sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Former,
    Present,
}

/// Ends the owner's sessions by these forms, one after the other.
async fn revoke(world: &World, by: &[Form], user: u64) {
    for form in by {
        match form {
            Form::Former => world.old.revoke_owner(&user).await.unwrap(),
            Form::Present => world.new.revoke_owner(&present(user)).await.unwrap(),
        };
    }
}

/// The same, stopped at one of its calls.
async fn revoking(world: &Arc<World>, by: &'static [Form], user: u64, turn: Turn) -> (JoinHandle<()>, Gate) {
    let gate = world.store.pause_call(turn);
    let own = Arc::clone(world);
    let revocation = tokio::spawn(async move { revoke(&own, by, user).await });
    gate.reached().await;
    (revocation, gate)
}

/// A move that is stopped at one of its calls while the owner's sessions are ended: whether it lives, and what it is told.
async fn meets(world: &World, deed: Deed, turn: Turn, by: Form, user: u64, of: &str) -> (bool, Reply) {
    let here = prepared(world, user).await;
    world.store.forget();
    let gate = world.store.pause_call(turn);
    let moving = send(&here, world.later, deed.request());
    gate.reached().await;
    revoke(world, &[by], user).await;
    gate.open();
    let reply = patiently(of, moving).await.unwrap();
    let alive = outcome(world, user, &here, &reply, of).await;
    (alive, reply)
}

#[tokio::test]
async fn s15_t42_a_move_that_a_revocation_by_the_former_form_meets_at_any_of_its_calls_stops_or_was_done() {
    for kind in KINDS {
        for &deed in Deed::on(kind) {
            let world = Arc::new(World::new(kind).await);
            let calls = calls(&world, deed).await;
            // its note in the present index; in a store, its record; that the former index has it no more
            let struck = writes(&calls)[if kind.is_cookie() { 1 } else { 2 }];
            for (n, turn) in (2..).zip(turns(calls.len())) {
                let of = format!("{kind:?} {deed:?} {turn:?} of {calls:?}");
                let (alive, reply) = meets(&world, deed, turn, Form::Former, n, &of).await;
                assert_eq!(alive, is_after(turn, struck), "{of}: {reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn s15_t42_a_revocation_by_the_former_form_that_a_move_meets_ends_it_or_had_not_looked_yet() {
    for kind in KINDS {
        for &deed in Deed::on(kind) {
            let world = Arc::new(World::new(kind).await);
            let calls = {
                prepared(&world, 1).await;
                world.store.forget();
                revoke(&world, &[Form::Former], 1).await;
                world.store.calls()
            };
            // its mark; in cookies, their time comes before
            let mark = writes(&calls)[0];
            for (n, turn) in (2..).zip(turns(calls.len())) {
                let of = format!("{kind:?} {deed:?} {turn:?} of {calls:?}");
                let here = prepared(&world, n).await;
                world.store.forget();
                let (revocation, gate) = revoking(&world, &[Form::Former], n, turn).await;
                world.clock.advance(std::time::Duration::from_millis(1));
                let reply = here.prepare(deed.request()).send(world.later).await;
                gate.open();
                patiently(&of, revocation).await.unwrap();
                if is_after(turn, mark) {
                    let seen = if deed == Deed::Read { (200, "anonymous") } else { (409, "") };
                    assert_eq!((reply.status, &*reply.body), seen, "{of}: it is marked");
                }
                let alive = outcome(&world, n, &here, &reply, &of).await;
                assert_eq!(alive, !is_after(turn, mark), "{of}: {reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn s15_t42_a_move_that_a_revocation_by_the_present_form_meets_at_any_of_its_calls_dies_or_is_later() {
    for kind in KINDS {
        for &deed in Deed::on(kind) {
            let world = Arc::new(World::new(kind).await);
            let calls = calls(&world, deed).await;
            let note = writes(&calls)[0];
            for (n, turn) in (2..).zip(turns(calls.len())) {
                let of = format!("{kind:?} {deed:?} {turn:?} of {calls:?}");
                let (alive, reply) = meets(&world, deed, turn, Form::Present, n, &of).await;
                // in cookies all that began before ends by its time, noted or not
                assert_eq!(alive, !is_after(turn, note) && !kind.is_cookie(), "{of}: {reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn s15_t42_a_revocation_by_the_present_form_that_a_move_meets_ends_it_or_had_looked_before() {
    for kind in KINDS {
        for &deed in Deed::on(kind) {
            let world = Arc::new(World::new(kind).await);
            let calls = {
                prepared(&world, 1).await;
                world.store.forget();
                revoke(&world, &[Form::Present], 1).await;
                world.store.calls()
            };
            let mark = calls.iter().position(|op| *op == Op::Update).unwrap();
            for (n, turn) in (2..).zip(turns(calls.len())) {
                let of = format!("{kind:?} {deed:?} {turn:?} of {calls:?}");
                let here = prepared(&world, n).await;
                world.store.forget();
                let (revocation, gate) = revoking(&world, &[Form::Present], n, turn).await;
                world.clock.advance(std::time::Duration::from_millis(1));
                let reply = here.prepare(deed.request()).send(world.later).await;
                gate.open();
                patiently(&of, revocation).await.unwrap();
                let alive = outcome(&world, n, &here, &reply, &of).await;
                assert_eq!(alive, is_after(turn, mark) && !kind.is_cookie(), "{of}: {reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn s15_t42_by_both_forms_the_former_first_it_ends_whenever_it_is_moved() {
    const BOTH: &[Form] = &[Form::Former, Form::Present];
    for kind in KINDS {
        for &deed in Deed::on(kind) {
            let world = Arc::new(World::new(kind).await);
            let calls = calls(&world, deed).await;
            for (n, turn) in (2..).zip(turns(calls.len())) {
                let of = format!("{kind:?} {deed:?} {turn:?} of {calls:?}");
                let here = prepared(&world, n).await;
                world.store.forget();
                let gate = world.store.pause_call(turn);
                let moving = send(&here, world.later, deed.request());
                gate.reached().await;
                revoke(&world, BOTH, n).await;
                gate.open();
                let reply = patiently(&of, moving).await.unwrap();
                assert!(!outcome(&world, n, &here, &reply, &of).await, "{of}: {reply:?}");
            }
            let revocation = {
                prepared(&world, 1000).await;
                world.store.forget();
                revoke(&world, BOTH, 1000).await;
                world.store.calls()
            };
            for (n, turn) in (1001..).zip(turns(revocation.len())) {
                let of = format!("{kind:?} {deed:?} {turn:?} of {revocation:?}");
                let here = prepared(&world, n).await;
                world.store.forget();
                let (revocation, gate) = revoking(&world, BOTH, n, turn).await;
                world.clock.advance(std::time::Duration::from_millis(1));
                let reply = here.prepare(deed.request()).send(world.later).await;
                gate.open();
                patiently(&of, revocation).await.unwrap();
                assert!(!outcome(&world, n, &here, &reply, &of).await, "{of}: {reply:?}");
            }
        }
    }
}
