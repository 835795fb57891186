//! What caches are told: a response that looked at the session depends on the cookie, and one that sets it is nobody
//! else's (S62, T23, T31).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::{MemoryStore, Session, Sessions, SiteData, session, with_session};
use session_tests::{Browser, Moment, Op, Reply, ScriptedStore, patiently, serve};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<String>,
    visits: u32,
}

/// The status and the headers that the query asks for.
type Answer = Query<Vec<(String, String)>>;

fn answer(Query(wanted): Answer) -> (StatusCode, HeaderMap, &'static str) {
    let (mut status, mut headers) = (StatusCode::OK, HeaderMap::new());
    for (name, value) in wanted {
        if name == "status" {
            status = StatusCode::from_bytes(value.as_bytes()).unwrap();
        } else {
            headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
        }
    }
    (status, headers, "")
}

async fn plain(wanted: Answer) -> impl IntoResponse {
    answer(wanted)
}

#[with_session]
async fn read(session: &Shop, wanted: Answer) -> impl IntoResponse {
    let _ = session.visits;
    answer(wanted)
}

#[with_session]
async fn check(session: Option<&Shop>, wanted: Answer) -> impl IntoResponse {
    let _ = session.is_some();
    answer(wanted)
}

#[with_session]
async fn visit(session: &mut Shop, wanted: Answer) -> impl IntoResponse {
    session.visits += 1;
    answer(wanted)
}

#[with_session]
async fn login(session: &mut Shop, wanted: Answer) -> impl IntoResponse {
    session.user = Some("ann".to_owned());
    answer(wanted)
}

async fn destroy(handle: Session<Shop>, wanted: Answer) -> impl IntoResponse {
    handle.destroy();
    answer(wanted)
}

#[with_session(require = user)]
async fn account(session: &Shop, user: &str) -> String {
    format!("{user} {}", session.visits)
}

#[with_session(require = user, fresh = "1s", or = 404)]
async fn admin(session: &Shop) -> String {
    session.visits.to_string()
}

async fn own_words(handle: Session<Shop>) -> (StatusCode, [(&'static str, &'static str); 1]) {
    handle.destroy();
    (StatusCode::OK, [("clear-site-data", "\"*\"")])
}

/// A response made once, and shared by all who ask.
#[with_session]
async fn shared(session: &mut Shop, State(headers): State<HeaderMap>) -> HeaderMap {
    session.visits += 1;
    headers
}

async fn world() -> (ScriptedStore, Browser) {
    let store = ScriptedStore::new();
    let sessions = Sessions::<Shop>::new(store.clone()).unwrap();
    (store, served(sessions).await)
}

