//! `require_https` (S47, ASVS 4.1.3): over plain http nothing is issued, read or written, and whoever is not to be believed
//! cannot say that it was https.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{ConnectInfo, Request as HttpRequest};
use axum::middleware::{map_request, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use session_runtime::{
    EncryptedCookieStore, Error, KeyRing, OverHttps, Peer, Refused, RevocationList, SecretKey, Session,
    Sessions, SessionsBuilder, session, with_session,
};
use session_tests::{Browser, Op, Reply, Request, ScriptedStore, logs};
use tokio::net::TcpListener;

#[session(require_https)]
struct Shop {
    #[session(owner)]
    user: Option<u32>,
    visits: u32,
}

#[with_session]
async fn read(session: &Shop) -> String {
    format!("{:?} {}", session.user, session.visits)
}

#[with_session]
async fn check(session: Option<&Shop>) -> String {
    session.is_some().to_string()
}

#[with_session]
async fn visit(session: &mut Shop) -> String {
    session.visits += 1;
    session.visits.to_string()
}

#[with_session]
async fn login(session: &mut Shop) {
    session.user = Some(1);
}

async fn destroy(handle: Session<Shop>) {
    handle.destroy();
}

async fn rotate(handle: Session<Shop>) {
    handle.rotate();
}

async fn save(handle: Session<Shop>) -> Result<String, Error> {
    handle.update(|shop| shop.visits += 1);
    handle.save().await?;
    Ok("saved".to_owned())
}

async fn token(handle: Session<Shop>) -> Result<String, Error> {
    Ok(handle.csrf_token()?.into())
}

fn routes() -> Router {
    Router::new()
        .route("/plain", get(|| async { "plain" }))
        .route("/read", get(read))
        .route("/check", get(check))
        .route("/visit", post(visit))
        .route("/login", post(login))
        .route("/destroy", post(destroy))
        .route("/rotate", post(rotate))
        .route("/save", post(save))
        .route("/token", get(token))
}

async fn with_peer(ConnectInfo(address): ConnectInfo<SocketAddr>, mut request: HttpRequest) -> HttpRequest {
    request.extensions_mut().insert(Peer::from(address));
    request
}

/// Serves the routes, with who the peer is; that is 127.0.0.1.
async fn serve(sessions: Sessions<Shop>) -> Browser {
    serve_app(routes().layer(sessions).layer(map_request(with_peer))).await
}

async fn serve_app(app: Router) -> Browser {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Browser::new(address)
}

const PROXY: &str = "127.0.0.0/8";
const HTTPS: &str = "X-Forwarded-Proto: https";
const HTTP: &str = "X-Forwarded-Proto: http";

fn builder(store: &ScriptedStore) -> SessionsBuilder<Shop> {
    Sessions::<Shop>::builder(store.clone())
}

/// Behind a proxy that is trusted.
async fn world() -> (ScriptedStore, Browser) {
    let store = ScriptedStore::new();
    let browser = serve(builder(&store).trusted_proxies([PROXY]).build().unwrap()).await;
    (store, browser)
}

/// `GET` of a page, `POST` of what does something, with this line.
async fn ask(browser: &mut Browser, target: &str, line: &str) -> Reply {
    let method = if ["/read", "/check", "/token", "/plain"].contains(&target) { "GET" } else { "POST" };
    let request = Request::new(method, target);
    browser.send(if line.is_empty() { request } else { request.line(line) }).await
}

#[tokio::test]
async fn s47_over_plain_http_nothing_is_issued_read_or_written() {
    for has_session in [false, true] {
        let (store, mut browser) = world().await;
        if has_session {
            assert!(ask(&mut browser, "/login", HTTPS).await.pair().is_some());
            assert_eq!(ask(&mut browser, "/visit", HTTPS).await.body, "1");
        }
        store.forget();
        for line in [HTTP, "", "X-Forwarded-Proto: https, http", "X-Forwarded-Proto: garbage"] {
            for (target, body) in [("/read", "None 0"), ("/check", "false"), ("/plain", "plain")] {
                let reply = ask(&mut browser, target, line).await;
                assert_eq!((reply.status, reply.body.as_str()), (200, body), "{target} {line}");
                assert_eq!(reply.set_cookies().len(), 0);
            }
            let page = ask(&mut browser, "/token", line).await;
            assert_eq!((page.status, page.body.len(), page.set_cookies().len()), (200, 86, 0));
            for target in ["/visit", "/login", "/destroy", "/rotate", "/save"] {
                logs::listen();
                let reply = ask(&mut browser, target, line).await;
                assert_eq!((reply.status, reply.body.as_str()), (403, ""), "{target} {line}");
                assert_eq!(reply.set_cookies().len(), 0);
                let heard = logs::heard();
                assert!(target == "/save" || heard.contains("event=\"refused\""), "{target}: {heard}");
                assert!(target == "/save" || heard.contains("trusted_proxies"), "{target}: {heard}");
                assert!(heard.contains("event=\"insecure\""), "{target}: {heard}");
            }
        }
        assert_eq!(store.calls(), [], "the store is not asked");
        assert_eq!(store.len(), usize::from(has_session));
        if has_session {
            assert_eq!(ask(&mut browser, "/read", HTTPS).await.body, "Some(1) 1");
        }
    }
}

#[tokio::test]
async fn s47_over_https_everything_is_as_ever() {
    for line in [HTTPS, "Forwarded: for=192.0.2.1;proto=https", "X-Forwarded-Proto: https,https"] {
        let (store, mut browser) = world().await;
        assert!(
            ask(&mut browser, "/visit", line).await.pair().is_some_and(|pair| pair.starts_with("__Host-id="))
        );
        assert_eq!(ask(&mut browser, "/visit", line).await.body, "2");
        assert!(ask(&mut browser, "/destroy", line).await.removes_cookie());
        assert_eq!(store.calls(), [Op::Create, Op::Load, Op::Update, Op::Load, Op::Delete]);
    }
}

#[tokio::test]
async fn s47_a_client_that_is_no_proxy_is_not_believed() {
    let store = ScriptedStore::new();
    for sessions in [
        builder(&store).trusted_proxies(["10.0.0.0/8", "::1"]).build().unwrap(),
        builder(&store).trusted_proxies(["127.0.0.2"]).build().unwrap(),
        builder(&store).build().unwrap(),
    ] {
        let mut browser = serve(sessions).await;
        for line in [
            HTTPS,
            "Forwarded: proto=https",
            "Forwarded: for=10.0.0.1;proto=https",
            "X-Forwarded-For: 10.0.0.1",
        ] {
            assert_eq!(ask(&mut browser, "/visit", line).await.status, 403, "{line}");
        }
        let absolute = Request::post("https://localhost/visit").line(HTTPS);
        assert_eq!(browser.send(absolute).await.status, 403, "the scheme is the client's own word");
    }
    assert_eq!(store.calls(), []);
}

#[tokio::test]
async fn s47_without_a_peer_nobody_is_a_proxy() {
    let store = ScriptedStore::new();
    let sessions = builder(&store).trusted_proxies([PROXY]).build().unwrap();
    let mut browser = serve_app(routes().layer(sessions)).await;
    assert_eq!(ask(&mut browser, "/visit", HTTPS).await.status, 403);
}

#[tokio::test]
async fn s47_a_server_that_ends_tls_itself_says_so() {
    async fn over_https(mut request: HttpRequest) -> HttpRequest {
        request.extensions_mut().insert(OverHttps);
        request
    }
    let store = ScriptedStore::new();
    let marked = routes().layer(builder(&store).build().unwrap()).layer(map_request(over_https));
    let mut browser = serve_app(marked).await;
    assert!(ask(&mut browser, "/visit", HTTP).await.pair().is_some());

    // of a proxy's request, the proxy's word counts: TLS on the last part of the way is not all of it
    let behind = builder(&store).trusted_proxies([PROXY]).build().unwrap();
    let marked = routes().layer(behind).layer(map_request(over_https)).layer(map_request(with_peer));
    let mut browser = serve_app(marked).await;
    assert_eq!(ask(&mut browser, "/visit", HTTP).await.status, 403);
    assert_eq!(ask(&mut browser, "/visit", HTTPS).await.status, 200);
}

#[tokio::test]
async fn s47_where_it_is_not_required_nobody_is_asked() {
    let store = ScriptedStore::new();
    for sessions in [
        Sessions::<Shop>::development(store.clone()).unwrap(),
        builder(&store).require_https(false).trusted_proxies([PROXY]).build().unwrap(),
    ] {
        let mut browser = serve(sessions).await;
        assert!(ask(&mut browser, "/visit", HTTP).await.pair().is_some());
        assert_eq!(ask(&mut browser, "/visit", "").await.body, "2");
    }
}

#[tokio::test]
async fn s47_a_session_in_its_cookie_is_not_opened_over_plain_http() {
    let key = "9f3c1d7e5ab80264e1f7098c3b6d5a421c8e7f60b95d23a4d6187e0f4c2b9a35";
    let ring = KeyRing::new(SecretKey::from_hex(key).unwrap());
    let ended = ScriptedStore::new();
    let store = EncryptedCookieStore::new(ring, RevocationList::new(ended.clone()));
    let sessions = Sessions::<Shop>::builder(store).trusted_proxies([PROXY]).build().unwrap();
    let mut browser = serve(sessions).await;
    assert!(ask(&mut browser, "/login", HTTPS).await.pair().is_some());
    ended.forget();
    assert_eq!(ask(&mut browser, "/read", HTTP).await.body, "None 0");
    for target in ["/visit", "/login", "/destroy"] {
        let reply = ask(&mut browser, target, HTTP).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (403, 0), "{target}");
    }
    assert_eq!(ended.calls(), []);
    assert_eq!(ask(&mut browser, "/read", HTTPS).await.body, "Some(1) 0");
}

