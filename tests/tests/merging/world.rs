//! One session type with a field of each policy, and requests that change it while others do.

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
pub(crate) struct Board {
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

pub(crate) struct World {
    server: SocketAddr,
    pub(crate) store: ScriptedStore,
    pub(crate) gate: Gate,
    pub(crate) browser: Browser,
}

/// A server, and a browser with a session in which `script` was done.
pub(crate) async fn world(script: &str) -> World {
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
    pub(crate) async fn change(&mut self, script: &str) -> u16 {
        self.browser.post(&format!("/change/{script}")).await.status
    }

    pub(crate) async fn show(&mut self, field: &str) -> String {
        self.browser.get(&format!("/{field}")).await.body
    }

    /// A request running on its own.
    pub(crate) fn begin(&self, target: &str) -> JoinHandle<Reply> {
        let (request, server) = (self.browser.prepare(Request::post(target)), self.server);
        tokio::spawn(async move { request.send(server).await })
    }

    /// A request that has read before `theirs` is done, and changes `ours` after it.
    pub(crate) async fn race(&mut self, theirs: &str, ours: &str) -> Reply {
        self.overtake(&format!("/slow/{ours}"), theirs).await
    }

    pub(crate) async fn overtake(&mut self, slow: &str, theirs: &str) -> Reply {
        let running = self.begin(slow);
        self.gate.reached().await;
        assert_eq!(self.change(theirs).await, 200);
        self.store.forget();
        self.gate.open();
        patiently(slow, running).await.unwrap()
    }

    /// A request whose every attempt to write, up to `times`, finds that another one was there first.
    pub(crate) async fn besiege(&mut self, ours: &str, times: usize) -> Reply {
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
