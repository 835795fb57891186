//! Two requests that change one field at once: each merge policy does what it says, and nothing is lost unseen. The order
//! of each race is decided by gates, never by the clock.
//!
//! This file is long because one session type has a field of each policy, and every race is told in the same few words.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use session_runtime::{Session, Sessions, session, with_session};
use session_tests::{Browser, Gate, Moment, Op, Reply, Request, ScriptedStore, patiently, serve};
use tokio::task::JoinHandle;

#[session]
#[derive(Debug)]
struct Board {
    #[session(merge = max)]
    best: u32,
    #[session(merge = min, default = 100)]
    least: u32,
    #[session(merge = union)]
    tags: BTreeSet<String>,
    #[session(merge = union)]
    list: Vec<String>,
    #[session(merge = union)]
    map: BTreeMap<String, String>,
    #[session(merge = append)]
    log: Vec<String>,
    #[session(merge = reject)]
    name: String,
    #[session(merge = with(woven))]
    text: String,
    #[session(keep, merge = with(woven))]
    title: String,
    #[session(merge = add)]
    count: u32,
    #[session(privileged)]
    admin: bool,
    note: String,
}

/// Shows what it was given.
fn woven(base: &String, theirs: &String, ours: &String) -> String {
    format!("({base},{theirs},{ours})")
}

impl Board {
    /// `best=5&tag+a&list-b`, as the path of a request says it.
    fn follow(&mut self, script: &str) {
        for step in script.split('&') {
            let at = step.find(['=', '+', '-']).unwrap();
            let (field, what) = (&step[..at], step[at + 1..].to_owned());
            match (field, &step[at..=at]) {
                ("best", "=") => self.best = what.parse().unwrap(),
                ("least", "=") => self.least = what.parse().unwrap(),
                ("tags", "+") => drop(self.tags.insert(what)),
                ("tags", "-") => drop(self.tags.remove(&what)),
                ("list", "+") => self.list.push(what),
                ("list", "-") => self.list.retain(|item| *item != what),
                ("map", "+") => drop(self.map.insert(what[..1].to_owned(), what[1..].to_owned())),
                ("map", "-") => drop(self.map.remove(&what)),
                ("log", "+") => self.log.push(what),
                ("log", "-") => self.log.retain(|item| *item != what),
                ("name", "=") => self.name = what,
                ("text", "=") => self.text = what,
                ("title", "=") => self.title = what,
                ("count", "+") => self.count += what.parse::<u32>().unwrap(),
                ("admin", "=") => self.admin = what == "true",
                ("note", "=") => self.note = what,
                _ => panic!("no such step: {step}"),
            }
        }
    }

    fn show(&self, field: &str) -> String {
        match field {
            "best" => self.best.to_string(),
            "least" => self.least.to_string(),
            "tags" => self.tags.iter().map(String::as_str).collect::<Vec<_>>().join(" "),
            "list" => self.list.join(" "),
            "map" => self.map.iter().map(|(k, v)| format!("{k}{v}")).collect::<Vec<_>>().join(" "),
            "log" => self.log.join(" "),
            "name" => self.name.clone(),
            "text" => self.text.clone(),
            "title" => self.title.clone(),
            "count" => self.count.to_string(),
            "note" => self.note.clone(),
            _ => panic!("no such field: {field}"),
        }
    }
}

#[with_session]
async fn show(session: &Board, Path(field): Path<String>) -> String {
    session.show(&field)
}

#[with_session]
async fn change(session: &mut Board, Path(script): Path<String>) {
    session.follow(&script);
}

/// Waits at the gate between its read and its write.
#[with_session]
async fn slow(session: &mut Board, State(gate): State<Gate>, Path(script): Path<String>) {
    gate.pass().await;
    session.follow(&script);
}

/// Two changes, and a save between them.
#[with_session]
async fn twice(
    session: &mut Board,
    handle: Session<Board>,
    State(gate): State<Gate>,
    Path((first, second)): Path<(String, String)>,
) {
    session.follow(&first);
    handle.stage(session);
    handle.save().await.unwrap();
    gate.pass().await;
    session.follow(&second);
}

/// Two handlers of one request: what the handle changes, and what the argument does.
#[with_session]
async fn both(session: &mut Board, handle: Session<Board>, Path((one, other)): Path<(String, String)>) {
    handle.update(|board| board.follow(&one));
    session.follow(&other);
}

async fn destroy(handle: Session<Board>) {
    handle.destroy();
}

/// An earlier version of the application, in which the best was a text.
#[session]
struct Older {
    best: String,
}

