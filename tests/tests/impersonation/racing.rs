//! Two requests of one session, one of which begins or ends it: at every call that either makes to the store.

use session_tests::{Browser, Reply, Request, Turn, patiently};

use crate::world::{AS_ANN, Kind, OWN, SERVERS, World};

/// Every point of a sequence of so many calls.
fn turns(calls: usize) -> impl Iterator<Item = Turn> {
    (0..calls).flat_map(|n| [Turn::Before(n), Turn::After(n)])
}

async fn filled(world: &World) -> Browser {
    let mut browser = world.logged_in("root").await;
    browser.post("/fill/own").await;
    browser
}

/// `first` is stopped at each of its calls, and `second` done in between.
async fn meet(
    kind: Kind,
    acting: bool,
    [first, second]: [&str; 2],
    check: impl AsyncFn(&World, &str, Browser, [Reply; 2]),
) {
    let world = World::new(kind).await;
    let begin = async || if acting { world.acting().await } else { filled(&world).await };
    let calls = {
        let browser = begin().await;
        world.store.forget();
        let reply = browser.prepare(Request::post(first)).send(world.server).await;
        assert_eq!(reply.status, 200, "{kind:?} {first}");
        world.store.calls().len()
    };
    for turn in turns(calls) {
        let of = format!("{kind:?} {first} and {second} at {turn:?}");
        let browser = begin().await;
        world.store.forget();
        let gate = world.store.pause_call(turn);
        let one = world.send(&browser, Request::post(first));
        gate.reached().await;
        let two = patiently(&of, browser.prepare(Request::post(second)).send(world.server)).await;
        gate.open();
        let one = patiently(&of, one).await.unwrap();
        for reply in [&one, &two] {
            assert!([200, 409].contains(&reply.status), "{of}: {reply:?}");
        }
        check(&world, &of, browser, [one, two]).await;
    }
}

/// The browser after both answers: what is alive under the one or the other.
async fn after(world: &World, browser: &Browser, replies: &[Reply; 2]) -> Browser {
    let mut alive = browser.clone();
    for reply in replies {
        let mut candidate = browser.clone();
        candidate.take(reply);
        if world.seen_by(&candidate).await != "anonymous" {
            alive = candidate;
        }
    }
    alive
}

#[tokio::test]
async fn t34_no_write_of_the_administrator_is_lost_and_none_becomes_the_users() {
    for kind in SERVERS {
        for [first, second] in [["/as/ann", "/note/mine"], ["/note/mine", "/as/ann"]] {
            meet(kind, false, [first, second], async |world, of, browser, replies| {
                let (begun, wrote) = if first == "/as/ann" { (0, 1) } else { (1, 0) };
                assert_eq!(replies[begun].status, 200, "{of}: {:?}", replies[begun]);
                let mut browser = after(world, &browser, &replies).await;
                assert_eq!(world.seen_by(&browser).await, AS_ANN, "{of}");
                assert_eq!(browser.post("/back").await.status, 200, "{of}");
                let expected = if replies[wrote].status == 200 {
                    OWN.replace("note=own", "note=mine")
                } else {
                    OWN.into()
                };
                assert_eq!(world.seen_by(&browser).await, expected, "{of}");
            })
            .await;
        }
    }
}

#[tokio::test]
async fn t30_no_write_as_the_user_outlives_the_way_back() {
    for kind in SERVERS {
        for pair in [["/back", "/note/hers"], ["/note/hers", "/back"]] {
            meet(kind, true, pair, async |world, of, browser, replies| {
                let back = usize::from(pair[1] == "/back");
                assert_eq!(replies[back].status, 200, "{of}: {:?}", replies[back]);
                let browser = after(world, &browser, &replies).await;
                assert_eq!(world.seen_by(&browser).await, OWN, "{of}");
            })
            .await;
        }
    }
}

