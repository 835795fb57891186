//! The whole contract of a store, on a single Redis server and on a cluster of three masters, both started here.
#![cfg(unix)]

use session_runtime::RedisStore;
use session_runtime::store::RedisServer;
use session_runtime::store::conformance::{Subject, tests};
use session_tests::redis::{prefix, shared, shared_cluster};

mod single {
    use super::*;

    tests!(async || {
        let prefix = prefix();
        let store = RedisStore::builder(shared().url()).prefix(&prefix).build().unwrap();
        Subject::new(store).sweeps_itself().with_dump(move || shared().dump(&prefix))
    });
}

mod cluster {
    use super::*;

    tests!(async || {
        let prefix = prefix();
        let server = RedisServer::cluster(shared_cluster().urls());
        let store = RedisStore::builder(server).prefix(&prefix).build().unwrap();
        Subject::new(store)
            .sweeps_itself()
            .with_dump(move || shared_cluster().nodes.iter().flat_map(|node| node.dump(&prefix)).collect())
    });
}