#[with_session]
async fn older(session: &mut Older, Path(best): Path<String>) {
    session.best = best;
}

#[with_session]
async fn show_older(session: &Older) -> String {
    session.best.clone()
}

struct World {
    server: SocketAddr,
    store: ScriptedStore,
    gate: Gate,
    browser: Browser,
}

/// A server, and a browser with a session in which `script` was done.
async fn world(script: &str) -> World {
    let (store, gate) = (ScriptedStore::new(), Gate::default());
    let older = Router::new()
        .route("/older", get(show_older))
        .route("/older/{best}", post(older))
        .layer(Sessions::<Older>::new(store.clone()).unwrap());
    let app = Router::new()
        .route("/{field}", get(show))
        .route("/change/{script}", post(change))
        .route("/slow/{script}", post(slow))
        .route("/twice/{first}/{second}", post(twice))
        .route("/both/{one}/{other}", post(both))
        .route("/destroy", post(destroy))
        .with_state(gate.clone())
        .layer(Sessions::<Board>::new(store.clone()).unwrap())
        .merge(older);
    let server = serve(app).await;
    let mut world = World { server, store, gate, browser: Browser::new(server) };
    assert_eq!(world.change(script).await, 200);
    world
}

impl World {
    async fn change(&mut self, script: &str) -> u16 {
        self.browser.post(&format!("/change/{script}")).await.status
    }

    async fn show(&mut self, field: &str) -> String {
        self.browser.get(&format!("/{field}")).await.body
    }

    /// A request running on its own.
    fn begin(&self, target: &str) -> JoinHandle<Reply> {
        let (request, server) = (self.browser.prepare(Request::post(target)), self.server);
        tokio::spawn(async move { request.send(server).await })
    }

    /// A request that has read before `theirs` is done, and changes `ours` after it.
    async fn race(&mut self, theirs: &str, ours: &str) -> Reply {
        self.overtake(&format!("/slow/{ours}"), theirs).await
    }

    async fn overtake(&mut self, slow: &str, theirs: &str) -> Reply {
        let running = self.begin(slow);
        self.gate.reached().await;
        assert_eq!(self.change(theirs).await, 200);
        self.store.forget();
        self.gate.open();
        patiently(slow, running).await.unwrap()
    }

    /// A request whose every attempt to write, up to `times`, finds that another one was there first.
    async fn besiege(&mut self, ours: &str, times: usize) -> Reply {
        let mut writing = self.store.pause(Moment::Before(Op::Update));
        let running = self.begin(&format!("/change/{ours}"));
        for time in 1..=times {
            writing.reached().await;
            assert_eq!(self.change(&format!("text={time}&count+1")).await, 200);
            let next = (time < times).then(|| self.store.pause(Moment::Before(Op::Update)));
            writing.open();
            let Some(next) = next else { break };
            writing = next;
        }
        patiently(ours, running).await.unwrap()
    }
}

#[tokio::test]
async fn t34_the_greater_and_the_lesser_value_stand() {
    for (theirs, ours) in [("5", "3"), ("3", "5")] {
        let mut world = world("best=1&least=9").await;
        let theirs = format!("best={theirs}&least={theirs}");
        assert_eq!(world.race(&theirs, &format!("best={ours}&least={ours}")).await.status, 200);
        assert_eq!((world.show("best").await, world.show("least").await), ("5".into(), "3".into()));
    }
    // nobody else changed it: then it may be lowered
    let mut world = world("best=9").await;
    assert_eq!(world.race("note=x", "best=2").await.status, 200);
    assert_eq!(world.show("best").await, "2");
}

#[tokio::test]
async fn t34_s69_what_two_requests_add_and_remove_is_added_and_removed() {
    let mut world = world("tags+a&tags+b&tags+c&list+a&list+b&list+c&map+a1&map+b1&map+c1").await;
    let theirs = "tags-a&tags+x&list-a&list+x&map-a&map+x2&map+c2";
    let ours = "tags-b&tags+y&list-b&list+y&map-b&map+y3";
    assert_eq!(world.race(theirs, ours).await.status, 200);
    assert_eq!(world.show("tags").await, "c x y");
    assert_eq!(world.show("list").await, "c x y");
    assert_eq!(world.show("map").await, "c2 x2 y3");
    assert_eq!(world.store.calls()[..1], [Op::Update], "one call, in which the store merges");
}

#[tokio::test]
async fn t34_s69_what_two_requests_append_is_both_there() {
    let mut world = world("log+a").await;
    assert_eq!(world.race("log+b", "log+c&log+d").await.status, 200);
    assert_eq!(world.show("log").await, "a b c d");
}

