//! Removing everything, on every node.

use redis::{Cmd, FromRedisValue, RedisResult};

#[cfg(feature = "redis-cluster")]
use redis::Value;
#[cfg(feature = "redis-cluster")]
use redis::cluster_async::ClusterConnection;
#[cfg(feature = "redis-cluster")]
use redis::cluster_routing::{Route, RoutingInfo, SingleNodeRoutingInfo, SlotAddr};
use tokio::time::timeout;

use super::ask::Asking;
use super::failure::{Failure, told};
use super::keys::Prefix;
use super::link::Connection;

/// How many names a node is asked to look at in one step. Each step holds up others for less than a millisecond.
const STEP: usize = 500;

/// A node, by one of the slots that it has; nothing for the only one.
type Node = Option<u16>;

/// Removes every record and every tombstone of this prefix, and says how many that were.
pub(super) async fn clear_all(asking: &Asking, prefix: &Prefix) -> Result<usize, Failure> {
    let connection = step(asking, asking.link.get()).await?.connection;
    let mut clearing = Clearing { asking, prefix, connection };
    #[cfg(feature = "redis-cluster")]
    let nodes = clearing.nodes().await?;
    #[cfg(not(feature = "redis-cluster"))]
    let nodes = [None];
    let mut count = 0;
    for node in nodes {
        count += clearing.node(node).await?;
    }
    Ok(count)
}

async fn step<T>(asking: &Asking, work: impl Future<Output = RedisResult<T>>) -> Result<T, Failure> {
    match timeout(asking.timeout, work).await {
        Ok(done) => done.map_err(|error| Failure::Said(told(&error))),
        Err(_) => Err(Failure::Silence),
    }
}

struct Clearing<'a> {
    asking: &'a Asking,
    prefix: &'a Prefix,
    connection: Connection,
}

impl Clearing<'_> {
    /// The nodes that have keys.
    #[cfg(feature = "redis-cluster")]
    async fn nodes(&mut self) -> Result<Vec<Node>, Failure> {
        match &mut self.connection {
            Connection::Cluster(cluster) => {
                let slots = step(self.asking, masters(cluster)).await?;
                Ok(slots.into_iter().map(Some).collect())
            }
            _ => Ok(vec![None]),
        }
    }

    async fn node(&mut self, node: Node) -> Result<usize, Failure> {
        let (mut cursor, mut count) = (0_u64, 0);
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(self.prefix.pattern()).arg("COUNT").arg(STEP);
            let found: (u64, Vec<Vec<u8>>) =
                step(self.asking, ask_node(&mut self.connection, node, scan)).await?;
            // another application's prefix may begin with ours
            let ours: Vec<_> = found.1.into_iter().filter(|name| self.prefix.is_name(name)).collect();
            if !ours.is_empty() {
                let mut unlink = redis::cmd("UNLINK");
                unlink.arg(ours);
                count += step(self.asking, ask::<usize>(&mut self.connection, &unlink)).await?;
            }
            cursor = found.0;
            if cursor == 0 {
                return Ok(count);
            }
        }
    }
}

async fn ask<T: FromRedisValue>(connection: &mut Connection, command: &Cmd) -> RedisResult<T> {
    Ok(T::from_redis_value(connection.send(command).await?)?)
}

async fn ask_node<T: FromRedisValue>(
    connection: &mut Connection,
    node: Node,
    command: Cmd,
) -> RedisResult<T> {
    match (connection, node) {
        #[cfg(feature = "redis-cluster")]
        (Connection::Cluster(connection), Some(slot)) => {
            let route = SingleNodeRoutingInfo::SpecificNode(Route::new(slot, SlotAddr::Master));
            let reply = connection.route_command(command, RoutingInfo::SingleNode(route)).await?;
            Ok(T::from_redis_value(reply.extract_error()?)?)
        }
        (connection, _) => ask(connection, &command).await,
    }
}

/// The first slot of each master.
#[cfg(feature = "redis-cluster")]
async fn masters(connection: &mut ClusterConnection) -> RedisResult<Vec<u16>> {
    let mut command = redis::cmd("CLUSTER");
    command.arg("SLOTS");
    let anywhere = RoutingInfo::SingleNode(SingleNodeRoutingInfo::Random);
    let reply = connection.route_command(command, anywhere).await?.extract_error()?;
    let mut known: Vec<Value> = Vec::new();
    let mut nodes = Vec::new();
    for range in reply.into_sequence().unwrap_or_default() {
        // first slot, last slot, the master, its replicas; a node is its address, port and name
        let mut parts = range.into_sequence().unwrap_or_default().into_iter();
        let (Some(Value::Int(first)), Some(master)) = (parts.next(), parts.nth(1)) else { continue };
        let Some(name) = master.as_sequence().and_then(|parts| parts.get(2)) else { continue };
        if !known.contains(name) {
            known.push(name.clone());
            nodes.extend(u16::try_from(first));
        }
    }
    Ok(nodes)
}
