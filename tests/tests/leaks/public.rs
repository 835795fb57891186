//! `{:?}` of every public type, with canaries in it; and that no public type is missing here (T22).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use session_runtime::clock::{Clock as _, ManualClock, SystemClock, Timestamp};
use session_runtime::observe::{Counters, Event, Observer};
use session_runtime::store::conformance::Subject;
use session_runtime::store::conformance::kit::{Write, key, record};
use session_runtime::store::{
    Changes, EncryptedStore, FileStore, Found, OpId, RedisServer, RedisStore, Refusal, Renewal, Rotated,
    Store as _, StoreError, Touched, Updated,
};
use session_runtime::{
    Attempt, CannotImpersonate, EncryptedCookieStore, Expiring, Extra, Flash, Impersonator, KeyRing,
    MemoryStore, Migration, MigrationError, OverHttps, Peer, Refused, RevocationList, SameSite, Secret,
    SecretKey, Session, SessionHandle, Sessions, SignedCookieStore, SiteData, WhenFull, WithoutCsrf, emmett,
    jwt, session,
};
use session_tests::{Browser, serve};

use crate::items::public_items;

const CANARY: &str = "canary-canary-canary-canary-cana";

#[session(version = 1, migrate = note)]
struct Shop {
    #[session(owner)]
    user: Option<String>,
    name: String,
    ratio: f64,
}

#[session]
struct Desk {
    #[session(owner)]
    user: Option<String>,
    #[session(impersonator)]
    behind: Option<Impersonator<String>>,
}

mod before {
    #[session_runtime::session]
    pub(super) struct Shop {
        pub(super) name: String,
    }
}

static MIGRATION: Mutex<String> = Mutex::new(String::new());

#[allow(clippy::unnecessary_wraps, reason = "the signature of migrations")]
fn note(session: &mut Migration) -> Result<(), MigrationError> {
    *MIGRATION.lock().unwrap() = format!("{session:?} {:?}", session.get::<u8>("name"));
    Ok(())
}

/// What has no value that could be shown: empty enums, a unit, and what a framework makes around a request.
const NOTHING_TO_SHOW: [&str; 10] = [
    "adapter::Entered",
    "adapter::Extracted",
    "adapter::Guarded",
    "adapter::Http",
    "adapter::Place",
    "store::kind::ServerSide",
    "store::kind::EncryptedCookie",
    "store::kind::SignedCookie",
    "SessionFuture",
    "Unavailable",
];

/// No types: traits, aliases, derived things.
const NO_TYPES: &[&str] = &[
    "Addable",
    "Appendable",
    "Impersonates",
    "KeyLiteral",
    "LabelValue",
    "Ordered",
    "Owned",
    "OwnerOf",
    "OwnerValue",
    "Remembers",
    "RootSession",
    "SessionData",
    "SessionField",
    "Unitable",
    "adapter::Adapter",
    "adapter::Failure",
    "clock::Clock",
    "observe::Observer",
    "store::SessionStore",
    "store::Source",
    "store::Store",
    "store::kind::FieldFits",
    "store::kind::FieldMerges",
    "store::kind::Keeps",
    "store::kind::SessionStore",
];

/// What the suite for adapters plays, with sessions of its own: nobody's values are in it.
const PLAYED: [&str; 14] = [
    "adapter::conformance::Admin",
    "adapter::conformance::Admitted",
    "adapter::conformance::Answer",
    "adapter::conformance::Fresh",
    "adapter::conformance::Layers",
    "adapter::conformance::Pieces",
    "adapter::conformance::Posted",
    "adapter::conformance::Probe",
    "adapter::conformance::Subject",
    "adapter::conformance::Vault",
    "adapter::conformance::World",
    "adapter::conformance::wire::Connection",
    "adapter::conformance::wire::Reply",
    "adapter::conformance::wire::Request",
];

#[derive(Clone, Default)]
struct Events(Arc<Mutex<String>>);

impl Observer for Events {
    fn observe(&self, event: &Event<'_>) {
        let parts = (event, event.what(), event.tag());
        self.0.lock().unwrap().extend([format!("{parts:?}")]);
    }
}