#[tokio::test]
async fn s14_a_logout_ends_it_whichever_comes_first() {
    for kind in SERVERS {
        for (acting, to) in [(false, "/as/ann"), (true, "/back")] {
            for pair in [[to, "/act/destroy"], ["/act/destroy", to]] {
                meet(kind, acting, pair, async |world, of, browser, replies| {
                    let logout = usize::from(pair[1] == "/act/destroy");
                    assert_eq!(replies[logout].status, 200, "{of}");
                    let (before, after) = (&browser, after(world, &browser, &replies).await);
                    let loaded_dead = replies[logout].set_cookies().len() == 1
                        && world.seen_by(&after).await != "anonymous";
                    // one that was sent with the old id, and loaded it dead, changes nothing
                    assert!(!loaded_dead || replies[1 - logout].status == 200, "{of}");
                    assert_eq!(world.seen_by(before).await, "anonymous", "{of}");
                    if pair[0] == "/act/destroy" || replies[1 - logout].status == 409 {
                        assert_eq!(world.seen_by(&after).await == "anonymous", !loaded_dead, "{of}");
                    }
                })
                .await;
            }
        }
    }
}

#[tokio::test]
async fn t2_of_two_that_begin_or_end_it_at_once_one_is_told_that_it_was_late() {
    for kind in SERVERS {
        for (acting, pair) in [(false, ["/as/ann", "/as/bob"]), (true, ["/back", "/back"])] {
            meet(kind, acting, pair, async |world, of, browser, replies| {
                let done: Vec<usize> = (0..2).filter(|n| replies[*n].status == 200).collect();
                assert_eq!(done.len(), 1, "{of}: {replies:?}");
                assert_eq!(replies[1 - done[0]].set_cookies().len(), 0, "{of}");
                let mut browser = browser;
                browser.take(&replies[done[0]]);
                let seen = world.seen_by(&browser).await;
                let whom = if acting { "root by -" } else { ["ann by root", "bob by root"][done[0]] };
                assert!(seen.starts_with(whom), "{of}: {seen}");
                if !acting {
                    assert_eq!(browser.post("/back").await.status, 200, "{of}");
                }
                assert_eq!(world.seen_by(&browser).await, OWN, "{of}");
            })
            .await;
        }
    }
}

#[tokio::test]
async fn s15_t2_ending_all_of_the_administrators_sessions_ends_it_at_whatever_moment() {
    for kind in
        [Kind::Memory, Kind::Files, Kind::Redis, Kind::Encrypted, Kind::SignedCookie, Kind::EncryptedCookie]
    {
        for (acting, to) in [(false, "/as/ann"), (true, "/back")] {
            let world = World::new(kind).await;
            let begin = async || if acting { world.acting().await } else { filled(&world).await };
            let calls = {
                let browser = begin().await;
                world.store.forget();
                assert_eq!(browser.prepare(Request::post(to)).send(world.server).await.status, 200);
                world.store.calls().len()
            };
            for turn in turns(calls) {
                let of = format!("{kind:?} {to} at {turn:?}");
                let mut browser = begin().await;
                world.store.forget();
                let gate = world.store.pause_call(turn);
                let reply = world.send(&browser, Request::post(to));
                gate.reached().await;
                world.sessions.revoke_owner(&"root".to_owned()).await.unwrap();
                gate.open();
                let reply = patiently(&of, reply).await.unwrap();
                assert!([200, 409].contains(&reply.status), "{of}: {reply:?}");
                assert_eq!(world.seen_by(&browser).await, "anonymous", "{of}");
                browser.take(&reply);
                assert_eq!(world.seen_by(&browser).await, "anonymous", "{of}: {reply:?}");
                assert_eq!(world.labels_of("root").await.len(), 0, "{of}");
                // what was put aside is nowhere any more
                assert_ne!(browser.post("/back").await.status, 200, "{of}");
                world.clock.advance(std::time::Duration::from_millis(1));
            }
        }
    }
}

#[tokio::test]
async fn t34_a_slow_handler_that_began_before_is_refused() {
    for kind in SERVERS {
        for (acting, to, seen) in [(false, "/as/ann", AS_ANN), (true, "/back", OWN)] {
            let world = World::new(kind).await;
            let mut browser = if acting { world.acting().await } else { filled(&world).await };
            let slow = world.send(&browser, Request::post("/slow"));
            world.gate.reached().await;
            assert_eq!(browser.post(to).await.status, 200, "{kind:?}");
            world.gate.open();
            let slow = patiently("the slow one", slow).await.unwrap();
            assert_eq!((slow.status, slow.set_cookies().len()), (409, 0), "{kind:?} {to}");
            assert_eq!(world.seen_by(&browser).await, seen, "{kind:?} {to}");
        }
    }
}