#[tokio::test]
async fn s47_the_application_makes_its_own_page_of_a_refusal() {
    async fn explain(response: Response) -> Response {
        match response.extensions().get::<Refused>() {
            Some(refused) if refused.error().is_insecure() => "https only".into_response(),
            _ => response,
        }
    }
    let store = ScriptedStore::new();
    let app = routes().layer(builder(&store).build().unwrap()).layer(map_response(explain));
    let mut browser = serve_app(app).await;
    assert_eq!(ask(&mut browser, "/visit", "").await.body, "https only");
}

#[tokio::test]
async fn s74_the_policy_says_so() {
    let policy = |sessions: Sessions<Shop>| sessions.policy().to_string();
    let store = ScriptedStore::new();
    assert!(policy(builder(&store).build().unwrap()).contains("\nrequests: over https only, which"));
    let development = policy(Sessions::<Shop>::development(store.clone()).unwrap());
    assert!(development.contains("\nrequests: over https and plain http; unsafe ones need NO CSRF token\n"));
    let csrf = policy(builder(&store).require_https(false).csrf(true).build().unwrap());
    assert!(
        csrf.contains("plain http; unsafe ones need a CSRF token in `x-csrf-token` or a form\n"),
        "{csrf}"
    );
    assert!(builder(&store).secure(false).cookie_name("id").build().unwrap_err().is_config());
}
