//! The connection: made when it is first needed, and anew when it is of no use.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::{ConnectionLike as _, ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::{Client, Cmd, RedisResult, Value};
use tokio::sync::Mutex;
use tokio::time::timeout;

#[cfg(feature = "redis-cluster")]
use redis::cluster::ClusterClient;
#[cfg(feature = "redis-cluster")]
use redis::cluster_async::ClusterConnection;
#[cfg(feature = "redis-cluster")]
use redis::cluster_routing::{Route, RoutingInfo, SingleNodeRoutingInfo, SlotAddr};
#[cfg(feature = "redis-sentinel")]
use redis::sentinel::SentinelClient;

/// Where connections come from.
pub(super) enum Origin {
    /// The application made it, and it is all there is.
    Ready(Connection),
    Single(Client),
    #[cfg(feature = "redis-cluster")]
    Cluster(Box<ClusterClient>),
    #[cfg(feature = "redis-sentinel")]
    Sentinel(Mutex<SentinelClient>),
}

/// One of the crate's connections; a clone is the same one, and any number of requests share it.
#[derive(Clone)]
pub(super) enum Connection {
    Manager(ConnectionManager),
    Multiplexed(MultiplexedConnection),
    #[cfg(feature = "redis-cluster")]
    Cluster(ClusterConnection),
}

impl Connection {
    /// Sends a command to where its keys are.
    pub(super) async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        let reply = match self {
            Self::Manager(connection) => connection.req_packed_command(command).await,
            Self::Multiplexed(connection) => connection.req_packed_command(command).await,
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(connection) => connection.req_packed_command(command).await,
        };
        reply?.extract_error()
    }

    /// Sends a command to the master that has this key. A replica may not know yet that a session has ended, so none is
    /// asked, however the connection was configured.
    pub(super) async fn send_to_master(&mut self, command: &Cmd, key: &str) -> RedisResult<Value> {
        #[cfg(feature = "redis-cluster")]
        if let Self::Cluster(connection) = self {
            let route = SingleNodeRoutingInfo::SpecificNode(Route::with_key(key, SlotAddr::Master));
            let reply = connection.route_command(command.clone(), RoutingInfo::SingleNode(route)).await;
            return reply?.extract_error();
        }
        #[cfg(not(feature = "redis-cluster"))]
        let _ = key;
        self.send(command).await
    }
}

/// A connection, and how often one was given up before it.
#[derive(Clone)]
pub(super) struct Linked {
    pub(super) connection: Connection,
    generation: u64,
}

/// The connection of a store.
pub(super) struct Link {
    origin: Arc<Origin>,
    connecting: Duration,
    current: Arc<Mutex<Current>>,
}

#[derive(Default)]
struct Current {
    connection: Option<Connection>,
    generation: u64,
}

impl Current {
    fn linked(&self) -> Option<Linked> {
        let connection = self.connection.clone()?;
        Some(Linked { connection, generation: self.generation })
    }
}

impl Link {
    /// Connects to `origin`, when asked to, within `connecting`.
    pub(super) fn new(origin: Origin, connecting: Duration) -> Self {
        Self { origin: Arc::new(origin), connecting, current: Arc::default() }
    }

    /// The connection. Where there is none, one caller connects and the others wait for it. The connection is made even if
    /// the caller does not wait for so long: or else nobody would ever have one, where connecting takes its time.
    ///
    /// # Errors
    /// When it cannot connect. Nothing was sent then.
    pub(super) async fn get(&self) -> RedisResult<Linked> {
        let mut current = Arc::clone(&self.current).lock_owned().await;
        if let Some(linked) = current.linked() {
            return Ok(linked);
        }
        let (origin, connecting) = (Arc::clone(&self.origin), self.connecting);
        let made = tokio::spawn(async move {
            let connection =
                timeout(connecting, origin.connect(connecting)).await.map_err(io::Error::from)??;
            let linked = Linked { connection: connection.clone(), generation: current.generation };
            current.connection = Some(connection);
            Ok(linked)
        });
        // it fails with its runtime
        made.await.map_err(io::Error::other)?
    }

    /// Gives up a connection that does not answer or leads to the wrong server, unless somebody did so already. Those who
    /// wait for an answer over it go on waiting.
    pub(super) async fn give_up(&self, linked: &Linked) {
        let replaceable = match &*self.origin {
            // there is no other, or the nodes of a cluster are watched one by one
            Origin::Ready(_) => false,
            #[cfg(feature = "redis-cluster")]
            Origin::Cluster(_) => false,
            #[cfg(feature = "redis-sentinel")]
            Origin::Sentinel(_) => true,
            Origin::Single(_) => true,
        };
        let mut current = self.current.lock().await;
        if replaceable && current.generation == linked.generation {
            *current = Current { connection: None, generation: linked.generation + 1 };
        }
    }

    /// Whether the server may be another one next time.
    pub(super) fn may_move(&self) -> bool {
        match &*self.origin {
            #[cfg(feature = "redis-sentinel")]
            Origin::Sentinel(_) => true,
            _ => false,
        }
    }

    /// Whether the crate may have sent again what it then answered with an error: of that error alone, it does not follow
    /// that nothing was done.
    pub(super) fn may_repeat(&self) -> bool {
        match &*self.origin {
            #[cfg(feature = "redis-cluster")]
            Origin::Cluster(_) | Origin::Ready(Connection::Cluster(_)) => true,
            _ => false,
        }
    }
}

impl Origin {
    async fn connect(&self, connecting: Duration) -> RedisResult<Connection> {
        match self {
            Self::Ready(connection) => Ok(connection.clone()),
            Self::Single(client) => managed(client.clone(), connecting).await,
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(client) => Ok(Connection::Cluster(client.get_async_connection().await?)),
            #[cfg(feature = "redis-sentinel")]
            Self::Sentinel(sentinel) => {
                let client = sentinel.lock().await.async_get_client().await?;
                managed(client, connecting).await
            }
        }
    }
}

/// The manager connects again by itself, and sends nothing twice. How often to try is not its business but ours.
async fn managed(client: Client, connecting: Duration) -> RedisResult<Connection> {
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(0)
        .set_connection_timeout(Some(connecting))
        .set_response_timeout(None);
    ConnectionManager::new_with_config(client, config).await.map(Connection::Manager)
}
