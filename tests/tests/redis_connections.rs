//! What a Redis store can be given: URLs, clients and connections of the crate `redis`, and Sentinels.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use std::time::Duration;

use redis::aio::ConnectionManagerConfig;
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_read_routing::RandomReplicaStrategy;
use redis::sentinel::{SentinelClient, SentinelServerType};
use redis::{Client, ProtocolVersion, Value};
use session_runtime::RedisStore;
use session_runtime::store::conformance::kit::{Write, at, fields, key, record};
use session_runtime::store::{Created, Found, RedisServer, Rotated, Store as _, Touched, Updated};
use session_tests::patiently;
use session_tests::redis::{Server, eventually, prefix, shared, shared_cluster};

/// Every operation once.
async fn works(server: impl Into<RedisServer>) {
    let store = RedisStore::builder(server).prefix(prefix()).build().unwrap();
    let created = record(&[("a", "[]"), ("n", "18446744073709551615")]);
    assert_eq!(store.create(&key(1), created.clone()).await.unwrap(), Created::Created);
    let Found::Record(found) = store.load(&key(1)).await.unwrap() else { panic!("it is there") };
    assert_eq!((fields(&found), found.meta()), (fields(&created), created.meta()));
    let changes = Write::after(&found).put("a", "[1]").build();
    assert_eq!(store.update(&key(1), &changes).await.unwrap(), Updated::Applied);
    assert_eq!(store.touch(&key(1), at(5)).await.unwrap(), Touched::Touched);
    assert_eq!(store.rotate(&key(1), &key(2), &changes, at(120)).await.unwrap(), Rotated::Rotated);
    store.delete(&key(1), at(120)).await.unwrap();
    assert!(matches!(store.load(&key(2)).await.unwrap(), Found::Tombstone { .. }));
    assert_eq!(store.clear_all().await.unwrap(), 2);
}

#[tokio::test]
async fn a_url_a_client_or_a_connection_will_do() {
    let url = shared().url();
    works(url.as_str()).await;
    works(&url).await;
    works(url.clone()).await;
    works(format!("{url}5")).await;
    works(format!("{url}?protocol=resp3")).await;
    works(url.replace("redis:", "valkey:")).await;
    let client = Client::open(url).unwrap();
    works(client.clone()).await;
    works(client.get_connection_manager().await.unwrap()).await;
    works(client.get_connection_manager_lazy(ConnectionManagerConfig::new()).unwrap()).await;
    works(client.get_multiplexed_async_connection().await.unwrap()).await;
}

#[tokio::test]
async fn a_server_behind_a_socket_of_the_file_system_will_do() {
    let server = Server::with(&["--save", "", "--unixsocket", "socket"]);
    works(format!("redis+unix://{}", server.folder().join("socket").display())).await;
}

#[tokio::test]
async fn a_cluster_by_one_of_its_nodes_a_builder_or_a_connection_will_do() {
    let urls = shared_cluster().urls();
    works(RedisServer::cluster(&urls[..1])).await;
    works(ClusterClientBuilder::new(urls.clone()).use_protocol(ProtocolVersion::RESP3)).await;
    let client = ClusterClient::new(urls.clone()).unwrap();
    works(client.get_async_connection().await.unwrap()).await;
    // a replica may be behind, so the master is asked all the same
    let client =
        ClusterClientBuilder::new(urls).read_routing_strategy(RandomReplicaStrategy).build().unwrap();
    works(client.get_async_connection().await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentinels_say_who_the_master_is_also_after_it_has_failed() {
    let mut master = Server::start();
    let replica = Server::with(&["--save", "", "--replicaof", "127.0.0.1", &master.port().to_string()]);
    eventually("the replica has caught up", || replica.has_caught_up());
    let sentinel = Server::sentinel(&master);
    let knows_the_replica = || {
        let replicas: Vec<Value> = sentinel.ask(&["SENTINEL", "REPLICAS", "main"]);
        replicas.len() == 1
    };
    eventually("the Sentinel knows the replica", knows_the_replica);

    let client = || {
        let urls = vec![sentinel.url()];
        SentinelClient::build(urls, "main".to_owned(), None, SentinelServerType::Master).unwrap()
    };
    works(client()).await;
    let store = RedisStore::builder(client()).timeout(Duration::from_millis(500)).build().unwrap();
    let created = record(&[("a", "1")]);
    assert_eq!(store.create(&key(1), created.clone()).await.unwrap(), Created::Created);
    eventually("the replica has it", || replica.keys() == master.keys());
    master.kill();
    assert!(store.touch(&key(1), at(5)).await.is_err());
    let back = async {
        let changes = Write::after(&created).put("a", "2").build();
        while store.update(&key(1), &changes).await.is_err() {}
    };
    patiently("the new master", back).await;
    assert!(replica.is_a("master"));
    assert_eq!(store.touch(&key(1), at(5)).await.unwrap(), Touched::Touched);
}

#[tokio::test]
async fn what_cannot_be_a_server_is_an_error_of_the_configuration() {
    let refused = |server: RedisServer| {
        let error = RedisStore::connect(server).unwrap_err();
        assert!(error.is_config(), "{error}");
        error.to_string()
    };
    for url in ["", "redis:", "http://127.0.0.1/", "127.0.0.1:6379", "redis://h/x", "redis://h/?protocol=9"] {
        refused(url.into());
    }
    let secret = refused("redis://ann:secret-word@127.0.0.1/nothing".into());
    assert!(!secret.contains("secret-word"), "{secret}");
    refused(RedisServer::cluster::<String>([]));
    refused(RedisServer::cluster(["redis://a/", "http://b/"]));
    // the tests are built without TLS
    for url in ["rediss://127.0.0.1/", "valkeys://127.0.0.1/"] {
        let why = refused(url.into());
        assert!(why.contains("tokio-rustls-comp") && why.contains("tokio-native-tls-comp"), "{why}");
    }
    let why = refused(RedisServer::cluster(["rediss://127.0.0.1/"]));
    assert!(why.contains("tokio-rustls-comp"), "{why}");
}

#[test]
fn what_breaks_a_rule_is_an_error_of_the_configuration() {
    let builder = || RedisStore::builder("redis://ann:secret-word@127.0.0.1/");
    for prefix in ["", "{a}", "a b", "\n"] {
        let error = builder().prefix(prefix).build().unwrap_err();
        assert!(error.is_config() && error.to_string().contains("the prefix"), "{error}");
    }
    assert!(builder().timeout(Duration::ZERO).build().unwrap_err().is_config());
    assert!(builder().timeout(Duration::from_millis(10)).build().is_ok());
    assert!(builder().timeout(Duration::MAX).build().is_ok());
    // t22: and no password is shown
    let shown = format!("{:?} {:?}", builder(), builder().prefix("shop:").build().unwrap());
    assert!(shown.contains("shop:") && !shown.contains("secret-word"), "{shown}");
}

#[tokio::test]
async fn t35_a_timeout_of_for_ever_is_no_panic() {
    for timeout in [Duration::from_millis(10), Duration::from_secs(u64::MAX), Duration::MAX] {
        let store = RedisStore::builder(shared().url()).prefix(prefix()).timeout(timeout).build().unwrap();
        drop(store.load(&key(1)).await);
        let cluster = RedisServer::cluster(shared_cluster().urls());
        let store = RedisStore::builder(cluster).prefix(prefix()).timeout(timeout).build().unwrap();
        drop(store.load(&key(1)).await);
    }
}
