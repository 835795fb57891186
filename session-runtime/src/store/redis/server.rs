//! What a store is connected to.

use std::fmt;
use std::time::Duration;

use redis::aio::{ConnectionManager, MultiplexedConnection};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{Client, ConnectionInfo, IntoConnectionInfo as _, RedisError};

#[cfg(feature = "redis-cluster")]
use redis::cluster::ClusterClientBuilder;
#[cfg(feature = "redis-cluster")]
use redis::cluster_async::ClusterConnection;
#[cfg(feature = "redis-sentinel")]
use redis::sentinel::SentinelClient;

use super::link::{Connection, Origin};
use crate::error::Error;

/// A connection over which nothing comes for so long is asked whether it still is one.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// What was sent and is not acknowledged for longer than this was sent to nobody. Operating systems allow no more than weeks.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);

/// Where a [`RedisStore`](super::RedisStore) keeps its records: made from a URL, or from what the crate `redis` calls a
/// client or a connection.
///
/// | from | for |
/// |---|---|
/// | `&str`, `String`: a URL | one server: `redis://user:password@host:6379/0`, `rediss://` with TLS, `unix:///path` |
/// | `redis::Client` | the same, with settings that no URL has: certificates, a socket's options |
/// | [`RedisServer::cluster`], `ClusterClientBuilder` | a Redis Cluster, by some of its nodes. Feature `redis-cluster` |
/// | `SentinelClient` | the master that Sentinels name. Feature `redis-sentinel` |
/// | `ConnectionManager`, `MultiplexedConnection`, `ClusterConnection` | a connection that the application has already |
///
/// The store connects when it is first asked, so an application starts while the server is down, and it connects again by
/// itself. A ready connection is used as it is: it has its own timeouts, by default half a second, and a
/// `MultiplexedConnection` that breaks stays broken.
///
/// # TLS
///
/// Is a matter of the crate `redis`: name it in your own `Cargo.toml`, with the feature `tokio-native-tls-comp`, or
/// `tokio-rustls-comp` and a `rustls` that has a cryptography provider. Without one, a `rediss://` URL is an error when
/// the store is made.
pub struct RedisServer(Kind);

enum Kind {
    Url(String),
    Client(Client),
    Ready(Connection),
    #[cfg(feature = "redis-cluster")]
    Nodes(Vec<String>),
    #[cfg(feature = "redis-cluster")]
    Cluster(Box<ClusterClientBuilder>),
    #[cfg(feature = "redis-sentinel")]
    Sentinel(Box<SentinelClient>),
}

impl RedisServer {
    /// A Redis Cluster, by the URLs of some of its nodes; the others are found through them.
    #[cfg(feature = "redis-cluster")]
    pub fn cluster<U: Into<String>>(nodes: impl IntoIterator<Item = U>) -> Self {
        Self(Kind::Nodes(nodes.into_iter().map(Into::into).collect()))
    }

    /// Checks what can be checked without asking the server.
    ///
    /// # Errors
    /// If it cannot be a server; the text says why, and does not repeat the URL, which may hold a password.
    pub(super) fn origin(self, timeout: Duration) -> Result<Origin, Error> {
        Ok(match self.0 {
            Kind::Url(url) => {
                Origin::Single(Client::open(parsed(&url, timeout)?).map_err(|error| refused(&error))?)
            }
            Kind::Client(client) => Origin::Single(client),
            Kind::Ready(connection) => Origin::Ready(connection),
            #[cfg(feature = "redis-cluster")]
            Kind::Nodes(urls) => {
                let nodes = urls.iter().map(|url| parsed(url, timeout)).collect::<Result<Vec<_>, _>>()?;
                cluster(ClusterClientBuilder::new(nodes).tcp_settings(sockets(timeout)), timeout)?
            }
            #[cfg(feature = "redis-cluster")]
            Kind::Cluster(builder) => cluster(*builder, timeout)?,
            #[cfg(feature = "redis-sentinel")]
            Kind::Sentinel(client) => Origin::Sentinel(tokio::sync::Mutex::new(*client)),
        })
    }
}

fn parsed(url: &str, timeout: Duration) -> Result<ConnectionInfo, Error> {
    let info = url.into_connection_info().map_err(|error| {
        let is_secure = url.starts_with("rediss:") || url.starts_with("valkeys:");
        if is_secure && error.to_string().contains("TLS") {
            return Error::config(
                "a `rediss://` URL needs TLS, and the crate `redis` is built without it: give it the feature \
                 `tokio-native-tls-comp` or `tokio-rustls-comp`",
            );
        }
        refused(&error)
    })?;
    Ok(info.set_tcp_settings(sockets(timeout)))
}

/// No waiting to fill a packet; and a connection whose other end is gone without a word is known to be.
fn sockets(timeout: Duration) -> TcpSettings {
    let settings = TcpSettings::default()
        .set_nodelay(true)
        .set_keepalive(TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE));
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    let settings = settings.set_user_timeout(timeout.min(LONGEST_SILENCE));
    #[cfg(not(any(target_os = "android", target_os = "fuchsia", target_os = "linux")))]
    let _ = timeout;
    settings
}

/// The crate follows redirections, and asks again by itself what it lost; a few times, so that the store's own timeout
/// decides. What it asks twice is done once, since records remember operations.
#[cfg(feature = "redis-cluster")]
fn cluster(builder: ClusterClientBuilder, timeout: Duration) -> Result<Origin, Error> {
    const TRIES: u32 = 3;
    const PAUSE_MILLIS: (u64, u64) = (10, 100);
    builder
        .retries(TRIES)
        .min_retry_wait(PAUSE_MILLIS.0)
        .max_retry_wait(PAUSE_MILLIS.1)
        .connection_timeout(timeout / 4)
        .response_timeout(timeout / 2)
        .overall_response_timeout(Some(timeout))
        .build()
        .map(|client| Origin::Cluster(Box::new(client)))
        .map_err(|error| refused(&error))
}

fn refused(error: &RedisError) -> Error {
    Error::config(format!("the Redis server cannot be used: {error}"))
}

impl fmt::Debug for RedisServer {
    /// Nothing of a URL, which may hold a password (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisServer(..)")
    }
}

macro_rules! from {
    ($($(#[$feature:meta])? $from:ty => $into:expr;)+) => {$(
        $(#[$feature])?
        impl From<$from> for RedisServer {
            fn from(server: $from) -> Self {
                Self($into(server))
            }
        }
    )+};
}

from! {
    &str => |url: &str| Kind::Url(url.to_owned());
    String => Kind::Url;
    &String => |url: &String| Kind::Url(url.clone());
    Client => Kind::Client;
    ConnectionManager => |manager| Kind::Ready(Connection::Manager(manager));
    MultiplexedConnection => |connection| Kind::Ready(Connection::Multiplexed(connection));
    #[cfg(feature = "redis-cluster")]
    ClusterClientBuilder => |builder| Kind::Cluster(Box::new(builder));
    #[cfg(feature = "redis-cluster")]
    ClusterConnection => |connection| Kind::Ready(Connection::Cluster(connection));
    #[cfg(feature = "redis-sentinel")]
    SentinelClient => |client| Kind::Sentinel(Box::new(client));
}
