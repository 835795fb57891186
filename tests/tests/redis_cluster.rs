//! A Redis Cluster: sessions on every master, slots that move, and masters that fail.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::Value;
use session_runtime::store::conformance::kit::{Write, at, key, record, value};
use session_runtime::store::{
    Created, Found, Key, RedisServer, Rotated, Store as _, StoreError, Touched, Updated,
};
use session_runtime::{RedisStore, Sessions};
use session_tests::redis::{Cluster, Server, eventually, key_in_its_own_slot};
use session_tests::shop::{Shop, shop};
use session_tests::{Browser, patiently, serve};

fn store_of(cluster: &Cluster, timeout: Duration) -> RedisStore {
    RedisStore::builder(RedisServer::cluster(cluster.urls())).timeout(timeout).build().unwrap()
}

async fn is_live(store: &RedisStore, key: &Key) -> bool {
    matches!(store.load(key).await, Ok(Found::Record(_)))
}

/// How often the masters were asked this, all together.
fn count(cluster: &Cluster, command: &str) -> u64 {
    cluster.nodes.iter().map(|node| node.count(command)).sum()
}

#[tokio::test]
async fn sessions_lie_on_every_master_and_each_request_is_one_load_and_one_script() {
    let cluster = Cluster::start();
    let store = store_of(&cluster, Duration::from_secs(2));
    let app = serve(shop(Sessions::<Shop>::new(store).unwrap())).await;
    let browsers = 60;
    for warm in [true, false] {
        cluster.nodes.iter().for_each(Server::forget_commands);
        for n in 0..browsers {
            let mut browser = Browser::new(app);
            assert_eq!(browser.post("/count").await.status, 200);
            assert_eq!(browser.post("/item/1").await.status, 200);
            assert_eq!(browser.post(&format!("/login/{n}")).await.status, 200);
            let body = browser.get("/read").await.body;
            assert!(body.contains(&format!("user=Some({n}) count=1 items=1 ")), "{body}");
            if n % 2 == 0 {
                assert_eq!(browser.post("/logout").await.status, 200);
            }
        }
        if !warm {
            // and for each login and logout, the same once more for the index of its owner
            assert_eq!(count(&cluster, "evalsha"), 4 * browsers + 2 * (browsers / 2));
            assert_eq!(count(&cluster, "hgetall"), 4 * browsers + 2 * (browsers / 2));
            assert_eq!(count(&cluster, "eval"), 0);
        }
    }
    for node in &cluster.nodes {
        assert!(node.ask::<u64>(&["DBSIZE"]) > 20);
    }
}

/// The node of a slot and another one, with what a cluster is told while the slot moves.
struct Move<'a> {
    cluster: &'a Cluster,
    slot: String,
    from: &'a Server,
    to: &'a Server,
}

