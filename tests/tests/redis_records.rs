//! What is special to records in Redis: what is foreign there, how long they stay, and what happens when there is no room.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;
use std::time::Duration;

use redis::Value;
use session_runtime::RedisStore;
use session_runtime::clock::Timestamp;
use session_runtime::store::conformance::kit::{Write, at, fields, key, meta, record, value};
use session_runtime::store::{
    Created, Found, Key, Record, RedisServer, Rotated, Store as _, StoreError, Touched, Updated,
};
use session_tests::logs;
use session_tests::redis::{Cluster, Server, prefix, shared};

/// A store on the shared server, and its prefix.
fn world() -> (RedisStore, String) {
    let prefix = prefix();
    (RedisStore::builder(shared().url()).prefix(&prefix).build().unwrap(), prefix)
}

/// How the key of a record is called. Those of the kit are all in one slot.
fn name(prefix: &str, key: &Key) -> String {
    format!("{prefix}{{{:04x}}}{}", key.slot().unwrap().as_u16(), key.to_hex())
}

fn raw<const N: usize>(words: [&str; N]) -> Value {
    shared().ask(&words)
}

async fn is_live(store: &RedisStore, key: &Key) -> bool {
    matches!(store.load(key).await.unwrap(), Found::Record(_))
}

async fn loaded(store: &RedisStore, key: &Key) -> Arc<Record> {
    match store.load(key).await.unwrap() {
        Found::Record(record) => record,
        other => panic!("a record was expected, not {other:?}"),
    }
}

/// Nothing is there, whatever is asked, and a new session takes the place.
async fn is_as_good_as_nothing(store: &RedisStore, id: &Key, what: &str) {
    logs::listen();
    assert!(matches!(store.load(id).await.unwrap(), Found::Nothing), "{what}");
    assert!(logs::heard().contains("event=\"foreign_record\""), "{what}");
    assert!(!logs::heard().contains(&id.to_hex()), "a key is not for the log");
    let changes = Write::blind().put("a", "2").build();
    assert_eq!(store.update(id, &changes).await.unwrap(), Updated::Gone, "{what}");
    assert_eq!(store.touch(id, at(1)).await.unwrap(), Touched::Gone, "{what}");
    assert_eq!(store.rotate(id, &key(2), &changes, at(9)).await.unwrap(), Rotated::Gone, "{what}");
    store.delete(id, at(9)).await.unwrap();
    assert!(matches!(store.load(id).await.unwrap(), Found::Nothing), "{what}");
    assert_eq!(store.create(id, record(&[("a", "1")])).await.unwrap(), Created::Created, "{what}");
    assert_eq!(fields(&loaded(store, id).await), fields(&record(&[("a", "1")])), "{what}");
}

#[tokio::test]
async fn t26_what_is_no_record_is_absent_and_gives_way() {
    let (store, prefix) = world();
    let id = key(1);
    let name = name(&prefix, &id);
    for foreign in [
        &["SET", &name, "a session, or not"][..],
        &["SET", &name, "{\"format\":1}"],
        &["RPUSH", &name, "1", "2"],
        &["SADD", &name, "@format"],
        &["ZADD", &name, "1", "@format"],
        &["XADD", &name, "*", "@format", "1"],
        &["HSET", &name, "a", "1"],
        &["HSET", &name, "f.user", "7"],
        &["HSET", &name, "@format", "1"],
        &["HSET", &name, "@format", "1", "f.user", "7"],
        &["HSET", &name, "@format", "0", "@until", "5"],
        &["HSET", &name, "@format", "1", "@until", "soon"],
        &["HSET", &name, "@format", "1", "@until", "5", "@to", "somewhere"],
        &["HSET", &name, "@format", "1", "@until", "5", "@created", "5"],
    ] {
        let _: Value = raw(["DEL", &name]);
        let _: Value = shared().ask(foreign);
        is_as_good_as_nothing(&store, &id, foreign[2]).await;
    }
}

