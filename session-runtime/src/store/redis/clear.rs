//! Removing everything, on every node.

use redis::{FromRedisValue as _, RedisResult, Value};

#[cfg(feature = "redis-cluster")]
use redis::cluster_async::ClusterConnection;
#[cfg(feature = "redis-cluster")]
use redis::cluster_routing::{Route, RoutingInfo, SingleNodeRoutingInfo, SlotAddr};

use super::failure::{Failure, told};
use super::keys::Prefix;
use super::link::{Connection, Link};

/// How many names a node is asked to look at in one step. Each step holds up others for less than a millisecond.
const STEP: usize = 500;

/// A node, by one of the slots that it has; nothing for the only one.
type Node = Option<u16>;

/// Removes every record and every tombstone of this prefix, and says how many that were.
pub(super) async fn clear_all(link: &Link, prefix: &Prefix) -> Result<usize, Failure> {
    let all = async {
        let mut connection = link.get().await?.connection;
        #[cfg(feature = "redis-cluster")]
        if let Connection::Cluster(cluster) = &mut connection {
            let nodes = masters(cluster).await?;
            let mut count = 0;
            for node in nodes {
                count += clear_node(&mut connection, Some(node), prefix).await?;
            }
            return Ok(count);
        }
        clear_node(&mut connection, None, prefix).await
    };
    all.await.map_err(|error: redis::RedisError| Failure::Said(told(&error)))
}

async fn clear_node(connection: &mut Connection, node: Node, prefix: &Prefix) -> RedisResult<usize> {
    let (mut cursor, mut count) = (0_u64, 0);
    loop {
        let mut scan = redis::cmd("SCAN");
        scan.arg(cursor).arg("MATCH").arg(prefix.pattern()).arg("COUNT").arg(STEP);
        let reply = ask_node(connection, node, scan).await?;
        let (next, names) = <(u64, Vec<Vec<u8>>)>::from_redis_value(reply)?;
        // another application's prefix may begin with ours
        let ours: Vec<_> = names.into_iter().filter(|name| prefix.is_name(name)).collect();
        if !ours.is_empty() {
            let mut unlink = redis::cmd("UNLINK");
            unlink.arg(ours);
            count += usize::from_redis_value(connection.send(&unlink).await?)?;
        }
        if next == 0 {
            return Ok(count);
        }
        cursor = next;
    }
}

#[cfg(not(feature = "redis-cluster"))]
async fn ask_node(connection: &mut Connection, _: Node, command: redis::Cmd) -> RedisResult<Value> {
    connection.send(&command).await
}

#[cfg(feature = "redis-cluster")]
async fn ask_node(connection: &mut Connection, node: Node, command: redis::Cmd) -> RedisResult<Value> {
    match (connection, node) {
        (Connection::Cluster(connection), Some(slot)) => {
            let route = SingleNodeRoutingInfo::SpecificNode(Route::new(slot, SlotAddr::Master));
            connection.route_command(command, RoutingInfo::SingleNode(route)).await?.extract_error()
        }
        (connection, _) => connection.send(&command).await,
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
