//! The canary run: texts of 32 bytes that are nowhere else, as every id, key, owner and value, through all that can happen
//! to a session; then a look at everything that somebody else gets to see (T22, S10, S63, S64).

use std::sync::{Arc, Mutex, Once};

use axum::Router;
use axum::extract::{Path, Request as HttpRequest};
use axum::http::StatusCode;
use axum::middleware::map_request;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use session_runtime::clock::{Clock as _, ManualClock, SystemClock};
use session_runtime::store::EncryptedStore;
use session_runtime::{
    EncryptedCookieStore, Error, Expiring, Extra, FileStore, Flash, KeyRing, MemoryStore, OverHttps,
    RedisStore, RevocationList, Secret, SecretKey, Session, Sessions, SessionsBuilder, session, with_session,
};
use session_tests::observed::Told;
use session_tests::redis::{prefix, shared};
use session_tests::{Browser, Folder, Reply, Request, logs, serve};
use sha2::Digest as _;

#[session(remember = "30d")]
struct Nest {
    #[session(owner)]
    owner: Option<String>,
    #[session(privileged)]
    privilege: Option<String>,
    plain: String,
    #[session(keep)]
    kept: String,
    secret: Secret<String>,
    notice: Flash<String>,
    #[session(ttl = "5m")]
    code: Expiring<Secret<String>>,
    ratio: f64,
    #[session(extra)]
    extra: Extra,
}

/// What happens in turn: what a handler does, and how a request comes.
const DEEDS: &str = "fill change nan key large rotate renew old remember show change fail panic forged careless plain \
                     late switch fill change logout change";

/// What comes of it.
const EVENTS: [&str; 11] = [
    "created",
    "saved",
    "rotated",
    "renewed",
    "replayed_id",
    "destroyed",
    "refused",
    "csrf_refused",
    "csrf_outdated",
    "unproved",
    "insecure",
];

/// 32 letters and digits for this purpose, the same in every run.
fn canary(of: &str) -> String {
    STANDARD.encode(sha2::Sha256::digest(format!("canary {of}"))).replace(['+', '/'], "x")[..32].to_owned()
}

const FIELDS: [&str; 9] =
    ["owner", "another owner", "privilege", "plain", "kept", "secret", "notice", "code", "extra"];

fn fill(session: &mut Nest) {
    session.owner = Some(canary("owner"));
    session.privilege = Some(canary("privilege"));
    session.plain = canary("plain");
    session.kept = canary("kept");
    session.secret.set(canary("secret"));
    session.notice.set(canary("notice"));
    session.code.set(Secret::new(canary("code")));
    session.extra.set("key", canary("extra")).unwrap();
}

#[with_session]
async fn act(session: &mut Nest, handle: Session<Nest>, Path(deed): Path<String>) -> StatusCode {
    match deed.as_str() {
        "fill" => fill(session),
        "change" => session.plain.push_str(&canary("plain")),
        "nan" => session.ratio = f64::NAN,
        "large" => session.plain = canary("plain").repeat(4000),
        "key" => session.extra.set(canary("extra"), 1).unwrap(),
        "rotate" => handle.rotate(),
        "renew" => handle.renew(),
        "remember" => handle.remember(),
        "switch" => session.owner = Some(canary("another owner")),
        "show" => drop(session.notice.get()),
        "fail" => return StatusCode::INTERNAL_SERVER_ERROR,
        "panic" => panic!(
            "{handle:?} {:?} {:?} {:?} {:?}",
            handle.token(),
            session.secret,
            session.notice,
            session.code
        ),
        _ => *session = Nest::default(),
    }
    StatusCode::OK
}

/// Ends the session without having seen a token.
#[with_session(csrf = form)]
async fn careless(session: &Nest, handle: Session<Nest>) {
    assert!(handle.verify_csrf(canary("extra")).is_err() && session.ratio.is_finite());
    handle.destroy();
}

#[with_session]
async fn token(session: &Nest, handle: Session<Nest>) -> Result<String, Error> {
    assert!(session.ratio.is_finite());
    Ok(handle.csrf_token()?.into())
}

/// A token of the id that the request's own rotation ends.
#[with_session]
async fn late(session: &Nest, handle: Session<Nest>) -> Result<String, Error> {
    assert!(session.ratio.is_finite());
    let token = handle.csrf_token()?;
    handle.rotate();
    Ok(token.into())
}

