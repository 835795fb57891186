//! A store of several nodes, each with a lock of its own: an id says where its session is, and a rotation stays there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_runtime::clock::Timestamp;
use session_runtime::store::{
    Changes, Created, Found, Key, Record, Rotated, Store, StoreError, Touched, Updated,
};
use session_runtime::{MemoryStore, Session, Sessions, session, with_session};
use session_tests::{Browser, Request, ScriptedStore, index_of, key_of, serve};
use sha2::{Digest as _, Sha256};

/// Nodes that know nothing of each other. What needs two of them cannot be done.
#[derive(Clone, Debug, Default)]
struct Nodes([MemoryStore; 3]);

impl Nodes {
    /// Where the key's record is; nowhere if the id was made for another store.
    fn node(&self, key: &Key) -> Option<&MemoryStore> {
        self.0.get(usize::from(key.slot()?.as_u16()) % self.0.len())
    }

    fn len(&self) -> usize {
        self.0.iter().map(MemoryStore::len).sum()
    }
}

impl Store for Nodes {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        match self.node(key) {
            Some(node) => node.load(key).await,
            None => Ok(Found::Nothing),
        }
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        let node = self.node(key).ok_or_else(|| StoreError::unavailable("a key without a slot"))?;
        node.create(key, record).await
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        match self.node(key) {
            Some(node) => node.update(key, changes).await,
            None => Ok(Updated::Gone),
        }
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        if old.slot() != new.slot() {
            return Err(StoreError::unavailable("keys in two slots"));
        }
        match self.node(old) {
            Some(node) => node.rotate(old, new, changes, tombstone).await,
            None => Ok(Rotated::Gone),
        }
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        match self.node(key) {
            Some(node) => node.touch(key, seen).await,
            None => Ok(Touched::Gone),
        }
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        match self.node(key) {
            Some(node) => node.delete(key, tombstone).await,
            None => Ok(()),
        }
    }

    fn is_sharded(&self) -> bool {
        true
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut swept = 0;
        for node in &self.0 {
            swept += node.sweep(now).await?;
        }
        Ok(swept)
    }
}

mod conformance {
    use session_runtime::store::conformance::{Subject, tests};

    use super::Nodes;

    tests!(async || Subject::new(Nodes::default()));
}

#[session]
struct Shop {
    #[session(owner)]
    user: Option<String>,
    #[session(keep)]
    cart: Vec<String>,
}

#[with_session]
async fn show(session: Option<&Shop>) -> String {
    session.map_or("anonymous".to_owned(), |shop| format!("{:?} {:?}", shop.user, shop.cart))
}

#[with_session]
async fn put(session: &mut Shop, body: String) {
    session.cart.push(body);
}

#[with_session]
async fn login(session: &mut Shop, body: String) {
    session.user = Some(body);
}

async fn renew(session: Session<Shop>) {
    session.rotate();
}

async fn logout(session: Session<Shop>) {
    session.destroy();
}

#[with_session]
async fn token(session: &mut Shop, handle: Session<Shop>, body: String) -> String {
    if !body.is_empty() {
        session.user = Some(body);
        handle.stage(session);
    }
    handle.csrf_token().unwrap().into()
}

async fn served<S: Store>(store: S) -> SocketAddr {
    let routes = Router::new().route("/", get(show)).route("/put", post(put)).route("/login", post(login));
    let routes = routes.route("/renew", post(renew)).route("/logout", post(logout));
    serve(routes.layer(Sessions::<Shop>::new(store).unwrap())).await
}

async fn world() -> (SocketAddr, ScriptedStore<Nodes>) {
    let store = ScriptedStore::around(Nodes::default());
    (served(store.clone()).await, store)
}

/// The text of the browser's id.
fn id(browser: &Browser) -> String {
    browser.cookie().unwrap().strip_prefix("__Host-id=").unwrap().to_owned()
}

/// The random bytes of an id, and its slot.
fn parts(id: &str) -> ([u8; 32], [u8; 2]) {
    let bytes = URL_SAFE_NO_PAD.decode(id).unwrap();
    let (random, slot) = bytes.split_first_chunk::<32>().unwrap();
    (*random, slot.try_into().expect("two bytes"))
}

/// The key of such an id, worked out from its definition.
fn tagged_key(id: &str) -> [u8; 32] {
    let (random, slot) = parts(id);
    let purpose = Sha256::digest(b"__Host-id\0/");
    Sha256::new().chain_update(random).chain_update(&purpose[..16]).chain_update(slot).finalize().into()
}

fn shown(id: &str) -> Request {
    Request::get("/").cookie(format!("__Host-id={id}"))
}

