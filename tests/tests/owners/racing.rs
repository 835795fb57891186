//! S15, T2: a login and a revocation that meet, at every call that either makes to the store.

use session_runtime::store::Store as _;
use session_tests::{Browser, Gate, Op, Reply, Request, Turn, patiently};

use crate::world::{Kind, World};

const KINDS: [Kind; 6] =
    [Kind::Memory, Kind::Files, Kind::Redis, Kind::Encrypted, Kind::SignedCookie, Kind::EncryptedCookie];

/// How a session comes to be under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    /// A login without a session: it is created.
    Fresh,
    /// A login of a visitor: the session gets an owner, and a new id.
    Visitor,
    /// The owner proves once more who they are.
    Again,
    /// The session gets a new id.
    Rotate,
    /// Its id is renewed.
    Renew,
    /// Its id is renewed with a change, in one step.
    RenewAndWrite,
}

impl Deed {
    const ALL: [Self; 6] =
        [Self::Fresh, Self::Visitor, Self::Again, Self::Rotate, Self::Renew, Self::RenewAndWrite];

    /// Whether the session is not the owner's before.
    const fn is_login(self) -> bool {
        matches!(self, Self::Fresh | Self::Visitor)
    }

    /// A browser that can do it, where its owner is logged in elsewhere too.
    async fn browser(self, world: &World, user: &str) -> Browser {
        world.logged_in(user, "elsewhere").await;
        match self {
            Self::Fresh => world.browser(),
            Self::Visitor => {
                let mut browser = world.browser();
                browser.post("/act/visited").await;
                browser
            }
            Self::Again | Self::Rotate => world.logged_in(user, "here").await,
            Self::Renew | Self::RenewAndWrite => world.ripe(user, "here").await,
        }
    }