impl<'a> Move<'a> {
    fn begin(cluster: &'a Cluster, name: &str) -> Self {
        let slot: u16 = cluster.nodes[0].ask(&["CLUSTER", "KEYSLOT", name]);
        let from = cluster.master_of(slot);
        let to = cluster.nodes.iter().find(|node| node.port() != from.port()).unwrap();
        let (slot, ids) = (slot.to_string(), [from, to].map(|node| node.ask::<String>(&["CLUSTER", "MYID"])));
        let _: Value = to.ask(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &ids[0]]);
        let _: Value = from.ask(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &ids[1]]);
        Self { cluster, slot, from, to }
    }

    fn moves(&self, name: &str) {
        let _: Value =
            self.from.ask(&["MIGRATE", "127.0.0.1", &self.to.port().to_string(), name, "0", "5000"]);
    }

    /// Moves what is left, and tells everybody.
    fn ends(&self) {
        for name in self.from.ask::<Vec<String>>(&["CLUSTER", "GETKEYSINSLOT", &self.slot, "1000"]) {
            self.moves(&name);
        }
        let id: String = self.to.ask(&["CLUSTER", "MYID"]);
        for node in [self.to, self.from].into_iter().chain(&self.cluster.nodes) {
            let _: Value = node.ask(&["CLUSTER", "SETSLOT", &self.slot, "NODE", &id]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_that_moves_to_another_node_takes_its_sessions_along() {
    let cluster = Cluster::start();
    let store = store_of(&cluster, Duration::from_secs(15));
    // the keys of the kit are all in one slot
    let name = |n: u64| format!("session:{{6b73}}{}", key(n).to_hex());
    let created = record(&[("n", "0")]);
    for n in [1, 2, 3, 10] {
        assert_eq!(store.create(&key(n), created.clone()).await.unwrap(), Created::Created);
    }
    let changes = |n: i64| Write::after(&created).add("n", n).build();
    assert_eq!(store.rotate(&key(10), &key(11), &changes(1), at(120)).await.unwrap(), Rotated::Rotated);

    let slot = Move::begin(&cluster, &name(1));
    slot.moves(&name(2));
    slot.moves(&name(11));
    for n in [1, 2] {
        assert_eq!(store.update(&key(n), &changes(1)).await.unwrap(), Updated::Applied, "here or there");
        assert_eq!(store.touch(&key(n), at(5)).await.unwrap(), Touched::Touched);
        assert!(is_live(&store, &key(n)).await);
    }
    assert_eq!(store.create(&key(4), created.clone()).await.unwrap(), Created::Created);
    assert!(is_live(&store, &key(4)).await);
    assert!(slot.to.keys().contains(&name(4)), "what is new is there already");

    // what needs two keys waits until they are on one node
    let (rotating, deleting) = (store.clone(), store.clone());
    let (rotation, two) = (changes(1), key(2));
    let rotated = tokio::spawn(async move { rotating.rotate(&two, &key(5), &rotation, at(120)).await });
    let deleted = tokio::spawn(async move { deleting.delete(&key(10), at(120)).await });
    eventually("both were told to ask again", || {
        slot.to.try_to_ask::<String>(&["INFO", "errorstats"]).unwrap().contains("TRYAGAIN")
            && slot.from.count("evalsha") + slot.from.count("eval") > 0
    });
    slot.ends();
    assert_eq!(patiently("the rotation", rotated).await.unwrap().unwrap(), Rotated::Rotated);
    patiently("the deletion", deleted).await.unwrap().unwrap();
    for (n, lives) in [(1, true), (2, false), (3, true), (4, true), (5, true), (10, false), (11, false)] {
        assert_eq!(is_live(&store, &key(n)).await, lives, "{n}");
    }
    let Found::Record(found) = store.load(&key(5)).await.unwrap() else { panic!("it was rotated") };
    assert_eq!(value(&found, "n"), "2");
    assert_eq!(slot.from.keys(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_that_hands_over_loses_nothing_and_a_session_goes_on() {
    let cluster = Cluster::with_replicas(1);
    let store = store_of(&cluster, Duration::from_secs(4));
    let (master, replica) = (&cluster.nodes[0], &cluster.nodes[3]);
    let keys: Vec<_> = (0..40).map(key_in_its_own_slot).collect();
    for key in &keys {
        assert_eq!(store.create(key, record(&[("n", "0")])).await.unwrap(), Created::Created);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let counting = {
        let (store, keys, stop) = (store.clone(), keys.clone(), Arc::clone(&stop));
        tokio::spawn(async move {
            for round in 1_u32.. {
                for key in &keys {
                    let Found::Record(loaded) = store.load(key).await.unwrap() else { panic!("it is there") };
                    let changes = Write::after(&loaded).add("n", 1).build();
                    assert_eq!(store.update(key, &changes).await.unwrap(), Updated::Applied);
                }
                if stop.load(Ordering::SeqCst) {
                    return round;
                }
            }
            0
        })
    };
    for (from, to) in [(master, replica), (replica, master)] {
        to.takes_over();
        eventually("the other follows", || from.is_a("slave"));
    }
    stop.store(true, Ordering::SeqCst);
    let rounds = patiently("the last round", counting).await.unwrap();
    for key in &keys {
        let Found::Record(found) = store.load(key).await.unwrap() else { panic!("it is there") };
        assert_eq!(value(&found, "n"), rounds.to_string());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s67_a_master_that_dies_is_a_503_until_its_replica_takes_over() {
    let mut cluster = Cluster::with_replicas(1);
    let store = store_of(&cluster, Duration::from_millis(500));
    let keys: Vec<_> = (0..60).map(key_in_its_own_slot).collect();
    let mut of_the_first = Vec::new();
    for key in &keys {
        assert_eq!(store.create(key, record(&[("n", "0")])).await.unwrap(), Created::Created);
        let name = format!("session:{{{:04x}}}{}", key.slot().unwrap().as_u16(), key.to_hex());
        of_the_first.push(cluster.nodes[0].keys().contains(&name));
    }
    assert!(of_the_first.contains(&true) && of_the_first.contains(&false));
    // `WAIT` would say what this connection has written, which is nothing
    let size = |node: &Server| node.ask::<usize>(&["DBSIZE"]);
    eventually("the replica has all of it", || size(&cluster.nodes[3]) == size(&cluster.nodes[0]));
    cluster.nodes[0].kill();
    let of = |is_of_the_first: bool| {
        let all = keys.iter().zip(&of_the_first);
        all.filter(move |(_, first)| **first == is_of_the_first).map(|(key, _)| key)
    };
    let lost = of(true).next().unwrap();
    assert!(matches!(store.load(lost).await, Err(StoreError::Unavailable(_))), "unavailable, not absent");
    let back = async { while !is_live(&store, lost).await {} };
    patiently("the replica", back).await;
    for key in &keys {
        let Found::Record(found) = store.load(key).await.unwrap() else { panic!("all of them are there") };
        let changes = Write::after(&found).add("n", 1).build();
        assert_eq!(store.update(key, &changes).await.unwrap(), Updated::Applied);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_is_down_when_it_is_first_asked_is_found_later() {
    let mut cluster = Cluster::start();
    cluster.nodes.iter_mut().for_each(Server::kill);
    let store = store_of(&cluster, Duration::from_millis(500));
    assert!(store.create(&key(1), record(&[])).await.is_err());
    cluster.nodes.iter_mut().for_each(Server::run_again);
    cluster.agrees();
    assert_eq!(store.create(&key(1), record(&[])).await.unwrap(), Created::Created);
    // and if all of them are away for a while
    cluster.nodes.iter_mut().for_each(Server::kill);
    assert!(store.load(&key(1)).await.is_err());
    cluster.nodes.iter_mut().for_each(Server::run_again);
    cluster.agrees();
    let back = async { while store.create(&key(2), record(&[])).await.is_err() {} };
    patiently("the cluster", back).await;
}
