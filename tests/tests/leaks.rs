//! Who gets to see an id, a key or a value: the browser its own id, the store a hash, and nobody anything else
//! (S10, S34, S63, T1, T22).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[cfg(unix)]
#[path = "leaks/canary.rs"]
mod canary;
#[cfg(unix)]
#[path = "leaks/items.rs"]
mod items;
#[cfg(unix)]
#[path = "leaks/public.rs"]
mod public;

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use session_runtime::clock::Timestamp;
use session_runtime::store::{
    Changes, Created, Found, Key, Record, Rotated, Store, StoreError, Touched, Updated,
};
use session_runtime::{Extra, Flash, MemoryStore, Refused, Secret, Session, Sessions, session, with_session};
use session_tests::{Browser, Op, Request, ScriptedStore, index_of, key_of, logs, serve};

#[session(remember = "30d")]
struct Shop {
    #[session(owner)]
    user: Option<String>,
    name: String,
    seed: Secret<String>,
    notice: Flash<String>,
    ratio: f64,
    #[session(extra)]
    extra: Extra,
}

/// What no log and no `Debug` may show. Each stands in a field of its own.
const CANARIES: [&str; 6] =
    ["canary-user", "canary-name", "canary-seed", "canary-notice", "canary-extra", "canary-key"];

fn canaries() -> Shop {
    let mut shop =
        Shop { user: Some("canary-user".to_owned()), name: "canary-name".to_owned(), ..Shop::default() };
    shop.seed.set("canary-seed".to_owned());
    shop.notice.set("canary-notice".to_owned());
    shop.extra.set("key", "canary-extra").unwrap();
    shop
}

#[with_session]
async fn act(session: &mut Shop, handle: Session<Shop>, Path(deed): Path<String>) -> StatusCode {
    match deed.as_str() {
        "fill" => *session = canaries(),
        "change" => session.name.push_str("canary-name"),
        "nan" => session.ratio = f64::NAN,
        "large" => session.name = "canary-name".repeat(10_000),
        "rotate" => handle.rotate(),
        "authenticated" => handle.authenticated(),
        "remember" => handle.remember(),
        "switch" => session.user = Some("canary-user-2".to_owned()),
        "fail" => return StatusCode::INTERNAL_SERVER_ERROR,
        "panic" => panic!("as the test asked"),
        "logout" => *session = Shop::default(),
        other => panic!("no such deed: {other}"),
    }
    StatusCode::OK
}

#[with_session]
async fn show(session: &Shop) -> String {
    session.notice.get().is_some().to_string()
}

/// Everything that a store was given, as text and as bytes.
#[derive(Clone, Default)]
struct Spy {
    inner: MemoryStore,
    shown: Arc<Mutex<String>>,
    stored: Arc<Mutex<Vec<u8>>>,
    keys: Arc<Mutex<Vec<Key>>>,
}

impl Spy {
    fn show(&self, what: &dyn Debug) {
        self.shown.lock().unwrap().extend([format!("{what:?}\n")]);
    }

    async fn note(&self, keys: &[&Key], what: &(dyn Debug + Sync)) {
        self.show(&(what, keys));
        for key in keys {
            self.keys.lock().unwrap().push(**key);
            self.stored.lock().unwrap().extend_from_slice(key.as_bytes());
            if let Ok(Found::Record(record)) = self.inner.load(key).await {
                self.show(&record);
                for (name, value) in record.fields().iter() {
                    self.stored.lock().unwrap().extend([name.as_bytes(), b"=", value, b"\n"].concat());
                }
            }
        }
    }
}

impl Store for Spy {
    async fn load(&self, key: &Key) -> Result<Found, StoreError> {
        let found = self.inner.load(key).await;
        self.note(&[key], &found).await;
        found
    }

    async fn create(&self, key: &Key, record: Arc<Record>) -> Result<Created, StoreError> {
        let created = self.inner.create(key, record).await;
        self.note(&[key], &created).await;
        created
    }

    async fn update(&self, key: &Key, changes: &Changes) -> Result<Updated, StoreError> {
        let updated = self.inner.update(key, changes).await;
        self.note(&[key], &(changes, &updated)).await;
        updated
    }

    async fn rotate(
        &self,
        old: &Key,
        new: &Key,
        changes: &Changes,
        tombstone: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let rotated = self.inner.rotate(old, new, changes, tombstone).await;
        self.note(&[old, new], &(changes, &rotated)).await;
        rotated
    }

