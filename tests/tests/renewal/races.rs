//! A renewal against whatever else a request can do, in every order of their store calls. Gates decide the order.

use session_runtime::Session;
use session_tests::{Moment, Op, Reply, ScriptedStore};

use crate::world::{Login, World};

/// What the other request does, and the store call that it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Update,
    Touch,
    ShowMessage,
    Renew,
    RenewWithChanges,
    Rotate,
    Login,
    Destroy,
}

const ALL: [Act; 8] = [
    Act::Update,
    Act::Touch,
    Act::ShowMessage,
    Act::Renew,
    Act::RenewWithChanges,
    Act::Rotate,
    Act::Login,
    Act::Destroy,
];

impl Act {
    fn begin(self, handle: &Session<Login>) {
        match self {
            Self::Update => handle.update(|login| login.b = 7),
            Self::Touch => {}
            Self::ShowMessage => drop(handle.get().notice.get().cloned()),
            Self::Renew => handle.renew(),
            Self::RenewWithChanges => {
                handle.update(|login| login.b = 7);
                handle.renew();
            }
            Self::Rotate => handle.rotate(),
            Self::Login => handle.update(|login| login.user = Some("bob".into())),
            Self::Destroy => handle.destroy(),
        }
    }

    const fn op(self) -> Op {
        match self {
            Self::Update | Self::ShowMessage => Op::Update,
            Self::Touch => Op::Touch,
            Self::Renew | Self::RenewWithChanges | Self::Rotate | Self::Login => Op::Rotate,
            Self::Destroy => Op::Delete,
        }
    }

    const fn writes(self) -> bool {
        matches!(self, Self::Update | Self::RenewWithChanges)
    }

    /// Whether the id is dead at once when it is done.
    const fn ends_the_id(self) -> bool {
        matches!(self, Self::Rotate | Self::Login | Self::Destroy)
    }
}

/// With a message, which a request can show.
async fn world() -> (World, ScriptedStore) {
    let (mut world, store) = World::scripted().await;
    let reply =
        world.send(&world.old.clone(), |handle| handle.update(|s| s.notice.set("hello".into()))).await;
    assert_eq!(reply.status, 200);
    // activity is due again
    world.clock.advance(std::time::Duration::from_secs(600));
    store.forget();
    (world, store)
}

/// The renewal was done first, and the other request was on its way: it is stored under the new id, and learns that.
async fn after_the_renewal(world: &mut World, act: Act, new: &str, reply: &Reply) {
    assert_eq!(reply.status, 200, "{act:?}");
    if act == Act::Destroy {
        assert!(reply.removes_cookie());
        world.expect_dead(&world.old.clone()).await;
        world.expect_dead(new).await;
        return;
    }
    let cookie = reply.pair().unwrap_or_else(|| panic!("{act:?} learns the new id")).to_owned();
    if act.ends_the_id() {
        assert_ne!(cookie, new, "{act:?}");
        world.expect_dead(&world.old.clone()).await;
        world.expect_dead(new).await;
    } else {
        assert_eq!(cookie, new, "{act:?}: one new id");
    }
    let value = world.value(&cookie).await;
    assert_eq!(value.b, if act.writes() { 7 } else { 0 }, "{act:?}");
    assert_eq!(value.user.as_deref(), Some(if act == Act::Login { "bob" } else { "ann" }));
}

#[tokio::test]
async fn t32_a_renewal_comes_between_load_and_store_call() {
    for act in ALL {
        let (mut world, store) = world().await;
        let other = world.early().await;
        act.begin(&other.given);
        let gate = store.pause(Moment::Before(act.op()));
        let other = tokio::spawn(other.ends());
        gate.reached().await;
        let new = world.renewed().await;
        gate.open();
        let reply = other.await.unwrap();
        after_the_renewal(&mut world, act, &new, &reply).await;
    }
}

#[tokio::test]
async fn t32_the_other_request_is_done_before_the_renewal() {
    for act in ALL {
        for renewer_writes in [false, true] {
            let (mut world, store) = world().await;
            let renews = world.early().await;
            renews.given.renew();
            if renewer_writes {
                renews.given.update(|login| login.c = 8);
            }
            let gate = store.pause(Moment::Before(Op::Rotate));
            let renews = tokio::spawn(renews.ends());
            gate.reached().await;
            let other = world.send(&world.old.clone(), |handle| act.begin(handle)).await;
            assert_eq!(other.status, 200, "{act:?}");
            gate.open();
            let reply = renews.await.unwrap();
            if act.ends_the_id() {
                let status = if renewer_writes { 409 } else { 200 };
                assert_eq!((reply.status, reply.set_cookies().len()), (status, 0), "{act:?}");
                continue;
            }
            assert_eq!(reply.status, 200, "{act:?}");
            let new = reply.pair().expect("the new id").to_owned();
            assert!(other.pair().is_none_or(|cookie| cookie == new), "{act:?}: one new id");
            let value = world.value(&new).await;
            let (b, c) = (if act.writes() { 7 } else { 0 }, if renewer_writes { 8 } else { 0 });
            assert_eq!((value.b, value.c), (b, c), "{act:?}");
        }
    }
}

