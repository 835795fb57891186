//! Two processes that serve one application, on one Redis.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use session_runtime::{RedisStore, Sessions};
use session_tests::process::{Other, report, role, wait_for_the_start};
use session_tests::redis::{Server, eventually};
use session_tests::shop::{Shop, shop};
use session_tests::{Browser, Reply, Request, patiently, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Not a test: what the other processes run. Without a role there is nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child() {
    let Some((_, url)) = role() else { return };
    wait_for_the_start();
    let store = RedisStore::connect(url.to_str().unwrap()).unwrap();
    report(serve(shop(Sessions::<Shop>::new(store).unwrap())).await);
    std::future::pending::<()>().await; // until it is killed
}

/// A server that nobody else uses, and two processes in front of it.
struct World {
    redis: Server,
    processes: Vec<(Other, SocketAddr)>,
}

impl World {
    fn new() -> Self {
        let redis = Server::start();
        let processes = (0..2).map(|_| {
            let mut process = Other::start("serve", Path::new(&redis.url()));
            process.go();
            let address = process.report().unwrap().parse().unwrap();
            (process, address)
        });
        Self { processes: processes.collect(), redis }
    }

    fn address(&self, n: usize) -> SocketAddr {
        self.processes[n % 2].1
    }

    /// A browser that talks to the first of them. Cookies know no port.
    async fn browser(&self) -> Browser {
        let mut browser = Browser::new(self.address(0));
        assert_eq!(browser.post("/item/0").await.status, 200);
        browser
    }

    /// Sends all of these at once, one after the other to each process.
    async fn at_once(&self, browser: &Browser, targets: impl Iterator<Item = String>) -> Vec<Reply> {
        let sent: Vec<_> = targets
            .enumerate()
            .map(|(n, target)| {
                let (request, to) = (browser.prepare(Request::post(&target)), self.address(n));
                tokio::spawn(async move { request.send(to).await })
            })
            .collect();
        let mut replies = Vec::new();
        for reply in sent {
            replies.push(patiently("a reply", reply).await.unwrap());
        }
        replies
    }

    /// A request whose session is loaded, and whose handler waits for its body.
    async fn half_sent(&self, browser: &Browser, n: usize, body: &str) -> TcpStream {
        self.redis.forget_commands();
        let mut stream = TcpStream::connect(self.address(n)).await.unwrap();
        let (cookie, length) = (browser.cookie().unwrap(), body.len());
        let head = format!(
            "POST /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncookie: {cookie}\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        eventually("the session is loaded", || self.redis.count("hgetall") == 1);
        stream
    }

    /// How many sessions there are.
    fn sessions(&self) -> usize {
        let is_session = |hash: BTreeMap<String, String>| {
            hash.contains_key("@created") && hash.get("@owner").is_none_or(|owner| owner != "\"index\"")
        };
        self.redis.keys().iter().filter(|key| is_session(self.redis.hash(key))).count()
    }
}

/// The status line of what comes when the body is sent, and everything else of it.
async fn completed(mut stream: TcpStream, body: &str) -> String {
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut reply = String::new();
    patiently("a reply", stream.read_to_string(&mut reply)).await.unwrap();
    reply
}

const STATUS: usize = "HTTP/1.1 ".len();

#[tokio::test]
async fn t34_two_processes_add_to_one_field_and_200_of_200_count() {
    let world = World::new();
    let mut browser = world.browser().await;
    let replies = world.at_once(&browser, (0..200).map(|_| "/count".to_owned())).await;
    assert!(replies.iter().all(|reply| reply.status == 200));
    assert!(browser.get("/read").await.body.contains("count=200 "));
}

#[tokio::test]
async fn t34_two_processes_append_and_unite_and_all_of_it_is_there() {
    let world = World::new();
    let mut browser = world.browser().await;
    let targets = (0..100).map(|n| if n % 4 < 2 { format!("/item/{n}") } else { format!("/tag/{n}") });
    let replies = world.at_once(&browser, targets).await;
    assert!(replies.iter().all(|reply| reply.status == 200));
    let body = browser.get("/read").await.body;
    assert!(body.contains("items=51 tags=50 "), "{body}");
}

#[tokio::test]
async fn two_processes_write_ten_fields_and_200_of_200_writes_stay() {
    let world = World::new();
    let mut browser = world.browser().await;
    for value in 1..=20 {
        let replies = world.at_once(&browser, (0..10).map(|field| format!("/set/{field}/{value}"))).await;
        assert!(replies.iter().all(|reply| reply.status == 200));
        assert_eq!(browser.get("/fields").await.body, format!("{:?}", [value; 10]));
    }
}

#[tokio::test]
async fn t2_a_slow_request_of_one_process_does_not_undo_a_logout_at_the_other() {
    let world = World::new();
    let mut browser = world.browser().await;
    browser.post("/login/7").await;
    let slow = world.half_sent(&browser, 1, "late").await;
    let mut other = browser.clone();
    assert_eq!(other.post("/logout").await.status, 200);
    assert_eq!(other.cookie(), None);
    let reply = completed(slow, "late").await;
    assert_eq!(&reply[STATUS..STATUS + 3], "409", "{reply}");
    assert!(!reply.contains("set-cookie"), "{reply}");
    assert_eq!(world.sessions(), 0);
    // s14, t16: whoever kept the old cookie is nobody, at either process
    for n in 0..2 {
        let reply = browser.prepare(Request::get("/read")).send(world.address(n)).await;
        assert!(reply.body.contains("user=None"), "{reply:?}");
    }
}

#[tokio::test]
async fn t2_a_slow_request_of_one_process_is_refused_after_a_login_at_the_other() {
    let world = World::new();
    let mut browser = world.browser().await;
    let slow = world.half_sent(&browser, 1, "planted").await;
    assert_eq!(browser.post("/login/7").await.status, 200);
    let reply = completed(slow, "planted").await;
    assert_eq!(&reply[STATUS..STATUS + 3], "409", "{reply}");
    let body = browser.get("/read").await.body;
    assert!(body.contains("user=Some(7) count=0 ") && body.ends_with("name="), "{body}");
}

#[tokio::test]
async fn s69_what_one_process_changed_the_other_does_not_overwrite() {
    let world = World::new();
    let mut browser = world.browser().await;
    let slow = world.half_sent(&browser, 1, "mine").await;
    assert_eq!(browser.post("/count").await.status, 200);
    assert_eq!(&completed(slow, "mine").await[STATUS..STATUS + 3], "200", "another field");
    assert!(browser.get("/read").await.body.contains("count=2 "));
    // `reject`: of two names, the later one is refused
    let (first, second) =
        (world.half_sent(&browser, 0, "first").await, world.half_sent(&browser, 1, "second").await);
    assert_eq!(&completed(first, "first").await[STATUS..STATUS + 3], "200");
    assert_eq!(&completed(second, "second").await[STATUS..STATUS + 3], "409");
    assert!(browser.get("/read").await.body.ends_with("count=3 items=1 tags=0 name=first"));
}

#[tokio::test]
async fn s69_of_two_processes_that_rotate_at_once_one_wins() {
    let world = World::new();
    let browser = world.browser().await;
    for round in 1..=25 {
        let browser = if round == 1 { browser.clone() } else { world.browser().await };
        let replies = world.at_once(&browser, (1..=4).map(|_| "/rotate".to_owned())).await;
        let winners: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
        assert_eq!(winners.len(), 1, "{replies:?}");
        assert!(replies.iter().all(|reply| reply.status == 200 || reply.status == 409));
        let cookies = replies.iter().map(|reply| reply.set_cookies().len()).sum::<usize>();
        assert_eq!((cookies, world.sessions()), (1, round), "one new id, and no third one");
        let mut winner = browser.clone();
        winner.take(winners[0]);
        let body = winner.get("/read").await.body;
        assert!(body.contains("items=1"), "{body}");
    }
}

#[tokio::test]
async fn s69_t32_of_two_processes_that_log_in_at_once_whoever_is_told_so_is_logged_in() {
    let world = World::new();
    for _ in 1..=25 {
        let browser = world.browser().await;
        let before = world.sessions() - 1;
        let replies = world.at_once(&browser, (1..=4).map(|user| format!("/login/{user}"))).await;
        assert!(replies.iter().all(|reply| reply.status == 200 || reply.status == 409), "{replies:?}");
        let mut visitors = 0;
        for (user, reply) in (1..=4).zip(&replies).filter(|(_, reply)| reply.status == 200) {
            let mut winner = browser.clone();
            winner.take(reply);
            let body = winner.get("/read").await.body;
            assert!(body.contains(&format!("user=Some({user})")), "{body}");
            visitors += u32::from(body.contains("items=1"));
        }
        assert_eq!(visitors, 1, "what the visitor had is one's");
        let winners = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(world.sessions(), before + winners, "a session for each, and no more");
    }
}
