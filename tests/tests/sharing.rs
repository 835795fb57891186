//! What requests, handlers, threads and layers share, and what they must not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Barrier, OnceLock};
use std::thread;

use axum::Router;
use axum::extract::{RawQuery, Request as AxumRequest};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use session_runtime::{Extra, Session, Sessions, session, with_session};
use session_tests::{Browser, ByHand, Request, ScriptedStore, serve};
use tokio::io::AsyncReadExt as _;

static REQUESTS: AtomicU32 = AtomicU32::new(0);

/// What a handler works out for its own request is not stored, and is nobody else's.
#[session]
struct Cached {
    note: String,
    #[session(skip)]
    who: OnceLock<String>,
    #[session(skip, default = REQUESTS.fetch_add(1, Ordering::Relaxed))]
    number: u32,
}

#[with_session]
async fn who(session: &Cached, RawQuery(query): RawQuery) -> String {
    format!("{} {}", session.who.get_or_init(|| query.unwrap()), session.number)
}

#[with_session]
async fn note_who(session: &mut Cached, RawQuery(query): RawQuery) -> String {
    let query = query.unwrap();
    session.note.clone_from(&query);
    format!("{} {}", session.who.get_or_init(|| query), session.number)
}

#[tokio::test]
async fn s71_a_field_that_is_not_stored_lives_for_one_request_and_reaches_no_other_visitor() {
    let sessions = Sessions::<Cached>::new(ScriptedStore::new()).unwrap();
    let app = Router::new().route("/", get(who)).route("/note", post(note_who)).layer(sessions.clone());
    let server = serve(app).await;
    let ann = sessions.issue(Cached { note: "ann".to_owned(), ..Cached::default() }).await.unwrap();
    let visitor = Browser::new(server);
    let mut known = Browser::new(server);
    known.plant(ann.cookie());
    let mut numbers = Vec::new();
    for (at, browser) in [&visitor, &visitor, &known, &known].into_iter().enumerate() {
        for request in [Request::get(&format!("/?get{at}")), Request::post(&format!("/note?post{at}"))] {
            let reply = browser.clone().send(request).await;
            let (who, number) = reply.body.split_once(' ').unwrap();
            assert!(who == format!("get{at}") || who == format!("post{at}"), "{who} in request {at}");
            numbers.push(number.to_owned());
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 8, "a default is worked out for each request");
}

#[session]
struct Bag {
    list: Vec<u32>,
    count: u32,
    #[session(extra)]
    extra: Extra,
}

#[session(within = Bag)]
struct Cart {
    items: Vec<String>,
}

#[tokio::test]
async fn s71_two_sessions_with_other_sections_do_not_share_what_the_dictionary_may_hold() {
    let store = ScriptedStore::new();
    let plain = Sessions::<Bag>::new(store).unwrap();
    let full = plain.clone().with::<Cart>().unwrap();
    let issued = plain.issue(Bag { count: 1, ..Bag::default() }).await.unwrap();
    let mut web = ByHand::<Session<Cart>>::serve(|app| app.layer(full.clone())).await;
    let request = web.handle(issued.cookie()).await;
    request.given.update(|cart| cart.items.push("book".to_owned()));
    request.ends().await;
    let seen = async |sessions: &Sessions<Bag>| sessions.edit(issued.token(), |bag| bag.extra.len()).await;
    for write in [false, true] {
        if write {
            full.edit(issued.token(), |bag| bag.count += 1).await.unwrap();
        }
        for (sessions, expected) in [(&plain, 1), (&full, 0), (&plain, 1)] {
            assert_eq!(seen(sessions).await.unwrap(), expected, "`cart.items` is claimed by the section");
        }
    }
}

#[with_session]
async fn outer(session: &mut Bag, request: AxumRequest, next: Next) -> Response {
    session.extra.set("outer", 1).unwrap();
    session.extra.set("both", 1).unwrap();
    next.run(request).await
}

#[with_session]
async fn inner(session: &mut Bag) {
    session.extra.set("inner", 1).unwrap();
    session.extra.pop::<u32>("old").unwrap().unwrap();
}

#[tokio::test]
async fn s71_two_handlers_of_one_request_keep_each_their_keys_of_the_dictionary() {
    let sessions = Sessions::<Bag>::new(ScriptedStore::new()).unwrap();
    let app = Router::new().route("/", post(inner)).layer(from_fn(outer)).layer(sessions.clone());
    let mut bag = Bag::default();
    bag.extra.set("old", 1).unwrap();
    let issued = sessions.issue(bag).await.unwrap();
    let reply = Request::post("/").cookie(issued.cookie()).send(serve(app).await).await;
    assert_eq!(reply.status, 200);
    let keys = |bag: &mut Bag| bag.extra.keys().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(sessions.edit(issued.token(), keys).await.unwrap(), ["both", "inner", "outer"]);
}

#[tokio::test]
async fn s70_parallel_updates_through_clones_of_one_handle_lose_nothing_and_may_be_nested() {
    const TIMES: u32 = 500;
    let sessions = Sessions::<Bag>::new(ScriptedStore::new()).unwrap().with::<Cart>().unwrap();
    let mut web = ByHand::<(Session<Bag>, Session<Cart>)>::serve(|app| app.layer(sessions)).await;
    let request = web.handle("").await;
    let start = Arc::new(Barrier::new(3));
    let threads = [0, 1, 2].map(|number| {
        let ((bag, cart), start) = (request.given.clone(), Arc::clone(&start));
        thread::spawn(move || {
            start.wait();
            for _ in 0..TIMES {
                bag.update(|outer| {
                    outer.list.push(number);
                    bag.update(|inner| inner.count += 1);
                    cart.update(|cart| cart.items.push(bag.get().count.to_string()));
                });
            }
        })
    });
    for thread in threads {
        tokio::task::spawn_blocking(|| thread.join().unwrap()).await.unwrap();
    }
    let (bag, cart) = &request.given;
    let expected = 3 * TIMES as usize;
    assert_eq!(
        (bag.get().list.len(), bag.get().count, cart.get().items.len()),
        (expected, 3 * TIMES, expected)
    );
}

#[tokio::test]
async fn s70_an_update_that_panicked_does_not_change_what_a_handlers_copy_is_compared_with() {
    #[with_session]
    async fn panicking_update(session: &mut Bag, handle: Session<Bag>) {
        handle.update(|bag| bag.list = vec![1]);
        let panics = || handle.update(|_| panic!("as the test asked"));
        catch_unwind(AssertUnwindSafe(panics)).unwrap_err();
        handle.update(|bag| bag.list = vec![2]);
        session.list = vec![1]; // what the panicking update began with, and not what this copy did
        handle.stage(session);
        assert_eq!(handle.get().list, [1]);
    }
    let sessions = Sessions::<Bag>::new(ScriptedStore::new()).unwrap();
    let server = serve(Router::new().route("/", post(panicking_update)).layer(sessions.clone())).await;
    let issued = sessions.issue(Bag { count: 1, ..Bag::default() }).await.unwrap();
    assert_eq!(Request::post("/").cookie(issued.cookie()).send(server).await.status, 200);
    assert_eq!(sessions.edit(issued.token(), |bag| bag.list.clone()).await.unwrap(), [1]);
}

/// Another session beside the bag.
#[session(cookie = "__Host-admin")]
struct Admin {
    #[session(owner)]
    user: Option<u32>,
}

async fn own_cookie(response: Response) -> Response {
    let mut response = response;
    response.headers_mut().insert("set-cookie", "theme=dark".parse().unwrap());
    response
}

/// The response's refusal must not lose it, nor that it is nobody else's (S62).
#[tokio::test]
async fn t43_the_new_id_of_one_session_survives_the_refusal_of_another_around_it() {
    let store = ScriptedStore::new();
    let admins = Sessions::<Admin>::new(store.clone()).unwrap();
    let bags = Sessions::<Bag>::builder(store).max_bytes(20).build().unwrap();
    let mut web = ByHand::<(Session<Admin>, Session<Bag>)>::serve(|app| {
        app.layer(axum::middleware::map_response(own_cookie)).layer(admins.clone()).layer(bags)
    })
    .await;
    let ann = admins.issue(Admin { user: Some(1) }).await.unwrap();
    let request = web.handle(ann.cookie()).await;
    request.given.0.rotate();
    request.given.1.update(|bag| bag.list = vec![1_000_000; 10]);
    let reply = request.ends().await;
    assert_eq!((reply.status, reply.body.as_str()), (500, ""));
    let pair = reply.pair().expect("the admin's new id, and none of the handler's own cookies");
    assert!(pair.starts_with("__Host-admin="));
    assert_eq!(reply.value("cache-control"), Some("private"));
    assert_eq!(web.handle(pair).await.given.0.get().user, Some(1));
    assert!(!web.handle(ann.cookie()).await.given.0.exists());
}

/// Whether comparing two [`Moody`] panics.
static PANICS: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Moody(u32);

impl PartialEq for Moody {
    fn eq(&self, other: &Self) -> bool {
        assert!(!PANICS.load(Ordering::Relaxed), "as the test asked");
        self.0 == other.0
    }
}

#[session]
struct Moods {
    moody: Moody,
}

/// Were the process aborted, no test of this file would pass.
#[tokio::test]
async fn s70_a_panic_in_a_users_comparison_ends_its_request_and_neither_the_process_nor_the_session() {
    async fn change(handle: Session<Moods>) {
        handle.update(|moods| moods.moody.0 = 2);
        PANICS.store(true, Ordering::Relaxed);
    }
    let sessions = Sessions::<Moods>::new(ScriptedStore::new()).unwrap();
    let server = serve(Router::new().route("/", post(change)).layer(sessions.clone())).await;
    let issued = sessions.issue(Moods { moody: Moody(1) }).await.unwrap();
    let mut answer = Vec::new();
    let mut stream = Request::post("/").cookie(issued.cookie()).start(server).await;
    stream.read_to_end(&mut answer).await.unwrap();
    PANICS.store(false, Ordering::Relaxed);
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "nothing was stored");
    assert_eq!(sessions.edit(issued.token(), |moods| moods.moody.0).await.unwrap(), 1);
}