#[tokio::test]
async fn t32_the_other_request_runs_between_the_renewal_and_its_answer() {
    for act in ALL {
        let (mut world, store) = world().await;
        let renews = world.early().await;
        renews.given.renew();
        let gate = store.pause(Moment::After(Op::Rotate));
        let renews = tokio::spawn(renews.ends());
        gate.reached().await;
        // it presents the old id, whose record has moved
        let other = world.send(&world.old.clone(), |handle| act.begin(handle)).await;
        gate.open();
        let reply = renews.await.unwrap();
        let new = reply.pair().expect("the new id").to_owned();
        after_the_renewal(&mut world, act, &new, &other).await;
    }
}

#[tokio::test]
async fn t32_t4_between_a_renewal_and_who_follows_it_a_privilege_changes() {
    for act in ALL {
        let (mut world, store) = world().await;
        let other = world.early().await;
        act.begin(&other.given);
        let new = world.renewed().await;
        // it has found the old id dead, and where its record went, and looks there
        let gates = [store.pause(Moment::Before(Op::Load)), store.pause(Moment::Before(Op::Load))];
        let other = tokio::spawn(other.ends());
        if act == Act::Destroy {
            gates.iter().for_each(session_tests::Gate::open);
        } else {
            gates[0].reached().await;
            gates[0].open();
            gates[1].reached().await;
        }
        let login = world.send(&new, |handle| handle.update(|login| login.admin = true)).await;
        gates.iter().for_each(session_tests::Gate::open);
        let reply = other.await.unwrap();
        if act == Act::Destroy {
            assert_eq!(login.status, 409, "there was nothing to log in to");
            continue;
        }
        let third = login.pair().expect("a new id").to_owned();
        let refused = act.writes() || matches!(act, Act::Rotate | Act::Login);
        let expected = (if refused { 409 } else { 200 }, 0);
        assert_eq!((reply.status, reply.set_cookies().len()), expected, "{act:?}");
        let value = world.value(&third).await;
        assert_eq!((value.b, value.admin), (0, true), "{act:?}");
    }
}

#[tokio::test]
async fn t2_t4_who_came_by_the_old_id_gets_no_cookie_of_an_id_that_has_died_since() {
    let ends: [fn(&Session<Login>); 3] =
        [|handle| handle.update(|login| login.admin = true), Session::rotate, Session::destroy];
    for end in ends {
        for writes in [false, true] {
            let (mut world, store) = world().await;
            let new = world.renewed().await;
            let other = world.early().await;
            if writes {
                other.given.update(|login| login.b = 7);
            }
            let gate = store.pause(Moment::Before(if writes { Op::Update } else { Op::Touch }));
            let other = tokio::spawn(other.ends());
            gate.reached().await;
            world.send(&new, end).await;
            gate.open();
            let reply = other.await.unwrap();
            assert_eq!((reply.status, reply.set_cookies().len()), (if writes { 409 } else { 200 }, 0));
        }
    }
}

#[tokio::test]
async fn t32_ten_requests_that_renew_at_one_moment_make_one_id() {
    let (mut world, store) = world().await;
    let mut gates = Vec::new();
    let mut requests = Vec::new();
    for n in 0..10 {
        let request = world.early().await;
        request.given.renew();
        request.given.update(move |login| if n == 3 { login.b = 7 } else { login.c = 8 });
        gates.push(store.pause(Moment::Before(Op::Rotate)));
        requests.push(tokio::spawn(request.ends()));
    }
    for gate in &gates {
        gate.reached().await;
    }
    gates.iter().for_each(session_tests::Gate::open);
    let mut cookies = Vec::new();
    for request in requests {
        let reply = request.await.unwrap();
        assert_eq!(reply.status, 200);
        cookies.push(reply.pair().expect("the new id").to_owned());
    }
    cookies.dedup();
    assert_eq!(cookies.len(), 1, "one new id");
    let value = world.value(&cookies[0]).await;
    assert_eq!((value.b, value.c), (7, 8));
}
