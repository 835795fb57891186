//! The application under test, with what the suite must know about it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::gate::{Gate, gate};
use super::guarded::{Admin, Vault};
use super::probe::Probe;
use super::watched::Watched;
use super::wire::{Connection, Reply, Request};
use crate::SiteData;
use crate::clock::{Clock as _, ManualClock, SystemClock};
use crate::sessions::Sessions;

/// Longer than anything here takes. It only turns a test that would hang into one that fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// What one session may take, so that one that is too large needs no large request.
const MAX_BYTES: usize = 1024;

/// What an application under test has around its routes, from the inside out.
#[derive(Debug)]
pub struct Layers {
    /// Of the same type as the next one, with a store of its own. It must never do anything (T43).
    pub again: Sessions<Probe>,
    /// The sessions of most routes.
    pub probe: Sessions<Probe>,
    /// Other sessions.
    pub admin: Sessions<Admin>,
    /// Sessions over https only.
    pub vault: Sessions<Vault>,
}

/// The stores of the layers.
#[derive(Debug)]
pub(super) struct Stores {
    clock: Arc<ManualClock>,
    again: Watched,
    probe: Watched,
    admin: Watched,
    vault: Watched,
}

pub(super) fn stores() -> (Layers, Stores) {
    let stores = Stores {
        // begins in the present, which the store goes by
        clock: Arc::new(ManualClock::at(SystemClock.now())),
        again: Watched::default(),
        probe: Watched::default(),
        admin: Watched::default(),
        vault: Watched::default(),
    };
    let probe = |store: &Watched| {
        let sessions = Sessions::builder(store.clone()).max_bytes(MAX_BYTES).clock(Arc::clone(&stores.clock));
        sessions.build().expect("what is declared is right")
    };
    let admin = Sessions::builder(stores.admin.clone())
        .status_when_unavailable(504)
        .status_when_gone(410)
        .clear_site_data([SiteData::Storage]);
    let vault = Sessions::builder(stores.vault.clone()).trusted_proxies(["127.0.0.1"]);
    let layers = Layers {
        again: probe(&stores.again),
        probe: probe(&stores.probe),
        admin: admin.build().expect("what is declared is right"),
        vault: vault.build().expect("what is declared is right"),
    };
    (layers, stores)
}

/// An application that is served, and what its framework cannot do.
#[derive(Clone, Copy, Debug)]
// each is one promise, and any may be missing
#[allow(clippy::struct_excessive_bools)]
pub struct Subject {
    address: SocketAddr,
    reads_bytes: bool,
    cancels: bool,
    streams: bool,
    knows_peers: bool,
    finds_missing_layers_at_start: bool,
}

impl Subject {
    /// An application of a framework that can do everything, at this address.
    pub const fn new(address: SocketAddr) -> Self {
        Self {
            address,
            reads_bytes: true,
            cancels: true,
            streams: true,
            knows_peers: true,
            finds_missing_layers_at_start: false,
        }
    }

    /// The framework drops header lines that are no UTF-8, so a sibling cookie with other bytes on the same line hides ours.
    #[must_use]
    pub const fn drops_lines_that_are_no_text(mut self) -> Self {
        self.reads_bytes = false;
        self
    }

    /// The framework runs handlers to their end, also when their client has gone away.
    #[must_use]
    pub const fn finishes_what_nobody_waits_for(mut self) -> Self {
        self.cancels = false;
        self
    }

    /// The framework has no bodies in pieces, and there is no `/stream`.
    #[must_use]
    pub const fn without_streams(mut self) -> Self {
        self.streams = false;
        self
    }

    /// Neither the framework nor the application knows who is at the other end of a connection, so no proxy is believed.
    #[must_use]
    pub const fn without_peers(mut self) -> Self {
        self.knows_peers = false;
        self
    }

    /// An application with a route outside of the layers does not start, so there is no `/bare`.
    #[must_use]
    pub const fn finds_missing_layers_at_start(mut self) -> Self {
        self.finds_missing_layers_at_start = true;
        self
    }
}

/// What a behaviour plays with: an application, and the stores behind it.
#[derive(Debug)]
pub struct World {
    subject: Subject,
    stores: Stores,
}

impl World {
    pub(super) const fn new(subject: Subject, stores: Stores) -> Self {
        Self { subject, stores }
    }

    /// The store of most sessions.
    pub(super) const fn store(&self) -> &Watched {
        &self.stores.probe
    }

    /// Lets time pass for most sessions.
    pub(super) fn later(&self, by: Duration) {
        self.stores.clock.advance(by);
    }

    /// The store of the other sessions.
    pub(super) const fn admins(&self) -> &Watched {
        &self.stores.admin
    }

    /// The store of the sessions for https.
    pub(super) const fn vaults(&self) -> &Watched {
        &self.stores.vault
    }

    /// The store that nobody may ask.
    pub(super) const fn again(&self) -> &Watched {
        &self.stores.again
    }

    pub(super) async fn send(&self, request: Request) -> Reply {
        self.patiently(request.send(self.subject.address)).await
    }

    pub(super) async fn get(&self, target: &str) -> Reply {
        self.send(Request::get(target)).await
    }

    pub(super) async fn get_with(&self, target: &str, cookie: &str) -> Reply {
        self.send(Request::get(target).cookie(cookie)).await
    }

    /// The same, where the connection may be closed without a response.
    pub(super) async fn try_get_with(&self, target: &str, cookie: &str) -> Option<Reply> {
        self.patiently(Request::get(target).cookie(cookie).try_send(self.subject.address)).await
    }

    /// The `name=value` of a new session with one visit.
    pub(super) async fn visitor(&self) -> String {
        let reply = self.get("/handle?visit").await;
        let pair =
            reply.pair().unwrap_or_else(|| panic!("a first visit sets a cookie: {reply:?}")).to_owned();
        self.store().calls();
        pair
    }

    /// The cookie of a new session of the other type, and a token of it.
    pub(super) async fn administrator(&self) -> (String, String) {
        let reply = self.get("/admin?visit&token").await;
        let pair =
            reply.pair().unwrap_or_else(|| panic!("a first visit sets a cookie: {reply:?}")).to_owned();
        self.admins().calls();
        (pair, reply.body)
    }

    /// A connection for many requests.
    pub(super) const fn connection(&self) -> Connection {
        Connection::to(self.subject.address)
    }

    /// The connection that the request was sent on.
    pub(super) async fn start(&self, request: Request) -> tokio::net::TcpStream {
        self.patiently(request.start(self.subject.address)).await
    }

    /// A gate of this test alone, and its name.
    pub(super) fn gate() -> (String, Arc<Gate>) {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("gate-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let found = gate(&name);
        (name, found)
    }

    pub(super) async fn patiently<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::time::timeout(PATIENCE, work).await.expect("waited in vain")
    }

    fn passes_over(what: &str) -> bool {
        println!("passed over: {what}");
        false
    }

    pub(super) fn reads_bytes(&self) -> bool {
        self.subject.reads_bytes || Self::passes_over("header lines that are no text")
    }

    pub(super) fn cancels(&self) -> bool {
        self.subject.cancels || Self::passes_over("handlers are not dropped when their client goes away")
    }

    pub(super) fn streams(&self) -> bool {
        self.subject.streams || Self::passes_over("bodies in pieces")
    }

    pub(super) fn knows_peers(&self) -> bool {
        self.subject.knows_peers || Self::passes_over("proxies")
    }

    pub(super) fn has_bare_routes(&self) -> bool {
        !self.subject.finds_missing_layers_at_start
            || Self::passes_over("an application whose route lacks its layer does not start")
    }
}