    fn request(self, user: &str) -> Request {
        Request::post(&match self {
            Self::Fresh | Self::Visitor => format!("/login/{user}/here"),
            Self::Again => "/act/confirm".to_owned(),
            Self::Rotate => "/act/rotate".to_owned(),
            Self::Renew => "/act/renew".to_owned(),
            Self::RenewAndWrite => "/act/renewed".to_owned(),
        })
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

/// What both had come to.
async fn outcome(world: &World, user: &str, mut browser: Browser, reply: &Reply, of: &str) -> bool {
    assert!([200, 409].contains(&reply.status), "{of}: {reply:?}");
    let before = browser.clone();
    browser.take(reply);
    let alive = world.seen_by(&browser).await.starts_with(&format!("{user} "));
    let listed = world.labels_of(user).await;
    let expected: &[&str] = if alive { &["here"] } else { &[] };
    assert_eq!(listed, expected, "{of}: what is alive is known of, and nothing else ({reply:?})");
    if reply.status == 409 {
        assert_eq!(reply.set_cookies(), [""; 0], "{of}");
        assert!(!alive, "{of}");
    }
    if alive {
        // it is later, not out of reach
        world.sessions.revoke_owner(&user.to_owned()).await.unwrap();
        assert!(!world.seen_by(&browser).await.starts_with(user), "{of}");
    }
    assert!(!world.seen_by(&before).await.starts_with(user), "{of}: no grace outlives it");
    alive
}

#[tokio::test]
async fn s15_t2_a_login_that_a_revocation_meets_at_any_of_its_calls_dies_or_was_noted_later() {
    for kind in KINDS {
        for deed in Deed::ALL {
            let world = World::new(kind).await;
            let calls = {
                let browser = deed.browser(&world, "nobody").await;
                world.store.forget();
                assert_eq!(browser.prepare(deed.request("nobody")).send(world.server).await.status, 200);
                world.store.calls()
            };
            // the first thing that it writes is its note
            let note = calls.iter().position(|op| matches!(op, Op::Create | Op::Update)).unwrap();
            assert!(note < calls.len() - usize::from(!kind.is_cookie()), "{kind:?} {deed:?}: {calls:?}");
            for (n, turn) in turns(calls.len()).enumerate() {
                let (of, user) = (format!("{kind:?} {deed:?} {turn:?}"), format!("ann{n}"));
                let browser = deed.browser(&world, &user).await;
                world.store.forget();
                let gate = world.store.pause_call(turn);
                let login = world.send(&browser, deed.request(&user));
                gate.reached().await;
                world.sessions.revoke_owner(&user).await.unwrap();
                gate.open();
                let reply = patiently(&of, login).await.unwrap();
                let alive = outcome(&world, &user, browser, &reply, &of).await;
                if !deed.is_login() || is_after(turn, note) {
                    assert!(!alive, "{of}: it was noted before");
                } else if !kind.is_cookie() {
                    // a cookie's session also ends by its time, which was decided before it was noted
                    assert!(alive, "{of}: it was noted later");
                }
            }
        }
    }
}

#[tokio::test]
async fn s15_t2_a_revocation_that_a_login_meets_at_any_of_its_calls_ends_it_or_had_looked_before() {
    for kind in KINDS {
        for deed in Deed::ALL {
            let world = World::new(kind).await;
            let calls = {
                deed.browser(&world, "nobody").await;
                world.store.forget();
                world.sessions.revoke_owner(&"nobody".to_owned()).await.unwrap();
                world.store.calls()
            };
            // its mark is the first thing that it writes; of cookies, their time is
            let mark = calls.iter().position(|op| *op == Op::Update).unwrap();
            for (n, turn) in turns(calls.len()).enumerate() {
                let (of, user) = (format!("{kind:?} {deed:?} {turn:?}"), format!("ann{n}"));
                let browser = deed.browser(&world, &user).await;
                world.store.forget();
                let (revocation, gate) = paused_revocation(&world, &user, turn).await;
                world.clock.advance(std::time::Duration::from_millis(1));
                let reply = browser.prepare(deed.request(&user)).send(world.server).await;
                gate.open();
                patiently(&of, revocation).await.unwrap();
                let alive = outcome(&world, &user, browser, &reply, &of).await;
                if !deed.is_login() || !is_after(turn, mark) {
                    assert!(!alive, "{of}: it was noted before the mark");
                } else {
                    assert!(alive, "{of}: it was noted after the mark");
                }
            }
        }
    }
}

async fn paused_revocation(world: &World, user: &str, turn: Turn) -> (tokio::task::JoinHandle<()>, Gate) {
    let gate = world.store.pause_call(turn);
    let (sessions, owner) = (world.sessions.clone(), user.to_owned());
    let revocation = tokio::spawn(async move {
        sessions.revoke_owner(&owner).await.unwrap();
    });
    gate.reached().await;
    (revocation, gate)
}

#[tokio::test]
async fn s17_t2_a_session_that_is_ended_by_its_handle_while_it_gets_a_new_id_is_dead() {
    for kind in KINDS {
        for deed in [Deed::Again, Deed::Rotate, Deed::Renew, Deed::RenewAndWrite] {
            let world = World::new(kind).await;
            let calls = {
                let browser = deed.browser(&world, "nobody").await;
                world.store.forget();
                browser.prepare(deed.request("nobody")).send(world.server).await;
                world.store.calls().len()
            };
            for (n, turn) in turns(calls).enumerate() {
                let (of, user) = (format!("{kind:?} {deed:?} {turn:?}"), format!("ann{n}"));
                let mut browser = deed.browser(&world, &user).await;
                let handle = world.handle_of(&user, "here").await;
                world.store.forget();
                let gate = world.store.pause_call(turn);
                let rotation = world.send(&browser, deed.request(&user));
                gate.reached().await;
                assert!(world.sessions.revoke(&user, handle).await.unwrap(), "{of}");
                gate.open();
                let reply = patiently(&of, rotation).await.unwrap();
                assert_eq!(world.seen_by(&browser).await, "anonymous", "{of}: by the old id");
                browser.take(&reply);
                assert_eq!(world.seen_by(&browser).await, "anonymous", "{of}: {reply:?}");
                assert_eq!(world.labels_of(&user).await, ["elsewhere"], "{of}");
            }
        }
    }
}

#[tokio::test]
async fn t2_a_login_that_was_evicted_before_it_came_is_refused() {
    let world = World::with(Kind::Memory, |builder| builder.max_sessions(1)).await;
    let first = world.browser();
    // it is noted, and not there yet
    let gate = world.store.pause_call(Turn::Before(2));
    let login = world.send(&first, Request::post("/login/ann/first"));
    gate.reached().await;
    world.clock.advance(std::time::Duration::from_millis(1));
    let second = world.logged_in("ann", "second").await;
    gate.open();
    let reply = patiently("the login", login).await.unwrap();
    assert_eq!((reply.status, reply.set_cookies().len()), (409, 0));
    assert_eq!(world.seen_by(&second).await, "ann false ");
    assert_eq!(world.labels_of("ann").await, ["second"]);
    // nothing of it is left when it is swept
    world.sessions.revoke_owner(&"ann".to_owned()).await.unwrap();
    world.clock.advance(24 * crate::world::HOUR);
    world.store.sweep(session_runtime::clock::Clock::now(&*world.clock)).await.unwrap();
    let session_tests::stores::Any::Memory(memory) = world.store.inner() else { panic!("a memory store") };
    assert_eq!(memory.len(), 0);
}

#[tokio::test]
async fn two_rotations_at_once_leave_the_one_that_won_within_reach() {
    for kind in KINDS {
        let world = World::new(kind).await;
        let browser = world.logged_in("ann", "laptop").await;
        // load, load the index, note, rotate: the first has noted, and the second one wins
        let gate = world.store.pause(session_tests::Moment::Before(if kind.is_cookie() {
            Op::Create
        } else {
            Op::Rotate
        }));
        let first = world.send(&browser, Request::post("/act/confirm"));
        gate.reached().await;
        let mut second = browser.clone();
        assert_eq!(second.post("/act/confirm").await.status, 200, "{kind:?}");
        gate.open();
        assert_eq!(patiently("the first", first).await.unwrap().status, 409, "{kind:?}");
        assert_eq!(world.labels_of("ann").await, ["laptop"], "{kind:?}");
        assert_eq!(world.sessions.revoke_owner(&"ann".to_owned()).await.unwrap(), 1, "{kind:?}");
        assert_eq!(world.seen_by(&second).await, "anonymous", "{kind:?}");
    }
}
