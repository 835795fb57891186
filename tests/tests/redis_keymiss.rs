//! Somebody deletes the session between any two commands of a write: nothing of it is left, and the write is refused (T3).
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;

use session_runtime::RedisStore;
use session_runtime::store::conformance::kit::{Write, at, key, record};
use session_runtime::store::{Record, Rotated, Store as _, StoreError, Touched, Updated};
use session_tests::patiently;
use session_tests::proxy::Proxy;
use session_tests::redis::Server;

/// A write, and what it answers where there is no record.
#[derive(Clone, Copy, Debug)]
enum Op {
    Update,
    Append,
    Touch,
    Rotate,
    Delete,
}

impl Op {
    /// Whether it found the record.
    async fn write(self, store: &RedisStore, loaded: &Arc<Record>) -> Result<bool, StoreError> {
        let write = || Write::after(loaded).put("a", "2").seen(at(5));
        Ok(match self {
            Self::Update => store.update(&key(1), &write().build()).await? == Updated::Applied,
            Self::Append => {
                store.update(&key(1), &write().append_item("list", 2).build()).await? == Updated::Applied
            }
            Self::Touch => store.touch(&key(1), at(5)).await? == Touched::Touched,
            Self::Rotate => {
                store.rotate(&key(1), &key(2), &write().build(), at(9)).await? == Rotated::Rotated
            }
            Self::Delete => store.delete(&key(1), at(9)).await.map(|()| false)?,
        })
    }
}

/// The session is deleted before request number `nth` of the write reaches the server. Says whether there was such a one.
async fn deleted_before(server: &Server, op: Op, nth: usize, script_is_known: bool) -> bool {
    let _: redis::Value = server.ask(&["FLUSHALL"]);
    let proxy = Proxy::before(server.port()).await;
    let store = RedisStore::connect(proxy.url()).unwrap();
    if script_is_known {
        let other = record(&[("a", "1"), ("list", "[1]")]);
        store.create(&key(1), Arc::clone(&other)).await.unwrap();
        op.write(&store, &other).await.unwrap();
        let _: redis::Value = server.ask(&["FLUSHALL"]);
    }
    let loaded = record(&[("a", "1"), ("list", "[1]")]);
    store.create(&key(1), Arc::clone(&loaded)).await.unwrap();
    // one that was loaded earlier, so that its fields are compared on the server
    store.update(&key(1), &Write::after(&loaded).put("list", "[1,7]").build()).await.unwrap();
    if !script_is_known {
        let _: redis::Value = server.ask(&["SCRIPT", "FLUSH"]);
    }
    let gate = proxy.pause_a_request(nth);
    let write = tokio::spawn({
        let (store, loaded) = (store.clone(), Arc::clone(&loaded));
        async move { op.write(&store, &loaded).await.unwrap() }
    });
    let what = format!("{op:?} before request {nth}");
    let held = tokio::select! {
        () = gate.reached() => true,
        // the write ends without so many requests
        () = async { while !write.is_finished() { tokio::task::yield_now().await } } => false,
    };
    if held {
        for name in server.keys() {
            let _: redis::Value = server.ask(&["DEL", &name]);
        }
        gate.open();
        assert!(!patiently(&what, write).await.unwrap(), "{what}: it found a record");
        assert_eq!(server.keys(), [""; 0], "{what}");
    }
    held
}

#[tokio::test]
async fn t3_a_deletion_before_any_command_of_a_write_leaves_no_key() {
    let server = Server::start();
    for op in [Op::Update, Op::Append, Op::Touch, Op::Rotate, Op::Delete] {
        for script_is_known in [true, false] {
            let mut requests = 0;
            while deleted_before(&server, op, requests, script_is_known).await {
                requests += 1;
            }
            // one script; and its text, where the server does not know it
            let expected = if script_is_known { 1 } else { 2 };
            assert_eq!(requests, expected, "{op:?}");
        }
    }
}
