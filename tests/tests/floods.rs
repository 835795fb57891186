//! Many requests that nobody asked for: they make no record, get no id, log nobody out, and store no more than they may.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::routing::{get, post};
use session_runtime::store::{Found, Store};
use session_runtime::{FileStore, MemoryStore, RedisStore, Session, Sessions, Token, session, with_session};
use session_tests::Folder;
use session_tests::redis::{prefix, shared};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// Requests of a flood.
const FLOOD: u32 = 10_000;

/// Of these, so many at once.
const AT_ONCE: usize = 64;

#[session]
struct Shop {
    #[session(owner)]
    user: Option<String>,
    #[session(merge = append)]
    searches: Vec<String>,
}

#[with_session]
async fn read(session: &Shop) -> String {
    session.searches.len().to_string()
}

#[with_session]
async fn unchanged(session: &mut Shop) {
    session.searches.truncate(1_000_000);
}

#[with_session]
async fn logout(session: &Shop, handle: Session<Shop>) {
    drop(session.user.clone());
    handle.destroy();
}

#[with_session]
async fn clear(session: &mut Shop) {
    *session = Shop::default();
}

async fn rotate(handle: Session<Shop>) {
    handle.rotate();
}

async fn save(handle: Session<Shop>) -> String {
    format!("{:?}", handle.save().await.is_ok())
}

#[with_session]
async fn login(session: &mut Shop) {
    session.user = Some("ann".into());
}

#[with_session]
async fn search(session: &mut Shop, body: String) {
    session.searches.push(body);
}

fn app(sessions: Sessions<Shop>) -> Router {
    Router::new()
        .route("/read", get(read))
        .route("/unchanged", post(unchanged))
        .route("/logout", post(logout))
        .route("/clear", post(clear))
        .route("/rotate", post(rotate))
        .route("/save", post(save))
        .route("/login", post(login))
        .route("/search", post(search))
        .layer(sessions)
}

/// A request, in process: a socket for each would be what the test measures.
fn request(target: &str, cookie: Option<&str>, body: String) -> Request<Body> {
    let (method, path) = target.split_once(' ').unwrap();
    let request = Request::builder().method(method).uri(path);
    let request = match cookie {
        Some(cookie) => request.header(COOKIE, cookie),
        None => request,
    };
    request.body(Body::from(body)).unwrap()
}

/// The status, and the cookies that the answer sets.
async fn ask(app: &Router, request: Request<Body>) -> (u16, Vec<String>) {
    let response = app.clone().oneshot(request).await.unwrap();
    let cookies = response.headers().get_all(SET_COOKIE).iter();
    (response.status().as_u16(), cookies.map(|line| line.to_str().unwrap().to_owned()).collect())
}

/// Runs the requests, some at once, and returns the answers in any order.
async fn ask_all(app: &Router, requests: impl Iterator<Item = Request<Body>>) -> Vec<(u16, Vec<String>)> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for request in requests {
        let place = Arc::clone(&places).acquire_owned().await.unwrap();
        let app = app.clone();
        tasks.spawn(async move {
            let answer = ask(&app, request).await;
            drop(place);
            answer
        });
    }
    tasks.join_all().await
}

/// A well-formed id that nobody issued.
fn made_up(number: u32) -> String {
    format!("__Host-id={number:08}{}", "x".repeat(34) + "A")
}

/// The id that an answer sets.
fn id(cookies: &[String]) -> String {
    cookies[0].split(';').next().unwrap().to_owned()
}

/// Files that are neither locks nor empty.
fn records(folder: &Folder) -> usize {
    let entries = std::fs::read_dir(&folder.0).unwrap().map(Result::unwrap);
    entries.filter(|entry| entry.metadata().unwrap().len() > 0).count()
}

fn redis() -> (RedisStore, impl Fn() -> usize) {
    let prefix = prefix();
    let store = RedisStore::builder(shared().url()).prefix(&prefix).build().unwrap();
    (store, move || shared().keys().iter().filter(|key| key.starts_with(&prefix)).count())
}