#[tokio::test]
async fn where_there_was_no_value_the_base_is_the_default() {
    let mut world = world("note=x").await;
    let (theirs, ours) = ("best=3&least=20&tags+a&log+a&text=b", "best=2&least=30&tags+b&log+b&text=c");
    assert_eq!(world.race(theirs, ours).await.status, 200);
    for (field, value) in
        [("best", "3"), ("least", "20"), ("tags", "a b"), ("log", "a b"), ("text", "(,b,c)")]
    {
        assert_eq!(world.show(field).await, value);
    }
}

#[tokio::test]
async fn s69_taking_away_from_what_another_request_appended_to_is_refused_and_nothing_is_lost() {
    let mut world = world("log+a").await;
    assert_eq!(world.race("log+b", "log-a&note=ours").await.status, 409);
    assert_eq!((world.show("log").await, world.show("note").await), ("a b".into(), String::new()));
    // the same without the race
    assert_eq!(world.change("log-a&note=ours").await, 200);
    assert_eq!((world.show("log").await, world.show("note").await), ("b".into(), "ours".into()));
}

#[tokio::test]
async fn s69_a_rejected_change_is_a_409_and_nothing_of_either_request_is_half_there() {
    let mut world = world("name=one&note=before&count+1").await;
    let reply = world.race("name=theirs&count+1", "name=ours&note=ours&count+1").await;
    assert_eq!((reply.status, reply.body.as_str()), (409, ""));
    assert!(reply.set_cookies().is_empty());
    // the core looks whether a migration came between, and finds nothing that it could merge
    assert_eq!(world.store.calls(), [Op::Update, Op::Load]);
    assert_eq!(world.show("name").await, "theirs");
    assert_eq!(world.show("note").await, "before");
    assert_eq!(world.show("count").await, "2");
    // another field is no reason
    assert_eq!(world.race("note=theirs", "name=ours").await.status, 200);
    assert_eq!((world.show("name").await, world.show("note").await), ("ours".into(), "theirs".into()));
}

#[tokio::test]
async fn t34_s69_a_function_is_given_base_theirs_and_ours() {
    let mut world = world("text=b&count+1").await;
    let reply = world.race("text=t&count+10&note=theirs", "text=o&count+100&log+x").await;
    assert_eq!(reply.status, 200);
    assert_eq!(world.store.calls(), [Op::Update, Op::Load, Op::Update], "outside of the store's lock");
    assert_eq!(world.show("text").await, "(b,t,o)");
    // every other field is merged by its own policy on the way
    assert_eq!(world.show("count").await, "111");
    assert_eq!((world.show("note").await, world.show("log").await), ("theirs".into(), "x".into()));
    // and where nobody else changed it, it is not called
    assert_eq!(world.change("text=n").await, 200);
    assert_eq!(world.show("text").await, "n");
}

#[tokio::test]
async fn s69_merging_by_a_function_is_tried_again_and_succeeds_at_the_last_of_32_tries() {
    let mut world = world("text=b").await;
    world.store.forget();
    assert_eq!(world.besiege("text=o&count+100", 31).await.status, 200);
    let updates = world.store.calls().iter().filter(|op| **op == Op::Update).count();
    assert_eq!(updates, 31 + 32, "of others, and its own");
    assert_eq!(world.show("text").await, "(b,31,o)", "never its own earlier outcome");
    assert_eq!(world.show("count").await, "131");
}

#[tokio::test]
async fn s69_merging_by_a_function_ends_with_a_409_after_32_tries_and_nothing_is_lost() {
    let mut world = world("text=b").await;
    world.store.forget();
    assert_eq!(world.besiege("text=o&count+100&note=ours", 32).await.status, 409);
    let updates = world.store.calls().iter().filter(|op| **op == Op::Update).count();
    assert_eq!(updates, 32 + 32);
    assert_eq!((world.show("text").await, world.show("note").await), ("32".into(), String::new()));
    assert_eq!(world.show("count").await, "32");
}

#[tokio::test]
async fn a_refusal_beside_a_function_is_a_409() {
    let mut world = world("text=b&name=b").await;
    assert_eq!(world.race("text=t&name=t", "text=o&name=o").await.status, 409);
    assert_eq!((world.show("text").await, world.show("name").await), ("t".into(), "t".into()));
}

