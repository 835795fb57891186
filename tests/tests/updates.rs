//! Requests at once on one session: no update is lost.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use session_runtime::{MemoryStore, Sessions, session, with_session};
use session_tests::{Browser, Gate, Request, serve};
use tokio::task::JoinSet;

/// A counter, and ten fields that have nothing to do with each other.
#[session]
struct Counts {
    #[session(merge = add)]
    visits: u32,
    f0: u32,
    f1: u32,
    f2: u32,
    f3: u32,
    f4: u32,
    f5: u32,
    f6: u32,
    f7: u32,
    f8: u32,
    f9: u32,
}

impl Counts {
    fn tenths(&mut self) -> [&mut u32; 10] {
        let Self { f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, .. } = self;
        [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9]
    }
}

/// Waits at the gate between its read and its write.
#[with_session]
async fn visit(session: &mut Counts, State(gate): State<Gate>) -> String {
    let seen = session.visits;
    gate.pass().await;
    session.visits = seen + 1;
    session.visits.to_string()
}

#[with_session]
async fn set_tenth(session: &mut Counts, State(gate): State<Gate>, Path((index, wave)): Path<(usize, u32)>) {
    gate.pass().await;
    *session.tenths()[index] = wave;
}

#[with_session]
async fn show(session: &Counts) -> String {
    let Counts { visits, f0, f1, f2, f3, f4, f5, f6, f7, f8, f9 } = session;
    format!("{visits} {:?}", [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9])
}

/// A server, and a browser that has a session there: one visit.
async fn world() -> (SocketAddr, Gate, Browser) {
    let gate = Gate::default();
    let app = Router::new()
        .route("/", get(show))
        .route("/visit", post(visit))
        .route("/tenth/{index}/{wave}", post(set_tenth))
        .with_state(gate.clone())
        .layer(Sessions::<Counts>::new(MemoryStore::new()).unwrap());
    let server = serve(app).await;
    let mut browser = Browser::new(server);
    gate.open();
    assert_eq!(browser.post("/visit").await.body, "1");
    gate.reached().await;
    (server, gate, browser)
}

/// MP-23, EM-30.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t34_two_hundred_concurrent_visits_count_two_hundred() {
    const VISITS: usize = 200;
    /// So many are between their read and their write,
    const READ: usize = 32;
    /// and so many of these write at once, before as many others read.
    const WRITE: usize = 8;
    let (server, gate, mut browser) = world().await;
    let (mut running, mut sent, mut seen) = (JoinSet::new(), 0, Vec::new());
    while seen.len() < VISITS {
        let more = (READ - running.len()).min(VISITS - sent);
        for _ in 0..more {
            let request = browser.prepare(Request::post("/visit"));
            running.spawn(async move { request.send(server).await });
        }
        for _ in 0..more {
            gate.reached().await;
        }
        sent += more;
        (0..WRITE).for_each(|_| gate.open());
        for _ in 0..WRITE {
            let reply = running.join_next().await.unwrap().unwrap();
            assert_eq!(reply.status, 200);
            seen.push(reply.body.parse::<usize>().unwrap());
        }
    }
    // each of them overlapped with others: it counted on from what all but the last ones had left
    let expected = (0..VISITS).map(|n: usize| 2 + n.saturating_sub(READ - WRITE) / WRITE * WRITE);
    seen.sort_unstable();
    assert_eq!(seen, expected.collect::<Vec<_>>());
    assert!(browser.get("/").await.body.starts_with("201 "), "one, and two hundred");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t34_ten_requests_that_set_ten_fields_at_once_keep_all_ten_in_twenty_waves() {
    let (server, gate, mut browser) = world().await;
    for wave in 1..=20 {
        let mut running = JoinSet::new();
        for index in 0..10 {
            let request = browser.prepare(Request::post(&format!("/tenth/{index}/{wave}")));
            running.spawn(async move { request.send(server).await });
        }
        for _ in 0..10 {
            gate.reached().await; // all ten have read before one writes
        }
        (0..10).for_each(|_| gate.open());
        assert!(running.join_all().await.iter().all(|reply| reply.status == 200));
        assert_eq!(browser.get("/").await.body, format!("1 {:?}", [wave; 10]));
    }
}
