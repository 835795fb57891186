//! Several servers that are one.

use std::sync::OnceLock;

use redis::Value;

use super::{Server, eventually};

/// Three masters, each with a third of the slots.
#[derive(Debug)]
pub struct Cluster {
    /// The masters, and after them their replicas, if there are any.
    pub nodes: Vec<Server>,
}

/// The slots of each master.
const SLOTS: [(u16, u16); 3] = [(0, 5460), (5461, 10922), (10923, 16383)];

impl Cluster {
    /// Three masters.
    pub fn start() -> Self {
        Self::with_replicas(0)
    }

    /// Three masters, the first of which has so many replicas.
    pub fn with_replicas(replicas: usize) -> Self {
        let settings = [
            "--save",
            "",
            "--appendonly",
            "no",
            "--cluster-enabled",
            "yes",
            "--cluster-node-timeout",
            "1000",
        ];
        let settings = [&settings[..], &["--repl-diskless-sync-delay", "0"]].concat();
        let nodes: Vec<_> = (0..SLOTS.len() + replicas).map(|_| Server::with(&settings)).collect();
        for (node, (first, last)) in nodes.iter().zip(SLOTS) {
            let _: Value = node.ask(&["CLUSTER", "ADDSLOTSRANGE", &first.to_string(), &last.to_string()]);
        }
        for (n, node) in nodes.iter().enumerate() {
            // apart from the beginning: two that begin at one epoch have to agree on who is later
            let _: Value = node.ask(&["CLUSTER", "SET-CONFIG-EPOCH", &(n + 1).to_string()]);
        }
        for node in &nodes[1..] {
            let (port, bus) = (nodes[0].port().to_string(), nodes[0].bus().to_string());
            let _: Value = node.ask(&["CLUSTER", "MEET", "127.0.0.1", &port, &bus]);
        }
        let cluster = Self { nodes };
        cluster.agrees();
        for replica in &cluster.nodes[SLOTS.len()..] {
            let master: String = cluster.nodes[0].ask(&["CLUSTER", "MYID"]);
            eventually("a replica knows its master", || {
                replica.try_to_ask::<Value>(&["CLUSTER", "REPLICATE", &master]).is_ok()
            });
            eventually("a replica has caught up", || replica.has_caught_up());
        }
        cluster.agrees();
        cluster
    }

    /// The URLs of all nodes.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(Server::url).collect()
    }

    /// The master that has this slot at the beginning.
    pub fn master_of(&self, slot: u16) -> &Server {
        let at = SLOTS.iter().position(|(first, last)| (*first..=*last).contains(&slot)).unwrap();
        &self.nodes[at]
    }

    /// Waits until all nodes know each other and all slots.
    pub fn agrees(&self) {
        let known = format!("cluster_known_nodes:{}\r", self.nodes.len());
        eventually("all nodes of a cluster agree", || {
            self.nodes.iter().all(|node| {
                let info: String = node.ask(&["CLUSTER", "INFO"]);
                info.contains("cluster_state:ok")
                    && info.contains("cluster_slots_ok:16384")
                    && info.contains(&known)
            })
        });
    }
}

/// A cluster that all tests of a program share.
pub fn shared_cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}