#[tokio::test]
async fn s1_an_id_of_a_sharded_store_has_46_characters_and_a_slot_of_its_own() {
    let (server, store) = world().await;
    let mut slots = BTreeSet::new();
    for n in 0..8 {
        let mut browser = Browser::new(server);
        browser.send(Request::post("/put").body("book")).await;
        let id = id(&browser);
        assert_eq!(id.len(), 46);
        let (random, slot) = parts(&id);
        assert!(!random.ends_with(&slot), "the slot is none of the 256 bits");
        slots.insert(slot);
        let key = *store.keys().last().unwrap();
        assert_eq!(key.slot().unwrap().as_u16(), u16::from_be_bytes(slot));
        assert_eq!(*key.as_bytes(), tagged_key(&id));
        assert_eq!(browser.get("/").await.body, "None [\"book\"]", "session {n}");
    }
    assert!(slots.len() > 1, "slots are random");
    assert_eq!(store.inner().len(), 8);
}

#[tokio::test]
async fn s1_an_id_of_any_other_store_has_43_characters() {
    let server = served(MemoryStore::new()).await;
    let mut browser = Browser::new(server);
    browser.send(Request::post("/put").body("book")).await;
    let id = id(&browser);
    assert_eq!(id.len(), 43);
    let tagged = URL_SAFE_NO_PAD.encode([&URL_SAFE_NO_PAD.decode(&id).unwrap()[..], &[0, 0]].concat());
    assert_eq!(shown(&tagged).send(server).await.body, "anonymous");
}

#[tokio::test]
async fn s12_a_rotation_keeps_the_slot() {
    let (server, store) = world().await;
    let mut browser = Browser::new(server);
    browser.send(Request::post("/put").body("book")).await;
    let mut ids = vec![id(&browser)];
    for request in [Request::post("/login").body("ann"), Request::post("/renew"), Request::post("/renew")] {
        assert_eq!(browser.send(request).await.status, 200);
        ids.push(id(&browser));
    }
    let slots: BTreeSet<_> = ids.iter().map(|id| parts(id).1).collect();
    assert_eq!((slots.len(), ids.iter().collect::<BTreeSet<_>>().len()), (1, 4), "one slot, four ids");
    let index = index_of("\"ann\"");
    let sessions = store.keys().into_iter().filter(|key| *key.as_bytes() != index);
    let asked: BTreeSet<_> = sessions.map(|key| key.slot().unwrap().as_u16()).collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(browser.get("/").await.body, "Some(\"ann\") [\"book\"]");
    for old in &ids[..3] {
        assert_eq!(shown(old).send(server).await.body, "anonymous");
    }
    assert_eq!(store.inner().len(), 1 + 1, "the session, and the index of its owner");

    assert!(browser.post("/logout").await.removes_cookie());
    assert_eq!(shown(&ids[3]).send(server).await.body, "anonymous");
    assert_eq!(store.inner().len(), 1, "the index");
}

#[tokio::test]
async fn s6_s7_an_id_with_another_slot_or_with_none_reaches_nothing() {
    let (server, store) = world().await;
    let mut browser = Browser::new(server);
    browser.send(Request::post("/login").body("ann")).await;
    let id = id(&browser);
    let (random, slot) = parts(&id);
    let none = URL_SAFE_NO_PAD.encode(random);
    // another slot of the same node, too
    let others = [1, 3, 0x100, 0x8000].map(|step| {
        let other = u16::from_be_bytes(slot).wrapping_add(step).to_be_bytes();
        URL_SAFE_NO_PAD.encode([&random[..], &other].concat())
    });
    for forged in others.iter().chain([&none]) {
        assert_eq!(shown(forged).send(server).await.body, "anonymous", "{} characters", forged.len());
        let write = Request::post("/put").cookie(format!("__Host-id={forged}")).body("bait");
        let reply = write.send(server).await;
        let issued = reply.pair().unwrap().strip_prefix("__Host-id=").unwrap().to_owned();
        assert_ne!(&issued, forged);
        assert_ne!(parts(&issued).0, random, "it is an id of its own");
        let logout = Request::post("/logout").cookie(format!("__Host-id={forged}"));
        assert_eq!(logout.send(server).await.status, 200);
    }
    assert_eq!(browser.get("/").await.body, "Some(\"ann\") []");
    assert_eq!(store.inner().len(), 1 + 1 + others.len() + 1, "one is an index");
    assert!(store.keys().iter().any(|key| *key.as_bytes() == key_of(&none) && key.slot().is_none()));
}

#[tokio::test]
async fn s28_a_token_is_of_an_id_with_its_slot_before_there_is_one() {
    let sessions = Sessions::<Shop>::builder(Nodes::default()).csrf(true).build().unwrap();
    let routes = Router::new().route("/token", get(token).post(token)).route("/put", post(put));
    let mut browser = Browser::new(serve(routes.layer(sessions)).await);
    let with = |target: &str, token: &str| Request::post(target).line(format!("x-csrf-token: {token}"));
    let first = browser.get("/token").await.body;
    let (_, slot) = parts(&id(&browser));
    assert_eq!(browser.send(with("/put", &first)).await.status, 200);
    let second = browser.send(with("/token", &first).body("ann")).await.body;
    assert_eq!(parts(&id(&browser)).1, slot);
    assert_eq!(browser.send(with("/put", &first)).await.status, 403);
    assert_eq!(browser.send(with("/put", &second)).await.status, 200);
}