#[tokio::test]
async fn t34_a_function_also_merges_what_a_new_id_takes_with_it() {
    let mut world = world("title=b&count+1").await;
    let old = world.browser.cookie();
    let reply = world.race("title=t&count+10", "title=o&count+100&admin=true").await;
    assert_eq!(reply.status, 200);
    assert_eq!(world.store.calls(), [Op::Rotate, Op::Load, Op::Rotate]);
    world.browser.take(&reply);
    assert_ne!(world.browser.cookie(), old);
    assert_eq!(world.show("title").await, "(b,t,o)");
    assert_eq!(world.show("count").await, "111");
}

#[tokio::test]
async fn a_session_that_ends_before_the_second_try_is_gone() {
    let mut world = world("text=b").await;
    let running = world.begin("/slow/text=o");
    world.gate.reached().await;
    assert_eq!(world.change("text=t").await, 200);
    let reloading = world.store.pause(Moment::Before(Op::Load));
    world.gate.open();
    reloading.reached().await;
    let mut other = world.browser.clone();
    assert_eq!(other.post("/destroy").await.status, 200);
    reloading.open();
    assert_eq!(patiently("the late request", running).await.unwrap().status, 409);
    assert!(world.store.is_empty(), "it does not come back");
}

#[tokio::test]
async fn a_store_that_fails_between_two_tries_is_a_503() {
    let mut world = world("text=b").await;
    let running = world.begin("/slow/text=o");
    world.gate.reached().await;
    assert_eq!(world.change("text=t").await, 200);
    world.store.fail(&[Op::Load]);
    world.gate.open();
    assert_eq!(patiently("the late request", running).await.unwrap().status, 503);
    world.store.recover();
    assert_eq!(world.show("text").await, "t");
}

#[tokio::test]
async fn s69_what_another_version_stored_and_does_not_decode_is_a_409_and_stays() {
    let mut world = world("best=1").await;
    let running = world.begin("/slow/best=2");
    world.gate.reached().await;
    assert_eq!(world.browser.post("/older/very").await.status, 200);
    world.gate.open();
    assert_eq!(patiently("the late request", running).await.unwrap().status, 409);
    assert_eq!(world.browser.get("/older").await.body, "very");
}

#[tokio::test]
async fn t34_after_a_save_the_base_is_what_was_sent() {
    let mut world = world("log+a&tags+a&text=b").await;
    // what others did after the save is not in the value of this request, and stays all the same
    let slow = "/twice/log+b&tags+b&text=s/log+c&tags-a&text=o";
    assert_eq!(world.overtake(slow, "log+x&tags+x&text=t").await.status, 200);
    assert_eq!(world.show("log").await, "a b x c");
    assert_eq!(world.show("tags").await, "b x");
    assert_eq!(world.show("text").await, "(s,t,o)");
}

#[tokio::test]
async fn t34_after_a_save_that_was_merged_the_base_is_what_was_sent() {
    let mut world = world("text=b").await;
    let writing = world.store.pause(Moment::Before(Op::Update));
    let running = world.begin("/twice/text=s/text=o");
    writing.reached().await;
    assert_eq!(world.change("text=t").await, 200);
    writing.open();
    world.gate.reached().await;
    assert_eq!(world.show("text").await, "(b,t,s)");
    world.gate.open();
    assert_eq!(patiently("the second commit", running).await.unwrap().status, 200);
    assert_eq!(world.show("text").await, "(s,(b,t,s),o)", "theirs is in what it meets");
}

#[tokio::test]
async fn t34_within_a_request_the_same_policies_hold() {
    let mut world = world("best=1&least=9&tags+a&tags+b&log+a&text=b&note=b").await;
    let (one, other) =
        ("best=5&least=2&tags-a&tags+x&log+x&text=t&note=t", "best=3&least=4&tags-b&log+y&text=o");
    assert_eq!(world.browser.post(&format!("/both/{one}/{other}")).await.status, 200);
    for (field, value) in
        [("best", "5"), ("least", "2"), ("tags", "x"), ("log", "a x y"), ("text", "(b,t,o)"), ("note", "t")]
    {
        assert_eq!(world.show(field).await, value, "{field}");
    }
}

#[tokio::test]
async fn s69_within_a_request_what_cannot_be_merged_is_a_409_and_nothing_is_saved() {
    for (one, other) in [("name=t", "name=o&note=o"), ("log+x", "log-a&note=o")] {
        let mut world = world("name=b&log+a").await;
        assert_eq!(world.browser.post(&format!("/both/{one}/{other}")).await.status, 409);
        assert_eq!((world.show("name").await, world.show("log").await), ("b".into(), "a".into()));
        assert_eq!(world.show("note").await, "");
        // one of them alone is fine
        assert_eq!(world.browser.post(&format!("/both/note=t/{other}")).await.status, 200);
    }
}
