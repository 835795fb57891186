//! The cookie on the wire: which bytes count as ours, and what is sent back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::net::SocketAddr;

use axum::Router;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{get, post};
use session_runtime::{Session, Sessions, session, with_session};
use session_tests::wire::is_removal;
use session_tests::{Browser, Op, Reply, Request, ScriptedStore, logs, serve};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<String>,
    visits: u32,
}

#[with_session]
async fn show(session: Option<&Shop>) -> String {
    session.map_or("anonymous".to_owned(), |shop| format!("{:?} {}", shop.user, shop.visits))
}

#[with_session]
async fn visit(session: &mut Shop) {
    session.visits += 1;
}

#[with_session]
async fn login(session: &mut Shop) {
    session.user = Some("ann".to_owned());
}

async fn destroy(handle: Session<Shop>) {
    handle.destroy();
}

/// The application's own cookies, one of them with a comma, and one of our name's look.
const OWN: [&str; 3] =
    ["a=1; Path=/", "b=2; Expires=Thu, 01 Jan 2099 00:00:00 GMT", "__Host-id2=mine; Secure; Path=/"];

fn own_cookies() -> impl IntoResponse {
    AppendHeaders(OWN.map(|line| (SET_COOKIE, line)))
}

/// Everything that would set a cookie by itself, in one request.
#[with_session]
async fn everything(session: &mut Shop, handle: Session<Shop>) -> impl IntoResponse {
    session.visits += 1;
    handle.stage(session);
    handle.stage(session);
    handle.save().await.unwrap(); // creates
    handle.rotate();
    handle.stage(session);
    handle.save().await.unwrap(); // rotates
    session.user = Some("ann".to_owned());
    handle.stage(session);
    handle.stage(session);
    handle.save().await.unwrap(); // rotates
    handle.authenticated(); // rotates with the response
    own_cookies()
}

/// As [`everything`], and ended at last.
#[with_session]
async fn everything_and_destroy(session: &mut Shop, handle: Session<Shop>) -> impl IntoResponse {
    session.visits += 1;
    handle.stage(session);
    handle.stage(session);
    handle.save().await.unwrap();
    handle.rotate();
    handle.stage(session);
    handle.save().await.unwrap();
    handle.destroy();
    own_cookies()
}

struct World {
    server: SocketAddr,
    store: ScriptedStore,
    sessions: Sessions<Shop>,
}

async fn world() -> World {
    let store = ScriptedStore::new();
    let sessions = Sessions::<Shop>::new(store.clone()).unwrap();
    let app = Router::new()
        .route("/", get(show))
        .route("/visit", post(visit))
        .route("/login", post(login))
        .route("/destroy", post(destroy))
        .route("/everything", post(everything))
        .route("/everything-and-destroy", post(everything_and_destroy))
        .route("/plain", get(async || own_cookies()))
        .layer(sessions.clone());
    World { server: serve(app).await, store, sessions }
}

impl World {
    /// The id of a new session with that many visits.
    async fn id(&self, visits: u32) -> String {
        let issued = self.sessions.issue(Shop { visits, user: None }).await.unwrap();
        issued.cookie().strip_prefix("__Host-id=").unwrap().to_owned()
    }

    async fn send(&self, request: Request) -> Reply {
        request.send(self.server).await
    }

    /// What a request with these `Cookie` lines sees.
    async fn seen(&self, lines: &[impl AsRef<[u8]>]) -> String {
        let request = lines.iter().fold(Request::get("/"), Request::cookie);
        let reply = self.send(request).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0));
        reply.body
    }
}

const ANONYMOUS: &str = "anonymous";
const FIVE: &str = "None 5";
const UNKNOWN: &str = "dW5rbm93bi11bmtub3duLXVua25vd24tdW5rbm93bi0";