    async fn touch(&self, key: &Key, seen: Timestamp) -> Result<Touched, StoreError> {
        let touched = self.inner.touch(key, seen).await;
        self.note(&[key], &touched).await;
        touched
    }

    async fn delete(&self, key: &Key, tombstone: Timestamp) -> Result<(), StoreError> {
        self.note(&[key], &tombstone).await;
        self.inner.delete(key, tombstone).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.inner.sweep(now).await
    }
}

/// Goes through everything that a session can go through, and collects every id that was issued.
async fn whole_life(store: impl Store) -> Vec<String> {
    let app = Router::new().route("/", get(show)).route("/{deed}", post(act));
    let app = app.layer(Sessions::<Shop>::new(store).unwrap());
    let mut browser = Browser::new(serve(app).await);
    let mut ids = Vec::new();
    for deed in [
        "fill",
        "change",
        "nan",
        "large",
        "rotate",
        "authenticated",
        "remember",
        "change",
        "fail",
        "switch",
        "fill",
        "logout",
        "change",
    ] {
        let reply = browser.post(&format!("/{deed}")).await;
        let id = reply.pair().and_then(|pair| pair.split_once('=')).map(|(_, id)| id.to_owned());
        if let Some(id) = &id {
            let whole = reply.text();
            assert_eq!(
                whole.matches(id.as_str()).count(),
                1,
                "{deed}: an id stands in its Set-Cookie and nowhere else"
            );
        }
        ids.extend(id);
        assert!(!reply.body.contains("canary"), "{deed}");
        browser.get("/").await;
    }
    assert!(ids.len() >= 7, "{ids:?}");
    ids
}

fn digit(of: u8) -> char {
    char::from_digit(u32::from(of), 16).unwrap()
}

/// The forms in which an id might appear: as sent, as bytes in hexadecimal, and the hash that the store knows.
fn forms(id: &str) -> [String; 4] {
    let bytes = URL_SAFE_NO_PAD.decode(id).unwrap();
    let hex =
        |bytes: &[u8]| bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect::<String>();
    [id.to_owned(), id[..16].to_owned(), hex(&bytes), hex(&key_of(id))]
}

fn assert_clean(what: &str, text: &str, ids: &[String]) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{what} shows {canary}: {}", around(text, canary));
        // a list of bytes, as `{:?}` of a Vec<u8> shows them
        let bytes = canary.as_bytes()[..8].iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
        assert!(!text.contains(&bytes), "{what} shows the bytes of {canary}");
    }
    for form in ids.iter().flat_map(|id| forms(id)) {
        assert!(!text.contains(&form), "{what} shows an id: {}", around(text, &form));
    }
}

fn around<'a>(text: &'a str, found: &str) -> &'a str {
    let at = text.find(found).unwrap_or(0);
    text.get(at.saturating_sub(80)..(at + 80).min(text.len())).unwrap_or(text)
}

#[tokio::test]
async fn s63_t22_no_log_line_shows_an_id_a_key_or_a_value() {
    logs::listen();
    let store = ScriptedStore::new();
    let mut ids = whole_life(store.clone()).await;

    // and when it goes wrong
    let app = Router::new().route("/", get(show)).route("/{deed}", post(act));
    let sessions = Sessions::<Shop>::new(store.clone()).unwrap();
    let (one, two) = (sessions.issue(canaries()).await.unwrap(), sessions.issue(canaries()).await.unwrap());
    let server = serve(app.layer(sessions)).await;
    let both = format!("{}; {}", one.cookie(), two.cookie());
    ids.push("dW5rbm93bi11bmtub3duLXVua25vd24tdW5rbm93bi0".to_owned());
    let unknown = format!("__Host-id={}", ids[ids.len() - 1]);
    for cookie in [both.as_str(), unknown.as_str(), one.cookie()] {
        drop(Request::post("/change").cookie(cookie).send(server).await);
    }
    for op in [Op::Load, Op::Update, Op::Rotate, Op::Delete] {
        store.fail(&[op]);
        for deed in ["change", "switch", "logout"] {
            drop(Request::post(&format!("/{deed}")).cookie(two.cookie()).send(server).await);
        }
        store.recover();
    }
    let issued = [&one, &two].map(|issued| issued.cookie().split_once('=').unwrap().1.to_owned());
    ids.extend(issued);
    let heard = logs::heard();
    for event in ["unknown_id", "ambiguous", "refused", "unavailable"] {
        assert!(heard.contains(event), "the log was not heard: {event}");
    }
    assert_clean("the log", &heard, &ids);
}