/// Each public type by its path, as `{:?}` and `{:#?}` show it.
#[derive(Default)]
struct Shown(BTreeMap<&'static str, String>);

impl Shown {
    fn add(&mut self, name: &'static str, value: &dyn Debug) {
        self.0.entry(name).or_default().extend([format!("{value:?}\n{value:#?}\n")]);
    }
}

fn keys() -> KeyRing {
    KeyRing::new(secret())
}

/// A key of which `canary` is a part; the rest is what makes it hard to guess.
fn secret() -> SecretKey {
    SecretKey::from_bytes(
        [CANARY.as_bytes(), &(0..64_u8).map(|n| n.wrapping_mul(151) ^ 0x5a).collect::<Vec<_>>()].concat(),
    )
    .unwrap()
}

fn values(shown: &mut Shown) {
    let mut flash = Flash::default();
    flash.set(CANARY.to_owned());
    shown.add("Flash", &flash);
    shown.add("Secret", &Secret::new(CANARY));
    shown.add("Expiring", &Expiring::new(Secret::new(CANARY.to_owned())));
    let mut extra = Extra::default();
    extra.set("key", CANARY).unwrap();
    shown.add("Extra", &extra);
    shown.add("ExtraError", &extra.get::<u8>("key").unwrap_err());
    shown.add("SecretKey", &secret());
    shown.add("KeyRing", &keys());
    shown.add("KeyError", &SecretKey::from_bytes(CANARY).unwrap_err());
    shown.add("KeyError", &keys().and_read(secret()).unwrap_err());
    shown.add("MigrationError", &MigrationError::new("why"));
    shown.add("SameSite", &SameSite::Lax);
    shown.add("SiteData", &SiteData::Cookies);
    shown.add("OverHttps", &OverHttps);
    // an address that is in the application's own log
    shown.add("Peer", &Peer(std::net::Ipv4Addr::LOCALHOST.into()));
    let emmett_key = emmett::Key::new(CANARY).unwrap();
    shown.add("emmett::Key", &emmett_key);
    shown.add("emmett::Error", &emmett::decode_cookie(CANARY, &emmett_key).unwrap_err());
    shown.add("emmett::FileSession", &"fields of its own, which the caller decoded");
    let jwt_key = jwt::interop::Key::weak(CANARY).unwrap();
    shown.add("jwt::interop::Key", &jwt_key);
    let refused = jwt::interop::decode::<u8>(CANARY, &jwt_key, Timestamp::default()).unwrap_err();
    shown.add("jwt::interop::Error", &refused);
    shown.add("clock::Timestamp", &SystemClock.now());
    shown.add("clock::SystemClock", &SystemClock);
    shown.add("clock::ManualClock", &ManualClock::default());
}

async fn stores(shown: &mut Shown) {
    let json = format!("\"{CANARY}\"");
    let record = record(&[("name", &json)]);
    let write =
        Write::after(&record).put("name", &json).append("list", &vec![CANARY.to_owned()]).owner(Some(&json));
    shown.add("store::conformance::kit::Write", &write);
    let changes = write.build();
    shown.add("store::Changes", &changes);
    let after = changes.apply(&record).unwrap();
    shown.add("store::Record", &after);
    shown.add("store::Meta", after.meta());
    shown.add("store::Fields", after.fields());
    shown.add("store::OpId", &OpId::clone(&after.meta().last_op));
    shown.add("store::Key", &key(1));
    let nonce = CANARY.as_bytes().try_into().unwrap();
    let until = SystemClock.now();
    shown.add("store::Renewal", &Renewal { from: key(1), nonce, until });
    shown.add("store::Slot", &key(1).slot());
    let store = MemoryStore::new();
    shown.add("store::Created", &store.create(&key(1), Arc::clone(&record)).await.unwrap());
    shown.add("store::Found", &store.load(&key(1)).await.unwrap());
    shown.add("store::Found", &Found::Nothing);
    shown.add("store::Updated", &Updated::Applied);
    shown.add("store::Rotated", &Rotated::Gone);
    shown.add("store::Touched", &Touched::Touched);
    shown.add("store::Refusal", &Refusal::Conflict);
    let too_large =
        Changes::apply(&Write::after(&record).put("x", &json).up_to(1).build(), &record).unwrap_err();
    shown.add("store::Refusal", &too_large);
    shown.add("store::StoreError", &StoreError::unavailable("no answer"));
    shown.add("store::MemoryStore", &store);
    shown.add("store::MemoryStoreBuilder", &MemoryStore::builder());
    shown.add("store::EncryptedStore", &EncryptedStore::new(store.clone(), &keys()));
    shown.add("store::RevocationList", &RevocationList::new(store.clone()));
    shown.add("store::EncryptedCookieStore", &EncryptedCookieStore::without_revocation(keys()));
    shown
        .add("store::SignedCookieStore", &SignedCookieStore::new(keys(), RevocationList::new(store.clone())));
    let server = RedisServer::from(format!("redis://user:{CANARY}@127.0.0.1:1/"));
    shown.add("store::RedisServer", &server);
    let builder = RedisStore::builder(server);
    shown.add("store::RedisStoreBuilder", &builder);
    shown.add("store::RedisStore", &builder.build().unwrap());
    let folder = std::env::temp_dir().join(format!("session-shown-{}", std::process::id()));
    let builder = FileStore::builder(&folder);
    shown.add("store::FileStoreBuilder", &builder);
    shown.add("store::Durability", &session_runtime::store::Durability::Full);
    shown.add("store::FileStore", &builder.open().map(drop));
    drop(fs::remove_dir_all(folder));
    shown.add("store::conformance::Subject", &std::any::type_name::<Subject<MemoryStore>>());
}

async fn impersonator(shown: &mut Shown) {
    let sessions = Sessions::<Desk>::new(MemoryStore::new()).unwrap();
    let issued = sessions.issue(Desk { user: Some(CANARY.to_owned()), behind: None }).await.unwrap();
    let seen = Arc::new(Mutex::new(String::new()));
    let note = Arc::clone(&seen);
    let handler = async move |session: Session<Desk>| {
        session.impersonate(&"bob".to_owned()).await.unwrap();
        let behind = session.get().behind.clone().unwrap();
        assert_eq!(behind.user(), CANARY);
        note.lock().unwrap().extend([format!("{behind:?} {behind:#?}")]);
    };
    let app = Router::new().route("/", get(handler)).layer(sessions);
    let mut browser = Browser::new(serve(app).await);
    browser.plant(issued.cookie());
    assert_eq!(browser.get("/").await.status, 200);
    let text = seen.lock().unwrap().clone();
    assert!(text.contains("Impersonator"), "{text}");
    shown.add("Impersonator", &text);
}

async fn requests(shown: &mut Shown) {
    let store = MemoryStore::new();
    let events = Events::default();
    let counters = Counters::default();
    shown.add("observe::Counts", &counters.snapshot());
    shown.add("observe::Counters", &counters);
    let builder = Sessions::<Shop>::builder(store.clone()).observer(events.clone()).log_key(CANARY);
    shown.add("SessionsBuilder", &builder);
    let sessions = builder.build().unwrap();
    shown.add("Sessions", &sessions);
    shown.add("PolicySummary", &sessions.policy());
    let earlier = Sessions::<before::Shop>::new(store).unwrap();
    let issued = earlier.issue(before::Shop { name: CANARY.to_owned() }).await.unwrap();
    shown.add("Issued", &issued);
    shown.add("Token", issued.token());
    let owned = Shop { user: Some(CANARY.to_owned()), name: CANARY.to_owned(), ..Shop::default() };
    sessions.issue(owned).await.unwrap();
    let owned = sessions.sessions_of(&CANARY.to_owned()).await.unwrap();
    assert_eq!(owned.len(), 1);
    shown.add("OwnedSession", &owned);
    shown.add("SessionHandle", &owned[0].handle());
    shown.add("BadHandle", &CANARY.parse::<SessionHandle>().unwrap_err());
    shown.add("WhenFull", &WhenFull::EvictOldest);
    shown.add("CannotImpersonate", &CannotImpersonate::NotLoggedIn);
    let csrf = sessions.csrf_token(issued.token()).unwrap();
    shown.add("CsrfToken", &csrf);
    let seen = Arc::new(Mutex::new(String::new()));
    let note = Arc::clone(&seen);
    let handler = async move |session: Session<Shop>, attempt: Attempt<Shop>, reader: WithoutCsrf<Shop>| {
        note.lock().unwrap().extend([format!("{session:?} {attempt:?} {reader:?} {:?}", session.token())]);
        session.update(|shop| {
            shop.user = Some(CANARY.to_owned());
            shop.ratio = f64::NAN;
        });
    };
    let refusals = Arc::new(Mutex::new(String::new()));
    let note = Arc::clone(&refusals);
    let explain = axum::middleware::map_response(move |response: axum::response::Response| {
        let refused =
            response.extensions().get::<Refused>().map(|refused| format!("{refused:?} {}", refused.error()));
        note.lock().unwrap().push_str(&refused.unwrap_or_default());
        async { response }
    });
    let layer = tower::Layer::<()>::layer(&sessions, ());
    shown.add("adapter::Wrapped", &layer);
    let app = Router::new().route("/", get(handler)).layer(sessions.clone()).layer(explain);
    let mut browser = Browser::new(serve(app).await);
    browser.plant(issued.cookie());
    assert_eq!(browser.get("/").await.status, 500);
    let id = issued.cookie().split_once('=').unwrap().1;
    for (name, text) in [
        ("Session", &seen),
        ("Attempt", &seen),
        ("WithoutCsrf", &seen),
        ("Refused", &refusals),
        ("observe::Event", &events.0),
        ("observe::Happened", &events.0),
        ("observe::Tag", &events.0),
        ("observe::Deadline", &events.0),
    ] {
        let text = text.lock().unwrap().clone();
        assert!(!text.is_empty() && !text.contains(id), "{name}: {text}");
        shown.add(name, &text);
    }
    let error = sessions.edit(issued.token(), |shop| shop.ratio = f64::INFINITY).await.unwrap_err();
    shown.add("Error", &error);
    shown.add("Error", &error.to_string());
    let (mut parts, ()) = axum::http::Request::new(()).into_parts();
    let rejected =
        <Session<Shop> as axum::extract::FromRequestParts<()>>::from_request_parts(&mut parts, &()).await;
    shown.add("Rejection", &rejected.unwrap_err());
    let migration = MIGRATION.lock().unwrap().clone();
    assert!(migration.contains("Migration"), "{migration}");
    shown.add("Migration", &migration);
    let all = format!("{:?}", shown.0);
    assert!(!all.contains(id) && !all.contains(csrf.as_ref()));
}

#[tokio::test]
async fn t22_debug_of_every_public_type_shows_no_value_and_no_secret() {
    let mut shown = Shown::default();
    values(&mut shown);
    stores(&mut shown).await;
    impersonator(&mut shown).await;
    requests(&mut shown).await;
    let bytes: Vec<String> = CANARY.bytes().take(10).map(|byte| byte.to_string()).collect();
    for (name, text) in &shown.0 {
        assert!(!text.contains("canary"), "`{name}` shows a value: {text}");
        assert!(!text.contains(&bytes.join(", ")), "`{name}` shows the bytes of a value");
    }
    let others = NOTHING_TO_SHOW.into_iter().chain(PLAYED).chain(NO_TYPES.iter().copied());
    let listed: BTreeSet<&str> = shown.0.keys().copied().chain(others).collect();
    let public = public_items();
    assert!(public.len() > 80, "{public:?}");
    let missing: Vec<_> = public.iter().filter(|name| !listed.contains(&***name)).collect();
    assert!(missing.is_empty(), "these are public: show them here, with a canary in them: {missing:?}");
    let gone: Vec<_> = listed.iter().filter(|name| !public.contains(**name)).collect();
    assert!(gone.is_empty(), "these are listed here, and there are no such public items: {gone:?}");
}