#[tokio::test]
async fn t26_t37_metadata_that_is_not_as_we_write_it_is_absent_and_not_guessed() {
    let (store, prefix) = world();
    let id = key(1);
    let name = name(&prefix, &id);
    let numbers = ["@created", "@last_seen", "@idle", "@expires"];
    let no_numbers = ["", "-1", "+1", "1.0", "1e3", " 1", "01", "0x1", "18446744073709551616", "one"];
    let no_ops = ["", "0", "g", &"0".repeat(31), &"0".repeat(33), &format!("{0}  {0}", "0".repeat(31))];
    let mut wrong: Vec<_> = numbers.iter().flat_map(|name| no_numbers.map(|text| (*name, text))).collect();
    wrong.extend(no_numbers.map(|text| ("@authenticated", text)));
    wrong.extend(["", "2", "true"].map(|text| ("@remembered", text)));
    wrong.extend(no_ops.iter().map(|text| ("@ops", *text)));
    wrong.extend(["", "0", "v1", "1.0", "01", "-2"].map(|text| ("@format", text)));
    for (part, text) in wrong {
        let _: Value = raw(["DEL", &name]);
        store.create(&id, record(&[("a", "1")])).await.unwrap();
        let _: Value = raw(["HSET", &name, part, text]);
        is_as_good_as_nothing(&store, &id, &format!("{part} is {text:?}")).await;
    }
    for part in [&numbers[..], &["@format", "@remembered", "@ops"]].concat() {
        let _: Value = raw(["DEL", &name]);
        store.create(&id, record(&[("a", "1")])).await.unwrap();
        let _: Value = raw(["HDEL", &name, part]);
        is_as_good_as_nothing(&store, &id, &format!("{part} is missing")).await;
    }
}

#[tokio::test]
async fn t37_a_record_of_a_newer_version_is_absent_and_never_overwritten() {
    let (store, prefix) = world();
    let id = key(1);
    let name = name(&prefix, &id);
    for newer in
        [&["@format", "2", "anything", "else"][..], &["@format", "18446744073709551615", "@until", "x"]]
    {
        let _: Value = raw(["DEL", &name]);
        let _: Value = shared().ask(&[&["HSET", &name], newer].concat());
        let before = shared().hash(&name);
        logs::listen();
        assert!(matches!(store.load(&id).await.unwrap(), Found::Nothing));
        assert!(logs::heard().contains("of a newer format"));
        let changes = Write::blind().put("a", "2").build();
        assert_eq!(store.create(&id, record(&[])).await.unwrap(), Created::Exists);
        assert_eq!(store.update(&id, &changes).await.unwrap(), Updated::Gone);
        assert_eq!(store.touch(&id, at(1)).await.unwrap(), Touched::Gone);
        store.delete(&id, at(9)).await.unwrap();
        store.create(&key(3), record(&[])).await.unwrap();
        assert_eq!(store.rotate(&key(3), &id, &changes, at(9)).await.unwrap(), Rotated::Exists);
        assert_eq!(shared().hash(&name), before);
        let _: Value = raw(["DEL", &self::name(&prefix, &key(3))]);
    }
}

#[tokio::test]
async fn what_else_stands_in_a_record_is_left_alone() {
    let (store, prefix) = world();
    let name = name(&prefix, &key(1));
    let created = record(&[("a", "1")]);
    store.create(&key(1), Arc::clone(&created)).await.unwrap();
    let _: Value = raw(["HSET", &name, "@note", "x"]);
    assert_eq!(fields(&loaded(&store, &key(1)).await), fields(&created));
    let changes = Write::after(&created).wipe_but(&[]).put("b", "2").build();
    assert_eq!(store.rotate(&key(1), &key(2), &changes, at(9)).await.unwrap(), Rotated::Rotated);
    assert_eq!(shared().hash(&self::name(&prefix, &key(2))).get("@note").map(String::as_str), Some("x"));
}

