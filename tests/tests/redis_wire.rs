//! What a Redis store says to its server, and what lies there afterwards.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use session_runtime::{RedisStore, Sessions};
use session_tests::redis::Server;
use session_tests::shop::{Shop, shop};
use session_tests::{Browser, Request, logs, serve};

/// The application on a server of its own, whose commands nobody else adds to.
async fn world() -> (Server, Browser) {
    let redis = Server::start();
    let store = RedisStore::connect(redis.url()).unwrap();
    let mut browser = Browser::new(serve(shop(Sessions::<Shop>::new(store).unwrap())).await);
    // every script is known afterwards
    for target in ["/count", "/count", "/login/1", "/logout"] {
        assert_eq!(browser.post(target).await.status, 200, "{target}");
    }
    assert_eq!(browser.cookie(), None);
    redis.forget_commands();
    (redis, browser)
}

/// What the server was asked since the last time, and what its scripts did.
fn said(redis: &Server) -> Vec<String> {
    let commands = redis.commands();
    redis.forget_commands();
    commands.into_iter().map(|(name, count)| format!("{name} {count}")).collect()
}

#[tokio::test]
async fn who_has_no_session_costs_no_round_trip() {
    let (redis, mut browser) = world().await;
    for target in ["/plain", "/read", "/fields"] {
        assert_eq!(browser.get(target).await.status, 200);
    }
    let id = "A".repeat(46);
    for cookie in [
        "__Host-id=",
        "__Host-id=x",
        "other=1",
        &format!("__Host-id={id}="),
        &format!("__Host-id={}", "B".repeat(45)),
    ] {
        assert_eq!(Request::get("/read").cookie(cookie).send(browser.server()).await.status, 200);
    }
    // well formed, but made for a store that is not sharded: it cannot be here
    let cookie = format!("__Host-id={}", "C".repeat(43));
    Request::get("/read").cookie(cookie).send(browser.server()).await;
    assert_eq!(said(&redis), [""; 0]);
}

#[tokio::test]
async fn who_does_not_ask_for_the_session_costs_no_round_trip() {
    let (redis, mut browser) = world().await;
    browser.post("/count").await;
    redis.forget_commands();
    assert_eq!(browser.get("/plain").await.status, 200);
    assert_eq!(said(&redis), [""; 0]);
}

#[tokio::test]
async fn t3_every_request_is_at_most_one_load_and_one_script() {
    let (redis, mut browser) = world().await;
    browser.post("/count").await;
    assert_eq!(said(&redis), ["evalsha 1", "hset 1", "pexpire 1", "type 1"], "the first write");

    browser.get("/read").await;
    assert_eq!(said(&redis), ["hgetall 1"], "a reader");

    browser.post("/set/1/5").await;
    // how large the record would be is counted on the server: the names of the fields, and the length of each
    let changed =
        ["evalsha 1", "hgetall 1", "hkeys 1", "hmget 1", "hset 1", "hstrlen 1", "pexpire 1", "type 1"];
    assert_eq!(said(&redis), changed, "a change of the default policy");

    browser.post("/count").await;
    let added = [
        "evalsha 1",
        "hget 1",
        "hgetall 1",
        "hkeys 1",
        "hmget 1",
        "hset 1",
        "hstrlen 2",
        "pexpire 1",
        "type 1",
    ];
    assert_eq!(said(&redis), added, "a sum looks at the field first");

    browser.post("/login/1").await;
    let rotated = [
        "evalsha 2",
        "hget 1",
        "hgetall 2",
        "hkeys 1",
        "hmget 2",
        "hset 3",
        "hstrlen 2",
        "pexpire 3",
        "rename 1",
        "type 3",
    ];
    assert_eq!(said(&redis), rotated, "the same once more for the index of its owner");

    browser.post("/login/2").await;
    let wiped = [
        "evalsha 3",
        "hdel 1",
        "hget 1",
        "hgetall 3",
        "hkeys 2",
        "hmget 2",
        "hset 4",
        "hstrlen 3",
        "pexpire 4",
        "rename 1",
        "type 4",
    ];
    assert_eq!(said(&redis), wiped, "somebody else: what was the first one's is gone, also from their index");

    browser.post("/logout").await;
    let deleted = ["del 1", "evalsha 2", "hget 1", "hgetall 2", "hmget 2", "hset 2", "pexpire 2", "type 2"];
    assert_eq!(said(&redis), deleted, "and from the index");
}