/// T5, S7: ids that nobody issued, with everything that a request can do without writing.
async fn unknown_ids(store: impl Store, records: impl Fn() -> usize) {
    let app = app(Sessions::<Shop>::new(store).unwrap());
    let targets = [
        "GET /read",
        "POST /unchanged",
        "POST /logout",
        "POST /clear",
        "POST /rotate",
        "POST /save",
        "GET /read",
        "POST /rotate",
    ];
    for target in targets {
        let each = FLOOD / u32::try_from(targets.len()).unwrap();
        let answers =
            ask_all(&app, (0..each).map(|number| request(target, Some(&made_up(number)), String::new())));
        for (status, cookies) in answers.await {
            assert_eq!(status, 200, "{target}");
            let removed = cookies.iter().filter(|line| line.contains("Max-Age=0")).count();
            assert_eq!(removed, cookies.len(), "{target}: nobody is given an id, {cookies:?}");
            assert_eq!(removed, usize::from(target == "POST /logout"), "{target}: only a logout removes one");
        }
        assert_eq!(records(), 0, "{target}");
    }
    // the same without any cookie
    let answers = ask_all(&app, (0..1000).map(|_| request("POST /logout", None, String::new()))).await;
    assert!(answers.iter().all(|(status, cookies)| (*status, cookies.len()) == (200, 0)));
    assert_eq!(records(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t5_s7_ten_thousand_unknown_ids_leave_nothing_in_memory() {
    let store = MemoryStore::new();
    unknown_ids(store.clone(), move || store.len()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t5_s7_ten_thousand_unknown_ids_leave_no_file() {
    let folder = Folder::new();
    unknown_ids(FileStore::open(&folder.0).unwrap(), || records(&folder)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t5_s7_ten_thousand_unknown_ids_leave_no_key_in_redis() {
    let (store, records) = redis();
    unknown_ids(store, records).await;
}

/// S6, T6: values that no id can have are not even looked up, and leave nothing either.
#[tokio::test]
async fn s6_t6_ten_thousand_values_that_are_no_ids_reach_no_store() {
    let store = session_tests::ScriptedStore::new();
    let app = app(Sessions::<Shop>::new(store.clone()).unwrap());
    let values =
        ["", " ", "x", "\"\"", "=", "../../x", "A", &"A".repeat(43), &"x".repeat(42), &"x".repeat(9_000)];
    for (number, value) in (0..FLOOD).zip(values.into_iter().cycle()) {
        let target =
            ["GET /read", "POST /logout", "POST /rotate", "POST /unchanged"][number as usize / 7 % 4];
        let cookie = format!("__Host-id={value}");
        let (status, cookies) = ask(&app, request(target, Some(&cookie), String::new())).await;
        assert_eq!(status, 200, "{target} {value}");
        assert!(cookies.iter().all(|line| line.contains("Max-Age=0")), "{target} {value}: {cookies:?}");
    }
    assert_eq!(store.calls(), []);
    assert!(store.is_empty());
}

/// T29, S72: one visitor sends what is kept, many times at once, and the record stays within its limit.
async fn growth(store: impl Store + Clone) {
    const LIMIT: usize = 4096;
    let sessions = Sessions::<Shop>::builder(store.clone()).max_bytes(LIMIT).build().unwrap();
    let app = app(sessions.clone());
    let (_, cookies) = ask(&app, request("POST /search", None, "first".into())).await;
    let cookie = id(&cookies);
    let requests = (0..200).map(|number| request("POST /search", Some(&cookie), format!("{number:0100}")));
    let answers = ask_all(&app, requests).await;
    let kept = answers.iter().filter(|(status, _)| *status == 200).count();
    assert!(answers.iter().all(|(status, _)| [200, 409, 500].contains(status)), "{answers:?}");
    assert!((1..=LIMIT / 100).contains(&kept), "{kept} were kept");
    let token = Token::parse(cookie.strip_prefix("__Host-id=").unwrap()).unwrap();
    let Found::Record(record) = store.load(&sessions.key(&token)).await.unwrap() else {
        panic!("it is gone")
    };
    assert!(record.fields().size() <= LIMIT, "{} bytes", record.fields().size());
    let searches: Vec<String> = serde_json::from_slice(record.fields().get("searches").unwrap()).unwrap();
    assert_eq!(searches.len(), 1 + kept, "what was answered with 200 is there, and nothing else");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t29_s72_parallel_appends_stay_within_the_limit_in_memory() {
    growth(MemoryStore::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t29_s72_parallel_appends_stay_within_the_limit_in_files() {
    let folder = Folder::new();
    growth(FileStore::open(&folder.0).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t29_s72_parallel_appends_stay_within_the_limit_in_redis() {
    growth(redis().0).await;
}

/// T5, T29, S72: ten thousand visitors who store as much as each may take no more than the store has, and log nobody out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t5_t29_s72_a_flood_of_new_visitors_takes_no_more_than_the_store_has() {
    const RECORDS: usize = 500;
    let store = MemoryStore::builder().capacity(RECORDS).max_bytes(1 << 20).build();
    let app = app(Sessions::<Shop>::builder(store.clone()).max_bytes(8192).build().unwrap());
    let (_, cookies) = ask(&app, request("POST /login", None, String::new())).await;
    let ann = id(&cookies);
    let answers = ask_all(&app, (0..FLOOD).map(|_| request("POST /search", None, "s".repeat(4000)))).await;
    assert!(answers.iter().all(|(status, cookies)| (*status, cookies.len()) == (200, 1)));
    // a mebibyte holds fewer than 262 of them
    assert!((100..262).contains(&store.len()), "{} records", store.len());
    let answers = ask_all(&app, (0..FLOOD).map(|_| request("POST /search", None, "s".into()))).await;
    assert!(answers.iter().all(|(status, _)| *status == 200));
    assert!(store.len() <= RECORDS, "{} records", store.len());
    let (status, cookies) = ask(&app, request("POST /search", Some(&ann), "mine".into())).await;
    assert_eq!((status, cookies.len()), (200, 0), "who was logged in still is");
}