#[tokio::test]
async fn t42_what_an_earlier_version_did_not_write_of_an_id_is_its_beginning_and_nonsense_opens_nothing() {
    let (store, prefix) = world();
    let name = name(&prefix, &key(1));
    store.create(&key(1), record(&[("a", "1")])).await.unwrap();
    let found = loaded(&store, &key(1)).await;
    assert_eq!((found.meta().issued, &found.meta().renewed), (at(0), &None));
    assert!(!shared().hash(&name).keys().any(|part| part == "@issued" || part == "@renewed"));
    for nonsense in ["", "x", "-1", "01", "18446744073709551616", "1 2 3"] {
        let _: Value = raw(["HSET", &name, "@issued", nonsense]);
        let _: Value = raw(["HSET", &name, "@renewed", nonsense]);
        let found = loaded(&store, &key(1)).await;
        assert_eq!((found.meta().issued, &found.meta().renewed), (at(0), &None), "{nonsense:?}");
        assert_eq!(store.touch(&key(1), at(1)).await.unwrap(), Touched::Touched, "{nonsense:?}");
    }
}

/// Every key has an end, and it is not before the record's own.
#[tokio::test]
async fn s73_t35_deadlines_at_the_ends_of_time_are_kept_for_a_duration() {
    let (store, prefix) = world();
    let day = 24 * 3600;
    let moments = [0, 1, at(0).as_millis(), u64::MAX - 1, u64::MAX].map(Timestamp::from_millis);
    let idles = [Duration::ZERO, Duration::from_secs(day), Duration::from_millis(u64::MAX), Duration::MAX];
    let mut n = 0;
    for seen in moments {
        for expires in moments {
            for idle in idles {
                n += 1;
                let mut meta = meta();
                (meta.created, meta.last_seen, meta.expires, meta.idle) = (seen, seen, expires, idle);
                let made = Arc::new(Record::new(meta, [("a", "1")].into_iter().collect()));
                assert_eq!(store.create(&key(n), Arc::clone(&made)).await.unwrap(), Created::Created);
                let changes = Write::after(&made).put("a", "2").seen(expires).build();
                assert_eq!(store.update(&key(n), &changes).await.unwrap(), Updated::Applied);
                assert_eq!(store.touch(&key(n), seen).await.unwrap(), Touched::Touched);
                let left: i64 = shared().ask(&["PTTL", &name(&prefix, &key(n))]);
                let life = idle.min(expires.since(seen.max(expires)));
                assert!(left > 290_000 && u128::try_from(left).unwrap() >= life.as_millis().min(1 << 40));
                assert_eq!(loaded(&store, &key(n)).await.meta().expires, expires);
                let to = key(100_000 + n);
                let changes = Write::after(&made).build();
                assert_eq!(store.rotate(&key(n), &to, &changes, expires).await.unwrap(), Rotated::Rotated);
                store.delete(&to, seen).await.unwrap();
                for key in [key(n), to] {
                    let left: i64 = shared().ask(&["PTTL", &name(&prefix, &key)]);
                    assert!(left > 290_000, "a tombstone has an end, too");
                }
            }
        }
    }
}

#[tokio::test]
async fn s73_the_end_of_a_key_is_its_deadline_and_some_more() {
    let (store, prefix) = world();
    let left = |n: u64| shared().ask::<u64>(&["PTTL", &name(&prefix, &key(n))]) / 1000;
    let within =
        |left: u64, from: u64, to: u64| assert!((from..=to).contains(&left), "{left} of {from} to {to}");
    // idle for an hour, and eight hours at most
    let created = record(&[("a", "1")]);
    store.create(&key(1), Arc::clone(&created)).await.unwrap();
    within(left(1), 3600, 3960);
    // half an hour before the absolute deadline, it is that
    store.touch(&key(1), at(7 * 3600 + 1800)).await.unwrap();
    within(left(1), 1800, 2100);
    // moved further away, it is the idle time again
    let later = Write::after(&created).expires(at(20 * 3600)).build();
    store.update(&key(1), &later).await.unwrap();
    within(left(1), 3600, 3960);
    // a tombstone's life begins with the last activity
    let changes = Write::after(&created).seen(at(9 * 3600)).build();
    store.rotate(&key(1), &key(2), &changes, at(9 * 3600 + 120)).await.unwrap();
    within(left(1), 120, 420);
    store.delete(&key(2), at(9 * 3600 + 10_000)).await.unwrap();
    within(left(2), 10_000, 11_000);
}