/// `text` with `{id}` replaced, as bytes in which `\u{80}`–`\u{ff}` stand for themselves.
fn bytes(text: &str, id: &str) -> Vec<u8> {
    text.replace("{id}", id).chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

#[tokio::test]
async fn t7_s32_s33_only_the_exact_bytes_of_the_name_are_ours() {
    let world = world().await;
    let id = world.id(5).await;
    let forged = [
        "%5F%5FHost-id={id}",
        "__Host%2Did={id}",
        "__host-id={id}",
        "__HOST-id={id}",
        "__Host-ID={id}",
        "\u{e2}\u{80}\u{80}__Host-id={id}",
        "\u{a0}__Host-id={id}",
        "\u{85}__Host-id={id}",
        "__Host-id\u{a0}={id}",
        "=__Host-id={id}",
        "={id}",
        "{id}",
        "__Host-id",
        "__Host-id:{id}",
        "..Host-id={id}",
        "__Host.id={id}",
        "__Host_id={id}",
        "__Host-id[]={id}",
        "__Host-id[0]={id}",
        "__Host-id ={id}",
        "__Host-id\t={id}",
        "x=1,__Host-id={id}",
        "x=\"; y=__Host-id={id}",
        "x__Host-id={id}",
        "__Host-idx={id}",
        "id={id}",
        "$__Host-id={id}",
        "\"__Host-id\"={id}",
    ];
    for line in forged {
        assert_eq!(world.seen(&[bytes(line, &id)]).await, ANONYMOUS, "{line:?}");
    }
    for line in [
        "__Host-id={id}",
        " \t __Host-id={id}\t ",
        "x;;;__Host-id={id};",
        "$Version=1;__Host-id={id}",
        "=;__Host-id={id}",
    ] {
        assert_eq!(world.seen(&[bytes(line, &id)]).await, FIVE, "{line:?}");
    }
}

#[tokio::test]
async fn t7_only_the_exact_bytes_of_the_id_are_an_id() {
    let world = world().await;
    let id = world.id(5).await;
    world.store.forget();
    let changed = [
        "__Host-id=\"{id}\"",
        "__Host-id={id}=",
        "__Host-id= {id}",
        "__Host-id={id},",
        "__Host-id={id}x",
        "__Host-id=={id}",
        "__Host-id={id}\u{a0}",
        "__Host-id={id}.",
        "__Host-id={id}%00",
        "__Host-id='{id}'",
    ];
    for line in changed {
        // blanks around a pair are no part of it; any other byte is
        assert_eq!(world.seen(&[bytes(line, &id)]).await, ANONYMOUS, "{line:?}");
    }
    let escaped = format!("__Host-id=%{:02X}{}", id.as_bytes()[0], &id[1..]);
    assert_eq!(world.seen(&[escaped]).await, ANONYMOUS);
    // 43 characters have two bits to spare: the same 32 bytes, written otherwise, are not the id
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = alphabet.find(id.chars().last().unwrap()).unwrap();
    let twin = format!("__Host-id={}{}", &id[..42], &alphabet[last + 1..last + 2]);
    assert_eq!(world.seen(&[twin]).await, ANONYMOUS);
    assert_eq!(world.store.calls(), [], "nothing of that is worth asking the store for");
}

#[tokio::test]
async fn s46_t9_several_lines_and_bad_siblings_hide_nothing() {
    let world = world().await;
    let id = world.id(5).await;
    let ours = format!("__Host-id={id}");
    let lines: [&[&str]; 9] = [
        &["a=1", "{ours}", "b=2"],
        &["{ours}", "a=1"],
        &["a=1; {ours}; b=2"],
        &["x=\u{ff}; {ours}"],
        &["x=%db; {ours}"],
        &["\u{ff}\u{fe}=\u{80}; ;; =; {ours}"],
        &["\u{c3}\u{28}", "{ours}"],
        &["x=\"unterminated; {ours}"],
        &["{ours}; x={long}"],
    ];
    for case in lines {
        let lines: Vec<_> = case
            .iter()
            .map(|l| bytes(&l.replace("{ours}", &ours).replace("{long}", &"y".repeat(8000)), &id))
            .collect();
        assert_eq!(world.seen(&lines).await, FIVE, "{case:?}");
    }
}

#[tokio::test]
async fn t8_two_live_sessions_of_our_name_are_nobodys() {
    let world = world().await;
    let (victim, attacker) = (world.id(5).await, world.id(66).await);
    for (first, second) in [(&victim, &attacker), (&attacker, &victim)] {
        let both = format!("__Host-id={first}; __Host-id={second}");
        let apart = [format!("__Host-id={first}"), format!("__Host-id={second}")];
        logs::listen();
        assert_eq!(world.seen(&[&both]).await, ANONYMOUS);
        assert_eq!(logs::count("ambiguous"), 1);
        assert_eq!(world.seen(&apart).await, ANONYMOUS);

        // it writes nothing, neither into one of the two nor into a new session
        for target in ["/visit", "/login"] {
            let reply = world.send(Request::post(target).cookie(&both)).await;
            assert_eq!((reply.status, reply.set_cookies().len()), (409, 0), "{target}");
        }
        assert_eq!(world.store.len(), 2);
    }
    assert_eq!(world.seen(&[format!("__Host-id={victim}")]).await, FIVE);
    assert_eq!(world.seen(&[format!("__Host-id={attacker}")]).await, "None 66");

    // whoever logs out with both is logged out of both
    let both = format!("__Host-id={victim}; __Host-id={attacker}");
    assert!(world.send(Request::post("/destroy").cookie(both)).await.removes_cookie());
    assert_eq!(world.store.len(), 0);
}

#[tokio::test]
async fn t8_what_reaches_no_session_does_not_win_by_order() {
    let world = world().await;
    let id = world.id(5).await;
    let other = UNKNOWN.replace('d', "e");
    for line in [
        "__Host-id={id}; __Host-id={id}",
        "__Host-id={id}; __Host-id={unknown}",
        "__Host-id={unknown}; __Host-id={id}",
        "__Host-id={unknown}; __Host-id={other}; __Host-id={id}",
        "__Host-id=rubbish; __Host-id={id}; __Host-id=",
        "__Host-id=1; __Host-id=2; __Host-id=3; __Host-id=4; __Host-id={id}",
    ] {
        let line = line.replace("{id}", &id).replace("{unknown}", UNKNOWN).replace("{other}", &other);
        assert_eq!(world.seen(&[&line]).await, FIVE, "{line}");
    }
}

#[tokio::test]
async fn t8_more_than_three_ids_are_not_even_looked_up() {
    let world = world().await;
    let id = world.id(5).await;
    world.store.forget();
    let many: Vec<_> =
        ["a", "b", "c"].iter().map(|c| format!("__Host-id={}", UNKNOWN.replace('d', c))).collect();
    logs::listen();
    assert_eq!(world.seen(&[format!("__Host-id={id}; {}", many.join("; "))]).await, ANONYMOUS);
    assert_eq!((logs::count("ambiguous"), world.store.calls()), (1, vec![]));
}

#[tokio::test]
async fn s40_s41_one_set_cookie_whatever_the_handler_did_and_the_applications_own_untouched() {
    let world = world().await;
    let ours = |reply: &Reply| -> Vec<String> {
        let lines = reply.set_cookies();
        assert_eq!(lines[..OWN.len()], OWN, "each on a line of its own, as the application wrote it");
        lines[OWN.len()..].iter().map(|line| (*line).to_owned()).collect()
    };
    for with_session_before in [false, true] {
        let mut browser = Browser::new(world.server);
        if with_session_before {
            browser.post("/visit").await;
        }
        let reply = browser.post("/everything").await;
        let lines = ours(&reply);
        assert!(
            matches!(lines.as_slice(), [one] if one.starts_with("__Host-id=") && !is_removal(one)),
            "{lines:?}"
        );
        let session: Vec<_> = lines[0].split(';').take(1).collect();
        let visits = 1 + u32::from(with_session_before);
        assert_eq!(
            world.seen(&session).await,
            format!("Some(\"ann\") {visits}"),
            "the cookie is that of the last rotation"
        );

        let reply = browser.post("/everything-and-destroy").await;
        let lines = ours(&reply);
        assert!(matches!(lines.as_slice(), [one] if is_removal(one)), "{lines:?}");
    }
    assert_eq!(world.store.len(), 0, "no id in between lives on");
    assert_eq!(world.send(Request::get("/plain")).await.set_cookies(), OWN);
}

#[tokio::test]
async fn s40_a_session_that_lived_for_one_request_only_sends_no_id() {
    let world = world().await;
    let reply = Request::post("/everything-and-destroy").send(world.server).await;
    let ours: Vec<_> =
        reply.set_cookies().into_iter().filter(|line| line.starts_with("__Host-id=")).collect();
    assert!(ours.iter().all(|line| is_removal(line)), "{ours:?}");
    assert!(ours.len() <= 1);
    assert_eq!(world.store.len(), 0);
}

#[tokio::test]
async fn s40_an_unchanged_id_is_not_sent_again() {
    let world = world().await;
    let mut browser = Browser::new(world.server);
    assert!(browser.post("/visit").await.pair().is_some());
    for _ in 0..3 {
        assert_eq!(browser.post("/visit").await.set_cookies(), Vec::<&str>::new());
    }
    assert_eq!(browser.get("/").await.body, "None 4");
    assert_eq!(world.store.calls().iter().filter(|op| **op == Op::Create).count(), 1);
}

#[tokio::test]
async fn s25_a_logout_without_our_cookie_removes_nothing() {
    let world = world().await;
    for cookie in ["", "other=1", "id=x"] {
        let reply = world.send(Request::post("/destroy").cookie(cookie)).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "{cookie}");
    }
    for cookie in ["__Host-id=", "__Host-id=rubbish", &format!("__Host-id={UNKNOWN}")] {
        assert!(world.send(Request::post("/destroy").cookie(cookie)).await.removes_cookie(), "{cookie}");
    }
}