async fn with_scheme(mut request: HttpRequest) -> HttpRequest {
    if !request.headers().contains_key("x-plain") {
        request.extensions_mut().insert(OverHttps);
    }
    request
}

#[with_session]
async fn look(session: &Nest) -> String {
    session.plain.is_empty().to_string()
}

/// What panics say, in this process.
static PANICS: Mutex<String> = Mutex::new(String::new());

fn listen_to_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push_str(&info.to_string());
            before(info);
        }));
    });
}

/// Every form in which these bytes might appear somewhere.
fn forms(bytes: &[u8]) -> Vec<Vec<u8>> {
    let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let list = bytes.iter().take(12).map(u8::to_string).collect::<Vec<_>>().join(", ");
    let texts = [hex.to_uppercase(), hex, list, STANDARD_NO_PAD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes)];
    texts.into_iter().map(String::into_bytes).chain([bytes.to_vec()]).collect()
}

fn contains(place: &[u8], what: &[u8]) -> bool {
    place.windows(what.len()).any(|part| part == what)
}

fn assert_absent(place: &str, bytes: &[u8], name: &str, what: &[u8]) {
    for form in forms(what) {
        assert!(!contains(bytes, &form), "{place} holds {name} as {:?}", String::from_utf8_lossy(&form));
    }
}

/// Every byte of the files in it, names included.
fn dump(folder: &Folder) -> Vec<u8> {
    let files = std::fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap().path());
    files
        .flat_map(|path| [path.to_str().unwrap().as_bytes(), &std::fs::read(&path).unwrap()].concat())
        .collect()
}

/// What is kept at rest after the run, and whether values may be among it.
struct AtRest {
    dump: Box<dyn Fn() -> Vec<u8>>,
    values: bool,
}

/// What somebody else got to see, and what nobody should.
#[derive(Default)]
struct Life {
    shown: String,
    stored: Vec<u8>,
    cookies: Vec<String>,
    tokens: Vec<String>,
}

impl Life {
    /// A response but for the two things that are the browser's own.
    fn see(&mut self, reply: &Reply, token: bool) {
        let mut seen = reply.text();
        if token {
            seen = seen.replacen(&reply.body, "", 1);
            self.tokens.push(reply.body.clone());
        }
        if let Some((_, cookie)) = reply.pair().and_then(|pair| pair.split_once('=')) {
            seen = seen.replacen(cookie, "", 1);
            self.cookies.push(cookie.to_owned());
        }
        self.shown.push_str(&seen);
    }

    /// Everything in turn.
    async fn live(&mut self, browser: &mut Browser, clock: &ManualClock, at_rest: Option<&AtRest>) {
        let mut first = None;
        for deed in DEEDS.split(' ') {
            clock.advance(std::time::Duration::from_secs(60));
            let page = browser.get("/token").await;
            self.see(&page, true);
            let proof = format!("x-csrf-token: {}", page.body);
            first = first.or_else(|| browser.cookie());
            let request = Request::post(&format!("/{deed}"));
            let reply = match deed {
                "forged" | "careless" => browser.send(request).await,
                "plain" => browser.send(request.line("x-plain: 1")).await,
                // the first id of all, which is dead since the first change of a privilege
                "old" => Request::get("/").cookie(first.as_deref().unwrap()).send(browser.server()).await,
                "panic" => {
                    // it takes its connection along
                    let request = browser.prepare(request.line(&proof));
                    let server = browser.server();
                    drop(tokio::spawn(async move { request.send(server).await }).await);
                    continue;
                }
                _ => browser.send(request.line(&proof)).await,
            };
            self.see(&reply, deed == "late");
            self.shown.push_str(&browser.get("/").await.text());
            self.stored.extend(at_rest.iter().flat_map(|at_rest| (at_rest.dump)()));
        }
        assert!(self.cookies.len() >= 5, "{:?}", self.cookies);
    }

    fn assert_unseen(&self, place: &str, text: &str, log_key: &[u8]) {
        for field in FIELDS {
            assert_absent(place, text.as_bytes(), field, canary(field).as_bytes());
        }
        assert_absent(place, text.as_bytes(), "the key", log_key);
        for token in &self.tokens {
            assert!(!text.contains(token), "{place} holds a CSRF token");
        }
        for cookie in &self.cookies {
            assert!(!text.contains(&cookie[..20]), "{place} holds an id: {cookie}");
            if session_runtime::Token::parse(cookie).is_some() {
                let id = URL_SAFE_NO_PAD.decode(cookie).unwrap();
                assert_absent(place, text.as_bytes(), "an id", &id[..32]);
                assert_absent(place, text.as_bytes(), "the key of a record", &session_tests::key_of(cookie));
            }
        }
    }
}