/// T39: nothing holds a lock that could run out; who comes too late finds nothing to write to.
#[tokio::test]
async fn t39_t2_a_write_after_the_server_dropped_the_record_brings_nothing_back() {
    let (store, prefix) = world();
    let created = record(&[("a", "1")]);
    store.create(&key(1), Arc::clone(&created)).await.unwrap();
    let _: Value = raw(["PEXPIRE", &name(&prefix, &key(1)), "0"]);
    let changes = Write::after(&created).put("a", "2").seen(at(5)).build();
    assert_eq!(store.update(&key(1), &changes).await.unwrap(), Updated::Gone);
    assert_eq!(store.touch(&key(1), at(5)).await.unwrap(), Touched::Gone);
    assert_eq!(store.rotate(&key(1), &key(2), &changes, at(9)).await.unwrap(), Rotated::Gone);
    store.delete(&key(1), at(9)).await.unwrap();
    let left: Vec<String> = shared().keys().into_iter().filter(|key| key.starts_with(&prefix)).collect();
    assert_eq!(left, [""; 0]);
}

#[tokio::test]
async fn a_megabyte_and_a_depth_of_a_hundred_are_kept_and_appended_to_by_the_server() {
    let (store, _) = world();
    let numbers = format!("[{}]", vec!["18446744073709551615"; 50_000].join(","));
    let deep = format!("[{}{}]", "[".repeat(99), "]".repeat(99));
    let empty = "[{},[],-9223372036854775808,1.0,\"\\u0000]\"]".to_owned();
    assert!(numbers.len() > 1 << 20);
    for (n, list) in (1..).zip([numbers, deep, empty]) {
        let created = record(&[("a", &list)]);
        store.create(&key(n), Arc::clone(&created)).await.unwrap();
        assert!(value(&loaded(&store, &key(n)).await, "a") == list);
        for item in [1, 2] {
            let changes = Write::after(&created).append_item("a", item).build();
            // a conflict would mean that the server could not
            assert_eq!(store.update(&key(n), &changes).await.unwrap(), Updated::Applied);
        }
        let expected = format!("{},1,2]", &list[..list.len() - 1]);
        assert!(value(&loaded(&store, &key(n)).await, "a") == expected);
        let changes = Write::after(&created).put("b", &list).remove("a").build();
        assert_eq!(store.rotate(&key(n), &key(n + 100), &changes, at(9)).await.unwrap(), Rotated::Rotated);
        assert!(value(&loaded(&store, &key(n + 100)).await, "b") == list);
    }
}

#[tokio::test]
async fn a_list_that_nobody_has_begun_is_begun_by_the_server_too() {
    let (store, _) = world();
    let created = record(&[]);
    store.create(&key(1), Arc::clone(&created)).await.unwrap();
    for item in [1, 2, 3] {
        let changes = Write::after(&created).append_item("a", item).build();
        assert_eq!(store.update(&key(1), &changes).await.unwrap(), Updated::Applied);
    }
    assert_eq!(value(&loaded(&store, &key(1)).await, "a"), "[1,2,3]");
}

#[tokio::test]
async fn an_empty_value_is_no_json_and_is_refused() {
    let (store, prefix) = world();
    let nothing = record(&[("a", "")]);
    assert!(matches!(store.create(&key(1), nothing).await, Err(StoreError::Unavailable(_))));
    assert!(!shared().keys().contains(&name(&prefix, &key(1))));
}

#[tokio::test]
async fn t26_keys_of_another_store_or_another_slot_reach_nothing() {
    let (store, _) = world();
    store.create(&key(1), record(&[("a", "1")])).await.unwrap();
    // the same hash, without its slot
    let elsewhere = Key::from_hex(&key(1).to_hex()).unwrap();
    let changes = Write::blind().put("a", "2").build();
    assert!(matches!(store.load(&elsewhere).await.unwrap(), Found::Nothing));
    assert_eq!(store.update(&elsewhere, &changes).await.unwrap(), Updated::Gone);
    assert_eq!(store.touch(&elsewhere, at(5)).await.unwrap(), Touched::Gone);
    assert_eq!(store.rotate(&elsewhere, &key(2), &changes, at(9)).await.unwrap(), Rotated::Gone);
    store.delete(&elsewhere, at(9)).await.unwrap();
    assert!(store.create(&elsewhere, record(&[])).await.is_err());
    assert!(store.rotate(&key(1), &elsewhere, &changes, at(9)).await.is_err(), "a rotation keeps the slot");
    assert_eq!(value(&loaded(&store, &key(1)).await, "a"), "1");
}