async fn served(sessions: Sessions<Shop>) -> Browser {
    let made_once =
        HeaderMap::from_iter([(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=600"))]);
    let app = Router::new()
        .route("/plain", get(plain))
        .route("/read", get(read))
        .route("/check", get(check))
        .route("/visit", post(visit))
        .route("/login", post(login))
        .route("/destroy", post(destroy))
        .route("/shared", post(shared))
        .route("/account", get(account))
        .route("/admin", get(admin))
        .route("/own-words", post(own_words))
        .with_state(made_once)
        .layer(sessions);
    Browser::new(serve(app).await)
}

/// All members of the header, in lower case.
fn members(reply: &Reply, name: &str) -> Vec<String> {
    let lines = reply.values(name);
    lines.iter().flat_map(|line| line.split(',')).map(|member| member.trim().to_ascii_lowercase()).collect()
}

/// Whether a shared cache may keep the response (RFC 9111, section 3), as far as its headers say.
fn may_be_shared(reply: &Reply) -> bool {
    !members(reply, "cache-control").iter().any(|directive| directive == "private" || directive == "no-store")
}

#[tokio::test]
async fn s62_t23_whoever_looks_at_the_session_depends_on_the_cookie() {
    let (_, mut visitor) = world().await;
    let mut customer = visitor.clone();
    customer.post("/visit").await;
    for status in ["200", "302", "304", "404", "500"] {
        for browser in [&mut visitor, &mut customer] {
            for target in ["/read", "/check"] {
                let reply = browser.get(&format!("{target}?status={status}")).await;
                assert_eq!(reply.status.to_string(), status);
                assert_eq!(reply.value("vary"), Some("Cookie"), "{target} {status}");
                assert_eq!(
                    reply.value("cache-control"),
                    None,
                    "{target} {status}: no cookie, so the application decides"
                );
            }
            let reply = browser.get(&format!("/plain?status={status}")).await;
            assert_eq!((reply.value("vary"), reply.value("cache-control")), (None, None), "{status}");
        }
    }
}

#[tokio::test]
async fn s62_an_existing_vary_is_completed_and_never_repeated() {
    let (_, mut browser) = world().await;
    for complete in
        ["Cookie", "cookie", "COOKIE", "*", "Accept, Cookie", "accept-encoding,cookie , x", "x, *"]
    {
        let reply = browser.get(&format!("/read?vary={complete}").replace(' ', "%20")).await;
        assert_eq!(reply.values("vary"), [complete]);
    }
    for (incomplete, expected) in [
        ("vary=Accept", vec!["accept", "cookie"]),
        ("vary=Accept&vary=Origin", vec!["accept", "origin", "cookie"]),
        ("vary=x-cookie", vec!["x-cookie", "cookie"]),
        ("vary=cookies,set-cookie", vec!["cookies", "set-cookie", "cookie"]),
        ("vary=", vec!["", "cookie"]),
    ] {
        assert_eq!(
            members(&browser.get(&format!("/read?{incomplete}")).await, "vary"),
            expected,
            "{incomplete}"
        );
    }
    let reply = browser.get("/read?vary=Accept&vary=Cookie").await;
    assert_eq!(reply.values("vary"), ["Accept", "Cookie"]);
    assert_eq!(browser.get("/plain?vary=Accept").await.values("vary"), ["Accept"], "untouched");
}

#[tokio::test]
async fn s62_t23_a_response_with_our_cookie_is_kept_out_of_shared_caches() {
    for (wanted, expected) in [
        ("", vec!["private"]),
        ("cache-control=public, max-age=600", vec!["private", "max-age=600"]),
        ("cache-control=Public", vec!["private"]),
        ("cache-control=max-age=600, s-maxage=900", vec!["private", "max-age=600"]),
        ("cache-control=public&cache-control=max-age=5", vec!["private", "max-age=5"]),
        ("cache-control=no-cache", vec!["private", "no-cache"]),
        ("cache-control=no-store", vec!["no-store"]),
        ("cache-control=private", vec!["private"]),
        ("cache-control=PRIVATE, max-age=1", vec!["private", "max-age=1"]),
        ("cache-control=no-store, public", vec!["private", "no-store"]),
    ] {
        let (_, mut browser) = world().await;
        let query = wanted.replace(", ", "%2C%20");
        for target in ["/visit", "/login", "/destroy"] {
            let reply = browser.post(&format!("{target}?{query}")).await;
            assert!(reply.set_cookie().is_some(), "{target}");
            assert_eq!(members(&reply, "cache-control"), expected, "{target} {wanted:?}");
            assert!(!may_be_shared(&reply));
            assert_eq!(reply.value("vary"), Some("Cookie"));
        }
        // without a cookie of ours the application's word stands
        for target in ["/read", "/plain"] {
            let reply = browser.get(&format!("{target}?{query}")).await;
            let theirs: Vec<_> =
                wanted.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value).collect();
            assert_eq!(reply.values("cache-control"), theirs, "{target}");
        }
    }
}

#[tokio::test]
async fn s62_a_directive_that_is_private_for_one_field_only_is_not_enough() {
    let (_, mut browser) = world().await;
    let reply = browser.post("/visit?cache-control=private%3D%22x-a%22").await;
    assert!(reply.set_cookie().is_some() && !may_be_shared(&reply), "{reply:?}");
}

#[tokio::test]
async fn s62_responses_that_we_make_ourselves_depend_on_the_cookie_too() {
    let (store, mut browser) = world().await;
    browser.post("/login").await;
    let late = browser.clone();
    let gate = store.pause(Moment::Before(Op::Update));
    let running = tokio::spawn({
        let mut late = late.clone();
        async move { late.post("/visit?cache-control=public").await }
    });
    gate.reached().await;
    browser.post("/destroy").await;
    gate.open();
    let refused = patiently("the late request", running).await.unwrap();
    assert_eq!(
        (refused.status, refused.value("vary"), refused.value("cache-control")),
        (409, Some("Cookie"), Some("private"))
    );
    store.fail(&[Op::Load]);
    let unavailable = late.clone().get("/read").await;
    assert_eq!((unavailable.status, unavailable.value("vary")), (503, Some("Cookie")));
}

#[tokio::test]
async fn t31_two_clients_interleaved_each_get_only_their_own_cookie() {
    let (store, one) = world().await;
    let (gates, two) = ([0, 1].map(|_| store.pause(Moment::After(Op::Create))), one.clone());
    let running = [one, two].map(|mut browser| {
        tokio::spawn(async move {
            let reply = browser.post("/shared").await;
            (browser, reply)
        })
    });
    for gate in &gates {
        gate.reached().await; // both have made their session, neither has its response
    }
    gates[1].open();
    gates[0].open();
    let mut ids = Vec::new();
    for running in running {
        let (mut browser, reply) = patiently("a client", running).await.unwrap();
        assert_eq!(reply.set_cookies().len(), 1);
        assert_eq!(reply.values("cache-control"), ["private, max-age=600"]);
        ids.push(reply.pair().unwrap().to_owned());
        let reply = browser.post("/shared").await;
        assert_eq!(reply.set_cookies(), Vec::<&str>::new());
        assert_eq!(
            reply.values("cache-control"),
            ["public, max-age=600"],
            "the shared value was not changed"
        );
    }
    assert_ne!(ids[0], ids[1]);
    assert_eq!(store.len(), 2);
}

#[tokio::test]
async fn s62_t23_whatever_comes_of_an_owned_session_is_private() {
    let (_, mut visitor) = world().await;
    let mut ann = visitor.clone();
    ann.post("/login").await;
    for status in ["200", "302", "304", "404", "500"] {
        for target in ["/read", "/check"] {
            let reply = ann.get(&format!("{target}?status={status}")).await;
            assert_eq!(reply.status.to_string(), status);
            assert_eq!(
                (reply.value("cache-control"), reply.value("vary"), reply.set_cookies().len()),
                (Some("private"), Some("Cookie"), 0),
                "{target} {status}"
            );
            assert_eq!(visitor.get(&format!("{target}?status={status}")).await.value("cache-control"), None);
        }
        let file = ann.get(&format!("/plain?status={status}")).await;
        assert_eq!((file.value("vary"), file.value("cache-control")), (None, None), "it never asked");
    }
    // a guard that passes, one that refuses, and a write without a cookie
    for (reply, status) in [
        (ann.get("/account").await, 200),
        (visitor.get("/account").await, 401),
        (ann.post("/visit").await, 200),
    ] {
        let expected = (status == 200).then_some("private");
        assert_eq!((reply.status, reply.value("cache-control")), (status, expected));
    }
}

#[tokio::test]
async fn s62_the_applications_own_word_on_caching_stands() {
    let (_, mut ann) = world().await;
    ann.post("/login").await;
    for own in ["public, max-age=60", "no-store", "no-cache", "max-age=5"] {
        let reply = ann.get(&format!("/read?cache-control={}", own.replace(", ", "%2C%20"))).await;
        assert_eq!((reply.values("cache-control"), reply.set_cookies().len()), (vec![own], 0));
    }
}

#[tokio::test]
async fn s62_t23_a_request_that_only_records_activity_and_one_that_is_refused_are_private_too() {
    let store = ScriptedStore::new();
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_800_000_000_000)));
    let sessions = Sessions::<Shop>::builder(store.clone()).clock(Arc::clone(&clock)).build().unwrap();
    let mut ann = served(sessions).await;
    ann.post("/login").await;
    clock.advance(Duration::from_secs(1800));
    store.forget();
    let refreshed = ann.get("/read").await;
    assert_eq!(store.calls(), [Op::Load, Op::Touch]);
    assert_eq!((refreshed.value("cache-control"), refreshed.set_cookies().len()), (Some("private"), 0));
    let refused = ann.get("/admin").await;
    assert_eq!((refused.status, refused.value("cache-control")), (404, Some("private")));
    store.fail(&[Op::Update]);
    let failed = ann.post("/visit").await;
    assert_eq!((failed.status, failed.value("cache-control")), (503, Some("private")));
}

