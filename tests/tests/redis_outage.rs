//! The server stops, starts again, forgets its scripts, hangs, or refuses to write, in the middle of requests.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use redis::Value;
use session_runtime::{RedisStore, Sessions};
use session_tests::redis::Server;
use session_tests::shop::{Shop, shop};
use session_tests::{Browser, Request, logs, patiently, serve};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// How long the store may take.
const TIMEOUT: Duration = Duration::from_millis(600);

/// What a loaded machine may add.
const MARGIN: Duration = Duration::from_secs(4);

/// Browsers that keep asking, each with a session of its own.
const BROWSERS: usize = 6;

/// What the browsers were answered.
#[derive(Default)]
struct Tally {
    stop: AtomicBool,
    saved: AtomicU64,
    unavailable: AtomicU64,
    /// One of the two has grown.
    news: Notify,
}

impl Tally {
    fn count(&self, what: &AtomicU64) {
        what.fetch_add(1, Ordering::SeqCst);
        self.news.notify_waiters();
    }

    /// Waits until so many more of both or one have come.
    async fn grows(&self, what: &AtomicU64, by: u64) {
        let from = what.load(Ordering::SeqCst);
        let enough = async {
            loop {
                let news = self.news.notified();
                if what.load(Ordering::SeqCst) >= from + by {
                    break;
                }
                news.await;
            }
        };
        patiently("answers", enough).await;
    }

    async fn saves(&self) {
        self.grows(&self.saved, 50).await;
    }

    async fn refuses(&self) {
        self.grows(&self.unavailable, 10).await;
    }
}

/// An application on this server, and browsers that increment, each its own session.
struct Load {
    app: SocketAddr,
    tally: Arc<Tally>,
    browsers: Vec<JoinHandle<(Browser, u64, u64)>>,
}

impl Load {
    async fn on(redis: &Server) -> Self {
        let store = RedisStore::builder(redis.url()).timeout(TIMEOUT).build().unwrap();
        let app = serve(shop(Sessions::<Shop>::new(store).unwrap())).await;
        let tally = Arc::<Tally>::default();
        let mut browsers = Vec::new();
        for _ in 0..BROWSERS {
            let mut browser = Browser::new(app);
            assert_eq!(browser.post("/item/0").await.status, 200);
            browsers.push(tokio::spawn(increment(browser, Arc::clone(&tally))));
        }
        Self { app, tally, browsers }
    }

    /// A route that does not ask for the session knows nothing of all this.
    async fn plain_is_fine(&self) {
        for _ in 0..20 {
            assert_eq!(Request::get("/plain").send(self.app).await.status, 200);
        }
    }

    /// Everything that was acknowledged is there, and nothing twice.
    async fn ends_well(self) {
        self.tally.stop.store(true, Ordering::SeqCst);
        for browser in self.browsers {
            let (mut browser, saved, unknown) = patiently("a browser", browser).await.unwrap();
            let body = browser.get("/read").await.body;
            let count =
                body.split_once("count=").unwrap().1.split(' ').next().unwrap().parse::<u64>().unwrap();
            assert!((saved..=saved + unknown).contains(&count), "{saved} + {unknown} at most, not {count}");
            assert!(saved > 0 && body.contains("items=1"), "{body}");
        }
    }
}

/// Increments until told to stop; how often it was told that it was saved, and how often that nobody knows.
async fn increment(mut browser: Browser, tally: Arc<Tally>) -> (Browser, u64, u64) {
    let (mut saved, mut unknown) = (0, 0);
    while !tally.stop.load(Ordering::SeqCst) {
        let begun = Instant::now();
        let reply = browser.post("/count").await;
        // it loads, and it writes
        assert!(begun.elapsed() < 2 * TIMEOUT + MARGIN, "{:?}", begun.elapsed());
        assert!(reply.set_cookies().is_empty(), "nobody loses or changes their session: {reply:?}");
        match reply.status {
            200 => {
                saved += 1;
                tally.count(&tally.saved);
            }
            503 => {
                assert_eq!(reply.body, "");
                unknown += 1;
                tally.count(&tally.unavailable);
            }
            other => panic!("{other}: {reply:?}"),
        }
    }
    (browser, saved, unknown)
}

