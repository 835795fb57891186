//! Whatever request comes first, its session is in the index of its owner's present form from then on.

use session_runtime::WhenFull;
use session_tests::{Browser, Op, Request, patiently};

use super::world::{World, cookies_alone, present, send};
use crate::world::{ALL, Kind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touch {
    Read,
    Write,
    Rotate,
    Fail,
    /// By the handler itself, before anything is committed.
    List,
    TakeOnce,
    /// Outside of its requests.
    Edit,
}

impl Touch {
    const ALL: [Self; 7] =
        [Self::Read, Self::Write, Self::Rotate, Self::Fail, Self::List, Self::TakeOnce, Self::Edit];

    async fn by(self, world: &World, browser: &mut Browser) {
        let (request, status, body) = match self {
            Self::Read => (Request::get("/"), 200, Some("u7 true ")),
            Self::Write => (Request::post("/act/mine"), 200, None),
            Self::Rotate => (Request::post("/act/rotate"), 200, None),
            Self::Fail => (Request::post("/fail"), 500, None),
            Self::List => (Request::get("/mine"), 200, Some("laptop here")),
            Self::TakeOnce => (Request::post("/take"), 200, Some("")),
            Self::Edit => {
                let id = browser.cookie().unwrap();
                let id = session_runtime::Token::parse(id.split_once('=').unwrap().1).unwrap();
                world.new.edit(&id, |account| account.note = "told".into()).await.unwrap();
                return;
            }
        };
        let reply = browser.send(request).await;
        assert_eq!(reply.status, status, "{:?} {self:?}", world.kind);
        if let Some(body) = body {
            assert_eq!(reply.body, body, "{:?} {self:?}", world.kind);
        }
    }
}

#[tokio::test]
async fn s15_s17_t42_a_session_that_any_request_touched_is_its_owners_under_the_same_handle_and_ends() {
    for kind in ALL {
        for touch in Touch::ALL {
            if kind.is_cookie() && matches!(touch, Touch::TakeOnce | Touch::Edit) {
                continue;
            }
            let world = World::new(kind).await;
            let mut here = world.begun_before(7, "laptop").await;
            let (copy, handles) = (here.clone(), world.former_handles(7).await);
            assert_eq!((handles.len(), world.handles(7).await.len()), (1, 0), "{kind:?} {touch:?}");
            touch.by(&world, &mut here).await;
            assert_eq!(world.handles(7).await, handles, "{kind:?} {touch:?}: the same session");
            assert!(world.former_handles(7).await.is_empty(), "{kind:?} {touch:?}: in one index");
            // by its handle: in cookies, all sessions of an owner also end by their time
            assert!(world.new.revoke(&present(7), handles[0]).await.unwrap(), "{kind:?} {touch:?}");
            for dead in [&here, &copy] {
                assert_eq!(world.seen_by(dead).await, "anonymous", "{kind:?} {touch:?}");
            }
        }
    }
}

#[tokio::test]
async fn s15_s16_t42_all_of_an_owners_sessions_end_that_are_in_use_and_the_others_of_one() {
    for kind in ALL {
        let world = World::new(kind).await;
        let phone = world.begun_before(7, "phone").await;
        let mut laptop = world.begun_before(7, "laptop").await;
        let other = world.begun_before(8, "laptop").await;
        for browser in [&phone, &other] {
            browser.prepare(Request::get("/")).send(world.later).await;
        }
        let here = laptop.get("/").await;
        assert_eq!(here.body, "u7 true ", "{kind:?}");
        let keep = world.new.sessions_of(&present(7)).await.unwrap();
        let keep = keep.iter().find(|session| session.label() == Some("laptop")).unwrap().handle();
        assert_eq!(world.new.revoke_others(&present(7), keep).await.unwrap(), 1, "{kind:?}");
        assert_eq!(world.seen_by(&phone).await, "anonymous", "{kind:?}");
        assert_eq!(world.seen_by(&laptop).await, "u7 true ", "{kind:?}");
        assert_eq!(world.new.revoke_owner(&present(7)).await.unwrap(), 1, "{kind:?}");
        assert_eq!(world.seen_by(&laptop).await, "anonymous", "{kind:?}");
        assert_eq!(world.seen_by(&other).await, "u8 true ", "{kind:?}: somebody else's");
    }
}

#[tokio::test]
async fn s15_t42_what_no_request_touched_is_ended_by_the_former_form() {
    for kind in ALL {
        let world = World::new(kind).await;
        let (touched, untouched) =
            (world.begun_before(7, "here").await, world.begun_before(7, "there").await);
        let mut here = touched.clone();
        here.get("/").await;
        assert_eq!(world.new.revoke_owner(&present(7)).await.unwrap(), 1, "{kind:?}");
        assert_eq!(world.old.revoke_owner(&7).await.unwrap(), 1, "{kind:?}");
        for dead in [&touched, &here, &untouched] {
            assert_eq!(world.seen_by(dead).await, "anonymous", "{kind:?}");
        }
    }
}

#[tokio::test]
async fn t42_what_a_failed_request_changed_is_dropped_and_the_session_goes_on() {
    for kind in ALL {
        let world = World::new(kind).await;
        let mut here = world.begun_before(7, "laptop").await;
        assert_eq!(here.post("/fail").await.status, 500, "{kind:?}");
        assert_eq!(world.seen_by(&here).await, "u7 true ", "{kind:?}");
        assert_eq!(here.post("/act/mine").await.status, 200, "{kind:?}");
        assert_eq!(world.seen_by(&here).await, "u7 true mine", "{kind:?}");
    }
}

#[tokio::test]
async fn t42_it_is_done_once_and_costs_later_requests_nothing() {
    let world = World::new(Kind::Memory).await;
    let mut here = world.begun_before(7, "laptop").await;
    world.store.forget();
    assert_eq!(here.get("/").await.set_cookies().len(), 0, "the id stays");
    let record_and_indexes =
        [Op::Load, Op::Load, Op::Load, Op::Create, Op::Update, Op::Load, Op::Update].to_vec();
    assert_eq!(world.store.calls(), record_and_indexes);
    world.store.forget();
    here.get("/").await;
    here.post("/act/mine").await;
    assert_eq!(world.store.calls(), [Op::Load, Op::Load, Op::Update]);
    // nor does a visitor of the earlier version, who is nobody
    let mut visitor = Browser::new(world.earlier);
    visitor.post("/act/visited").await;
    let visitor = world.at_the_later(&visitor);
    world.store.forget();
    assert_eq!(world.seen_by(&visitor).await, "nobody false visited");
    assert_eq!(world.store.calls(), [Op::Load]);
}

#[tokio::test]
async fn s15_t42_requests_that_come_together_are_one_session_and_none_is_refused() {
    for kind in ALL {
        let world = World::new(kind).await;
        let here = world.begun_before(7, "laptop").await;
        let handles = world.former_handles(7).await;
        let sent: Vec<_> = (0..20)
            .map(|n| if n % 2 == 0 { Request::get("/") } else { Request::post("/act/mine") })
            .map(|request| send(&here, world.later, request))
            .collect();
        let mut copies = vec![here];
        for sent in sent {
            let reply = patiently("one of them", sent).await.unwrap();
            assert_eq!(reply.status, 200, "{kind:?}");
            let mut copy = copies[0].clone();
            copy.take(&reply);
            copies.push(copy);
        }
        assert_eq!(world.handles(7).await, handles, "{kind:?}");
        assert!(world.new.revoke(&present(7), handles[0]).await.unwrap(), "{kind:?}");
        for copy in &copies {
            assert_eq!(world.seen_by(copy).await, "anonymous", "{kind:?}");
        }
    }
}

#[tokio::test]
async fn s18_t42_who_is_logged_in_already_is_not_refused_and_the_next_login_restores_the_limit() {
    for kind in ALL {
        for when_full in [WhenFull::RejectNew, WhenFull::EvictOldest] {
            let world = World::with_limit(kind, 1, when_full).await;
            let mut before = world.begun_before(7, "before").await;
            let after = world.begun_after(7, "after").await;
            for _ in 0..2 {
                assert_eq!(before.post("/act/mine").await.status, 200, "{kind:?} {when_full:?}");
            }
            assert_eq!(world.seen_by(&before).await, "u7 true mine", "{kind:?} {when_full:?}");
            assert_eq!(world.seen_by(&after).await, "u7 false ", "{kind:?} {when_full:?}");
            let mut next = Browser::new(world.later);
            let status = next.post("/login/7/next").await.status;
            let [first, second, third] =
                [world.seen_by(&before).await, world.seen_by(&after).await, world.seen_by(&next).await];
            let expected = match when_full {
                WhenFull::RejectNew => (409, "u7 true mine", "u7 false ", "anonymous"),
                WhenFull::EvictOldest => (200, "anonymous", "anonymous", "u7 false "),
            };
            assert_eq!((status, &*first, &*second, &*third), expected, "{kind:?} {when_full:?}");
        }
    }
}

#[tokio::test]
async fn t42_where_nothing_can_be_ended_there_is_no_index_and_the_next_write_migrates() {
    let (earlier, later) = cookies_alone().await;
    let mut browser = Browser::new(earlier);
    assert_eq!(browser.post("/login/7/laptop").await.status, 200);
    let mut here = Browser::new(later);
    here.plant(&browser.cookie().unwrap());
    let reply = here.get("/").await;
    assert_eq!((&*reply.body, reply.set_cookies().len()), ("u7 true ", 0), "reading writes nothing");
    assert_eq!(here.post("/act/mine").await.set_cookies().len(), 1);
    assert_eq!(here.get("/").await.body, "u7 true mine");
}