#[tokio::test]
async fn s10_t1_a_store_sees_the_sha256_of_an_id_and_never_the_id() {
    let spy = Spy::default();
    let ids = whole_life(spy.clone()).await;
    let (keys, stored) = (spy.keys.lock().unwrap().clone(), spy.stored.lock().unwrap().clone());
    let hashes: Vec<_> = ids.iter().map(|id| key_of(id)).collect();
    let indexes = ["\"canary-user\"", "\"canary-user-2\""].map(index_of);
    let is_known = |key: &Key| hashes.contains(key.as_bytes()) || indexes.contains(key.as_bytes());
    assert!(keys.iter().all(is_known), "every key is the hash of an issued id, or of an owner");
    assert!(hashes.iter().all(|hash| keys.iter().any(|key| key.as_bytes() == hash)));
    for id in &ids {
        let raw = URL_SAFE_NO_PAD.decode(id).unwrap();
        for needle in [raw.as_slice(), id.as_bytes(), forms(id)[2].as_bytes()] {
            assert!(!stored.windows(needle.len()).any(|window| window == needle), "the store holds an id");
        }
    }
    let holds = |needle: &str| stored.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(holds("canary-name") && holds("canary-seed"), "the spy does see what is stored");
}

#[test]
fn t1_two_ids_that_differ_in_the_last_bit_have_unrelated_keys() {
    let ids = [[7_u8; 32], {
        let mut id = [7; 32];
        id[31] = 6;
        id
    }];
    let keys = ids.map(|id| key_of(&URL_SAFE_NO_PAD.encode(id)));
    let differing: u32 = keys[0].iter().zip(keys[1]).map(|(a, b)| (a ^ b).count_ones()).sum();
    assert!((80..176).contains(&differing), "{differing} of 256 bits differ");
}

#[tokio::test]
async fn t22_what_a_store_author_prints_shows_no_value_and_no_key() {
    let spy = Spy::default();
    let ids = whole_life(spy.clone()).await;
    let shown = spy.shown.lock().unwrap().clone();
    assert!(shown.contains("Changes") && shown.contains("Record"), "the spy does print them");
    assert_clean("`{:?}` of records and changes", &shown, &ids);
}

/// MP-17.
#[tokio::test]
async fn s34_t22_debug_of_the_public_types_shows_no_secret() {
    let sessions = Sessions::<Shop>::new(MemoryStore::new()).unwrap();
    let issued = sessions.issue(canaries()).await.unwrap();
    let id = issued.cookie().split_once('=').unwrap().1.to_owned();
    let shop = canaries();
    let refusals = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&refusals);
    let note = move |response: Response| {
        let refused =
            response.extensions().get::<Refused>().map(|refused| format!("{refused:?} {}", refused.error()));
        seen.lock().unwrap().push_str(&refused.unwrap_or_default());
        async { response }
    };
    let handle = get(async |session: Session<Shop>| format!("{session:?} {:?}", session.token()));
    let app = Router::new().route("/handle", handle).route("/{deed}", post(act));
    let server = serve(app.layer(sessions.clone()).layer(map_response(note))).await;
    let shown = Request::get("/handle").cookie(issued.cookie()).send(server).await.body;
    for deed in ["nan", "large"] {
        assert_eq!(Request::post(&format!("/{deed}")).cookie(issued.cookie()).send(server).await.status, 500);
    }
    assert!(shown.contains("Token"), "{shown}");
    let refusals = refusals.lock().unwrap().clone();
    assert!(refusals.contains("ratio") && refusals.contains("name"), "{refusals}");
    let key = sessions.key(issued.token());
    assert_eq!(key.as_bytes(), &key_of(issued.cookie().strip_prefix("__Host-id=").unwrap()));
    let all: [&dyn Debug; 12] = [
        &shown,
        &refusals,
        &issued,
        issued.token(),
        &key,
        &sessions,
        &Sessions::<Shop>::builder(MemoryStore::new()),
        &shop.seed,
        &shop.notice,
        &shop.extra.keys().collect::<Vec<_>>(),
        &MemoryStore::new(),
        &sessions.edit(issued.token(), |shop| shop.ratio = f64::NAN).await.unwrap_err(),
    ];
    for value in all {
        assert_clean("Debug", &format!("{value:?} {value:#?}"), std::slice::from_ref(&id));
    }
}