/// EM-18.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s67_a_server_that_stops_and_starts_again_in_the_middle_of_requests() {
    let mut redis = Server::durable();
    let load = Load::on(&redis).await;
    for _ in 0..2 {
        load.tally.saves().await;
        redis.kill();
        load.tally.refuses().await;
        load.plain_is_fine().await;
        redis.run_again();
        load.tally.saves().await;
    }
    load.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s68_a_server_that_hangs_and_goes_on_in_the_middle_of_requests() {
    let redis = Server::start();
    let load = Load::on(&redis).await;
    for _ in 0..2 {
        load.tally.saves().await;
        redis.hang();
        load.tally.refuses().await;
        load.plain_is_fine().await;
        redis.go_on();
        load.tally.saves().await;
    }
    load.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn scripts_that_are_forgotten_and_connections_that_are_cut_are_not_noticed() {
    let redis = Server::start();
    let load = Load::on(&redis).await;
    for _ in 0..20 {
        load.tally.grows(&load.tally.saved, 10).await;
        let _: Value = redis.ask(&["SCRIPT", "FLUSH"]);
        let _: Value = redis.ask(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    }
    load.tally.saves().await;
    assert_eq!(load.tally.unavailable.load(Ordering::SeqCst), 0);
    load.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_is_a_replica_for_a_while_writes_nothing_and_loses_nothing() {
    let redis = Server::start();
    // of nobody, so it keeps what it has; and it answers readers that it cannot be trusted
    let _: Value = redis.ask(&["CONFIG", "SET", "replica-serve-stale-data", "no"]);
    let load = Load::on(&redis).await;
    for stale in ["no", "yes"] {
        let _: Value = redis.ask(&["CONFIG", "SET", "replica-serve-stale-data", stale]);
        load.tally.saves().await;
        let _: Value = redis.ask(&["REPLICAOF", "127.0.0.1", "1"]);
        load.tally.refuses().await;
        load.plain_is_fine().await;
        let _: Value = redis.ask(&["REPLICAOF", "NO", "ONE"]);
        load.tally.saves().await;
    }
    load.ends_well().await;
}

#[tokio::test]
async fn a_short_restart_is_only_a_pause() {
    let mut redis = Server::durable();
    let store = RedisStore::builder(redis.url()).timeout(Duration::from_secs(4)).build().unwrap();
    let mut browser = Browser::new(serve(shop(Sessions::<Shop>::new(store).unwrap())).await);
    browser.post("/count").await;
    redis.kill();
    logs::listen();
    let waiting = {
        let mut browser = browser.clone();
        tokio::spawn(async move { browser.post("/count").await.status })
    };
    while logs::count("asking_again") == 0 {
        tokio::task::yield_now().await;
    }
    redis.run_again();
    assert_eq!(patiently("the request", waiting).await.unwrap(), 200);
    assert!(browser.get("/read").await.body.contains("count=2"));
}

#[tokio::test]
async fn an_application_starts_while_its_server_is_down() {
    let mut redis = Server::start();
    redis.kill();
    let store = RedisStore::builder(redis.url()).timeout(Duration::from_millis(100)).build().unwrap();
    let mut browser = Browser::new(serve(shop(Sessions::<Shop>::new(store).unwrap())).await);
    logs::listen();
    assert_eq!(browser.post("/count").await.status, 503);
    assert!(logs::heard().contains("Connection refused"), "{}", logs::heard());
    assert_eq!(browser.get("/plain").await.status, 200);
    assert_eq!(browser.get("/read").await.status, 200, "who has no session needs no server");
    redis.run_again();
    assert_eq!(browser.post("/count").await.status, 200);
}

#[tokio::test]
async fn a_server_that_lets_nobody_in_is_a_503_at_once_and_tells_no_password() {
    let redis = Server::with(&["--save", "", "--requirepass", "right"]);
    for url in [format!("redis://:wrong-secret@127.0.0.1:{}", redis.port()), redis.url()] {
        let store = RedisStore::builder(url).timeout(Duration::from_secs(10)).build().unwrap();
        let shown = format!("{store:?}");
        let mut browser = Browser::new(serve(shop(Sessions::<Shop>::new(store).unwrap())).await);
        logs::listen();
        let begun = Instant::now();
        assert_eq!(browser.post("/count").await.status, 503);
        assert!(begun.elapsed() < MARGIN);
        assert!(!logs::heard().contains("wrong-secret") && !shown.contains("wrong-secret"));
    }
    let store = RedisStore::connect(format!("redis://:right@127.0.0.1:{}", redis.port())).unwrap();
    let mut browser = Browser::new(serve(shop(Sessions::<Shop>::new(store).unwrap())).await);
    assert_eq!(browser.post("/count").await.status, 200);
}