#[tokio::test]
async fn a_script_that_the_server_forgot_is_sent_again() {
    let (redis, mut browser) = world().await;
    browser.post("/count").await;
    for round in 1..=3 {
        let _: redis::Value = redis.ask(&["SCRIPT", "FLUSH"]);
        redis.forget_commands();
        assert_eq!(browser.post("/count").await.status, 200);
        assert_eq!((redis.count("evalsha"), redis.count("eval")), (1, 1), "in round {round}");
        browser.post("/count").await;
        assert_eq!((redis.count("evalsha"), redis.count("eval")), (2, 1), "and known from then on");
    }
    assert!(browser.get("/read").await.body.contains("count=7"));
}

#[tokio::test]
async fn a_session_is_a_hash_that_anybody_can_read() {
    let (redis, mut browser) = world().await;
    browser.post("/count").await;
    browser.post("/set/3/18446744073709551615").await;
    browser.post("/login/7").await;
    let keys: Vec<_> =
        redis.keys().into_iter().filter(|key| redis.hash(key).contains_key("f.count")).collect();
    let [key] = &keys[..] else { panic!("one session, not {keys:?}") };
    let tail = key.strip_prefix("session:{").unwrap();
    assert_eq!((&tail[4..5], tail.len()), ("}", 4 + 1 + 64), "{key}");
    let hash = redis.hash(key);
    let show = |name: &str| hash.get(name).map_or("", String::as_str);
    assert_eq!((show("f.count"), show("f.f3"), show("f.user")), ("1", "18446744073709551615", "7"));
    assert_eq!(
        (show("@format"), show("@owner"), show("@remembered"), show("@idle")),
        ("1", "7", "0", "3600000")
    );
    assert!(show("@last_seen").parse::<u64>().is_ok() && !show("@ops").is_empty());
    assert!(
        !hash.values().any(|value| browser.cookie().unwrap().contains(value) && value.len() > 20),
        "no id"
    );
}

#[tokio::test]
async fn s73_every_key_expires_by_itself_some_time_after_its_session() {
    let (redis, mut browser) = world().await;
    browser.post("/count").await;
    browser.post("/login/1").await;
    browser.get("/read").await;
    let mut other = browser.clone();
    other.plant("__Host-id=");
    other.post("/login/2").await;
    other.post("/logout").await;
    let (mut sessions, mut indexes, mut dead) = (0, 0, 0);
    for key in redis.keys() {
        let left: i64 = redis.ask(&["PTTL", &key]);
        let hash = redis.hash(&key);
        if let Some(entries) = hash.get("f.sessions") {
            // the eight hours of a session, or none, and ten minutes for clocks; and a tenth of that
            let life = if entries == "[]" { 600_000 } else { 8 * 3_600_000 + 600_000 };
            assert!((life - 60_000..=life + life / 10 + 300_000).contains(&left), "{left}");
            indexes += 1;
        } else if hash.contains_key("@created") {
            // the idle time of an hour, and a tenth of it
            assert!((3_600_000..=3_960_000).contains(&left), "{left}");
            sessions += 1;
        } else {
            // two minutes, and five more; a little more, since they are counted from the last activity
            assert!((120_000..=480_000).contains(&left), "{left}");
            assert_eq!(hash.get("@format").map(String::as_str), Some("1"));
            dead += 1;
        }
    }
    assert_eq!((sessions, indexes), (1, 2));
    assert!(dead >= 2, "{dead}");
}

#[tokio::test]
async fn t22_s63_nothing_of_a_session_and_no_name_of_one_is_logged() {
    logs::listen();
    let (redis, mut browser) = world().await;
    let mut told = Vec::new();
    for target in ["/count", "/set/1/4711471147114711", "/login/8822882288228822", "/item/3", "/logout"] {
        assert_eq!(browser.post(target).await.status, 200);
        told.extend(browser.cookie());
    }
    // a server without the command repeats its arguments: keys and values
    let lame = Server::with(&["--save", "", "--rename-command", "EVALSHA", ""]);
    let store = RedisStore::connect(lame.url()).unwrap();
    let mut other = Browser::new(serve(shop(Sessions::<Shop>::new(store).unwrap())).await);
    assert_eq!(other.post("/set/1/4711471147114711").await.status, 503);
    let heard = logs::heard();
    assert!(heard.contains("unknown command"), "{heard}");
    told.extend(redis.keys().into_iter().map(|key| key.rsplit_once('}').unwrap().1.to_owned()));
    told.extend(told.clone().iter().filter_map(|pair| Some(pair.split_once('=')?.1.to_owned())));
    told.extend(["4711471147114711", "8822882288228822", "session:{"].map(str::to_owned));
    assert!(told.len() > 8);
    for secret in told {
        assert!(!heard.contains(&secret), "{secret} is in the log");
    }
}