#[tokio::test]
async fn clear_all_removes_what_is_ours_and_nothing_else() {
    let server = Server::start();
    let of = |prefix: &str| RedisStore::builder(server.url()).prefix(prefix).build().unwrap();
    let others = ["a:", "a:b:", "a*:", "[a]:", "a?:", "A:"];
    for prefix in others {
        let store = of(prefix);
        for n in 0..700 {
            store.create(&key(n), record(&[("a", "1")])).await.unwrap();
        }
        store.delete(&key(0), at(60)).await.unwrap();
    }
    for foreign in ["a:", "a:{6b73}", "a:other", "b", &format!("a:{{6b73}}{}", "g".repeat(64))] {
        let _: Value = server.ask(&["SET", foreign, "1"]);
    }
    let mut left = 6 * 700 + 5;
    for prefix in others {
        let store = of(prefix);
        assert_eq!(store.clear_all().await.unwrap(), 700, "{prefix}");
        left -= 700;
        assert_eq!(server.ask::<u64>(&["DBSIZE"]), left, "{prefix}");
        assert_eq!(store.clear_all().await.unwrap(), 0);
        assert_eq!(store.sweep(at(0)).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn without_room_a_session_ends_and_rotates_but_does_not_begin_or_grow() {
    let server = Server::start();
    let store = RedisStore::connect(server.url()).unwrap();
    let created = record(&[("a", "1")]);
    for n in 1..=3 {
        store.create(&key(n), Arc::clone(&created)).await.unwrap();
    }
    let _: Value = server.ask(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    let _: Value = server.ask(&["CONFIG", "SET", "maxmemory", "1"]);
    assert!(matches!(store.create(&key(9), Arc::clone(&created)).await, Err(StoreError::Full)));
    let changes = Write::after(&created).put("a", "2").put("b", "3").remove("c").seen(at(9)).build();
    assert!(matches!(store.update(&key(1), &changes).await, Err(StoreError::Full)));
    let found = loaded(&store, &key(1)).await;
    assert_eq!((fields(&found), found.meta()), (fields(&created), created.meta()), "all or nothing");
    assert_eq!(store.rotate(&key(2), &key(12), &changes, at(60)).await.unwrap(), Rotated::Rotated);
    store.delete(&key(3), at(60)).await.unwrap();
    for n in [2, 3] {
        assert!(matches!(store.load(&key(n)).await.unwrap(), Found::Tombstone { .. }));
    }
    assert!(is_live(&store, &key(12)).await && !is_live(&store, &key(9)).await);
    let _: Value = server.ask(&["CONFIG", "SET", "maxmemory", "0"]);
    assert_eq!(store.update(&key(1), &changes).await.unwrap(), Updated::Applied);
}

#[tokio::test]
async fn clear_all_removes_what_every_master_has() {
    let cluster = Cluster::start();
    let store = RedisStore::connect(RedisServer::cluster(cluster.urls())).unwrap();
    let other = RedisStore::builder(RedisServer::cluster(cluster.urls())).prefix("other:").build().unwrap();
    let mut tags = std::collections::BTreeSet::new();
    for n in 0..300 {
        let key = session_tests::redis::key_in_its_own_slot(n);
        tags.insert(key.slot().unwrap().as_u16());
        assert_eq!(store.create(&key, record(&[("a", "1")])).await.unwrap(), Created::Created);
        assert_eq!(other.create(&key, record(&[("a", "1")])).await.unwrap(), Created::Created);
    }
    assert!(tags.len() > 250);
    let sizes = || cluster.nodes.iter().map(|node| node.ask::<usize>(&["DBSIZE"])).collect::<Vec<_>>();
    assert!(sizes().iter().all(|size| *size > 100), "{:?}", sizes());
    assert_eq!(store.clear_all().await.unwrap(), 300);
    assert_eq!(sizes().iter().sum::<usize>(), 300, "another prefix stays");
}