#[tokio::test]
async fn s25_a_logout_can_have_the_browser_forget_more_than_the_cookie() {
    let with = |data: &[SiteData]| {
        Sessions::<Shop>::builder(MemoryStore::new()).clear_site_data(data.iter().copied()).build().unwrap()
    };
    for (data, expected) in [
        (vec![], None),
        (vec![SiteData::Cache], Some("\"cache\"")),
        (vec![SiteData::Cache, SiteData::Storage], Some("\"cache\", \"storage\"")),
        (vec![SiteData::Cookies, SiteData::ExecutionContexts], Some("\"cookies\", \"executionContexts\"")),
    ] {
        let mut browser = served(with(&data)).await;
        for target in ["/login", "/visit"] {
            assert_eq!(browser.post(target).await.value("clear-site-data"), None, "{target}");
        }
        let kept = browser.clone();
        let logout = browser.post("/destroy").await;
        assert!(logout.removes_cookie());
        assert_eq!(logout.value("clear-site-data"), expected);
        assert_eq!(browser.post("/destroy").await.value("clear-site-data"), None, "nothing has ended");
        // a dead cookie is taken away, and with it what it left behind
        assert_eq!(kept.clone().post("/destroy").await.value("clear-site-data"), expected);
    }
    let mut browser = served(with(&[SiteData::Cache])).await;
    browser.post("/login").await;
    assert_eq!(browser.post("/own-words").await.value("clear-site-data"), Some("\"*\""), "the handler's own");
}

#[tokio::test]
async fn s25_without_a_secure_cookie_there_is_no_clear_site_data() {
    let sessions = Sessions::<Shop>::builder(MemoryStore::new()).cookie_name("id").secure(false);
    let mut browser = served(sessions.clear_site_data([SiteData::Cache]).build().unwrap()).await;
    browser.post("/login").await;
    let logout = browser.post("/destroy").await;
    assert!(logout.removes_cookie() && logout.value("clear-site-data").is_none());
}