async fn run(builder: SessionsBuilder<Nest>, at_rest: Option<AtRest>, log_key: &[u8]) {
    logs::listen();
    listen_to_panics();
    let told = Told::default();
    // in the present, since a store may sweep by its own clock
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let builder = builder.clock(Arc::clone(&clock)).csrf(true).require_https(true);
    let sessions = builder.observer(told.clone()).log_key(log_key).build().unwrap();
    let mut life = Life { shown: format!("{sessions:?} {}", sessions.policy()), ..Life::default() };
    let app = Router::new()
        .route("/", get(look))
        .route("/token", get(token))
        .route("/late", post(late))
        .route("/careless", post(careless))
        .route("/{deed}", post(act))
        .layer(sessions)
        .layer(map_request(with_scheme));
    life.live(&mut Browser::new(serve(app).await), &clock, at_rest.as_ref()).await;
    let heard = logs::heard();
    for event in EVENTS {
        assert!(heard.contains(&format!("event=\"{event}\"")), "{event}: {heard}");
    }
    assert!(heard.contains("session.commit"), "{heard}");
    let panics = PANICS.lock().unwrap().clone();
    assert!(panics.contains("Session(..)"), "{panics}");
    let events = format!("{:?}", told.take());
    let places =
        [("a response", &life.shown), ("the log", &heard), ("a panic", &panics), ("an event", &events)];
    for (place, text) in places {
        life.assert_unseen(place, text, log_key);
    }
    let Some(AtRest { values, .. }) = at_rest else { return };
    assert!(!life.stored.is_empty());
    for cookie in &life.cookies {
        let bytes = URL_SAFE_NO_PAD.decode(cookie).unwrap();
        assert_absent("the store", &life.stored, "an id", &bytes[..bytes.len().min(32)]);
    }
    for field in FIELDS {
        let is_there = contains(&life.stored, canary(field).as_bytes());
        assert_eq!(is_there, values, "{field} at rest");
    }
    assert_absent("the store", &life.stored, "the key", log_key);
}

fn key() -> [u8; 32] {
    sha2::Sha256::digest("the canary in the key").into()
}

fn keys() -> KeyRing {
    KeyRing::new(SecretKey::from_bytes(key()).unwrap())
}

#[tokio::test]
async fn t22_s63_the_canaries_of_a_session_in_memory_are_seen_by_nobody() {
    run(Sessions::builder(MemoryStore::new()), None, &key()).await;
}

#[tokio::test]
async fn t22_s10_the_canaries_of_a_session_in_files_are_in_the_files_alone() {
    let folder = Arc::new(Folder::new());
    let store = FileStore::open(&folder.0).unwrap();
    let at_rest = AtRest { dump: Box::new(move || dump(&folder)), values: true };
    run(Sessions::builder(store), Some(at_rest), &key()).await;
}

#[tokio::test]
async fn t22_s61_the_canaries_of_a_session_in_encrypted_files_are_nowhere() {
    let folder = Arc::new(Folder::new());
    let store = EncryptedStore::new(FileStore::open(&folder.0).unwrap(), &keys());
    let at_rest = AtRest { dump: Box::new(move || dump(&folder)), values: false };
    run(Sessions::builder(store), Some(at_rest), &key()).await;
}

#[tokio::test]
async fn t22_s10_the_canaries_of_a_session_in_redis_are_in_redis_alone() {
    let prefix = prefix();
    let store = RedisStore::builder(shared().url()).prefix(&prefix).build().unwrap();
    let at_rest = AtRest { dump: Box::new(move || shared().dump(&prefix)), values: true };
    run(Sessions::builder(store), Some(at_rest), &key()).await;
}

#[tokio::test]
async fn t22_s49_the_canaries_of_a_session_in_its_cookie_are_nowhere() {
    let folder = Arc::new(Folder::new());
    let list = RevocationList::new(FileStore::open(&folder.0).unwrap());
    let at_rest = AtRest { dump: Box::new(move || dump(&folder)), values: false };
    run(Sessions::builder(EncryptedCookieStore::new(keys(), list)), Some(at_rest), &key()).await;
}
