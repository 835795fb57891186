//! Whose session it is: ids are made by the server, die when they must, and nothing of one owner reaches the next.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::collections::BTreeSet;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::Query;
use axum::response::Redirect;
use axum::routing::{get, post};
use session_runtime::{Extra, Flash, Session, Sessions, session, with_session};
use session_tests::{Browser, Op, Reply, Request, ScriptedStore, index_of, key_of, logs, serve};

#[session]
struct Account {
    #[session(owner)]
    user: Option<String>,
    #[session(privileged)]
    admin: bool,
    #[session(keep)]
    theme: String,
    cart: Vec<String>,
    notice: Flash<String>,
    #[session(extra)]
    extra: Extra,
}

#[session(within = Account)]
struct Wizard {
    step: u32,
    #[session(keep)]
    lang: String,
}

type Params = Query<Vec<(String, String)>>;

/// Sets what the query names. An empty `user` is nobody.
#[with_session]
async fn set(session: &mut Account, wizard: Session<Wizard>, Query(params): Params) {
    for (name, value) in params {
        match name.as_str() {
            "user" => session.user = Some(value).filter(|user| !user.is_empty()),
            "admin" => session.admin = value == "true",
            "theme" => session.theme = value,
            "cart" => session.cart.push(value),
            "empty" => session.cart.clear(),
            "notice" => session.notice.set(value),
            "step" => wizard.update(|wizard| wizard.step = value.parse().unwrap()),
            "lang" => wizard.update(|wizard| wizard.lang = value),
            other => session.extra.set(other, value).unwrap(),
        }
    }
}

#[with_session]
async fn show(session: Option<&Account>, wizard: Session<Wizard>) -> String {
    let Some(Account { user, admin, theme, cart, notice, extra }) = session else {
        return "anonymous".to_owned();
    };
    let (wizard, extra): (_, Vec<_>) = (wizard.get(), extra.keys().collect());
    format!(
        "user={user:?} admin={admin} theme={theme} cart={cart:?} notice={:?} extra={extra:?} step={} lang={}",
        notice.peek(),
        wizard.step,
        wizard.lang,
    )
}

#[with_session]
async fn logout(session: &mut Account) {
    *session = Account::default();
}

async fn destroy(handle: Session<Account>) {
    handle.update(|session| session.cart.push("too late".to_owned()));
    handle.destroy();
}

async fn rotate(handle: Session<Account>) {
    handle.rotate();
}

async fn authenticated(handle: Session<Account>) {
    handle.authenticated();
}

async fn restart(handle: Session<Account>) {
    handle.restart(Account {
        user: Some("eve".to_owned()),
        cart: vec!["ring".to_owned()],
        ..Account::default()
    });
}

#[with_session]
async fn redirect(session: &mut Account) -> Redirect {
    session.cart.push("book".to_owned());
    Redirect::to("/next")
}

async fn world() -> (SocketAddr, ScriptedStore) {
    let store = ScriptedStore::new();
    let app = Router::new()
        .route("/", get(show))
        .route("/in/{id}", get(show))
        .route("/set", post(set))
        .route("/logout", post(logout))
        .route("/destroy", post(destroy))
        .route("/rotate", post(rotate))
        .route("/authenticated", post(authenticated))
        .route("/restart", post(restart))
        .route("/redirect", post(redirect))
        .layer(Sessions::<Account>::new(store.clone()).unwrap().with::<Wizard>().unwrap());
    (serve(app).await, store)
}

const EVERYTHING: &str = "/set?theme=dark&cart=book&note=x&step=3&lang=de";

async fn body_for(server: SocketAddr, cookie: &str) -> String {
    Request::get("/").cookie(cookie).send(server).await.body
}

/// Posts `to`, and makes sure that it gave a new id and that the old one is dead, seen through HTTP.
async fn assert_rotates(server: SocketAddr, browser: &mut Browser, to: &str) -> Reply {
    let old = browser.cookie().expect("a session before");
    let reply = browser.post(to).await;
    let new = reply.pair().unwrap_or_else(|| panic!("{to} gave no cookie: {reply:?}")).to_owned();
    assert_ne!(old, new, "{to}");
    assert_eq!(body_for(server, &old).await, "anonymous", "{to}: the old id lives");
    assert_ne!(body_for(server, &new).await, "anonymous", "{to}: the new id is dead");
    reply
}

#[tokio::test]
async fn s11_s13_login_gives_a_new_id_and_the_old_one_is_dead() {
    let (server, store) = world().await;
    let mut browser = Browser::new(server);
    browser.post(EVERYTHING).await;
    assert_rotates(server, &mut browser, "/set?user=ann").await;
    let shown = browser.get("/").await.body;
    let expected = "user=Some(\"ann\") admin=false theme=dark cart=[\"book\"] notice=None extra=[\"note\"] step=3 lang=de";
    assert_eq!(shown, expected, "a login keeps what the visitor had");
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn s11_re_authentication_of_the_same_owner_gives_a_new_id() {
    let (server, store) = world().await;
    let mut browser = Browser::new(server);
    browser.post("/set?user=ann&cart=book").await;
    assert_rotates(server, &mut browser, "/authenticated").await;
    assert_rotates(server, &mut browser, "/rotate").await;
    assert!(browser.get("/").await.body.contains("cart=[\"book\"]"));
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn s12_a_privilege_that_is_gained_or_lost_gives_a_new_id() {
    let (server, _) = world().await;
    let mut browser = Browser::new(server);
    browser.post("/set?user=ann").await;
    assert_rotates(server, &mut browser, "/set?admin=true").await;
    assert!(browser.get("/").await.body.contains("admin=true"));
    assert_rotates(server, &mut browser, "/set?admin=false").await;
    assert!(browser.get("/").await.body.contains("user=Some(\"ann\") admin=false"));
}

#[tokio::test]
async fn t30_a_switch_of_user_wipes_what_the_first_one_left() {
    let (server, store) = world().await;
    let mut browser = Browser::new(server);
    browser.post(EVERYTHING).await;
    browser.post("/set?user=ann").await;
    assert_rotates(server, &mut browser, "/set?user=bob&admin=true&notice=hi&cart=pen&mine=1&step=9").await;
    // kept: `keep`, `owner`, `privileged` and a message set now; the rest goes, even what this request set
    let expected =
        "user=Some(\"bob\") admin=true theme=dark cart=[] notice=Some(\"hi\") extra=[] step=0 lang=de";
    assert_eq!(browser.get("/").await.body, expected);
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn t30_a_switch_of_user_does_not_hand_on_a_privilege_or_a_message_of_the_first() {
    let (server, _) = world().await;
    let mut browser = Browser::new(server);
    browser.post("/set?user=ann&admin=true&notice=private").await;
    let expected = "user=Some(\"bob\") admin=false theme= cart=[] notice=None extra=[] step=0 lang=";
    browser.post("/set?user=bob").await;
    assert_eq!(browser.get("/").await.body, expected);
    // a plain value cannot say "set again to the same": that is not bob's privilege either, so it fails closed
    browser.post("/set?user=ann&admin=true").await;
    browser.post("/set?user=bob&admin=true").await;
    assert_eq!(browser.get("/").await.body, expected);
}

#[tokio::test]
async fn t30_losing_the_owner_wipes_what_belonged_to_them() {
    let (server, store) = world().await;
    let mut browser = Browser::new(server);
    browser.post(EVERYTHING).await;
    browser.post("/set?user=ann").await;
    assert_rotates(server, &mut browser, "/set?user=").await;
    let expected = "user=None admin=false theme=dark cart=[] notice=None extra=[] step=0 lang=de";
    assert_eq!(browser.get("/").await.body, expected);
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn restart_leaves_nothing_but_the_value_it_names() {
    let (server, store) = world().await;
    let mut browser = Browser::new(server);
    browser.post(EVERYTHING).await;
    browser.post("/set?user=ann&notice=private").await;
    assert_rotates(server, &mut browser, "/restart").await;
    let expected = "user=Some(\"eve\") admin=false theme= cart=[\"ring\"] notice=None extra=[] step=0 lang=";
    assert_eq!(browser.get("/").await.body, expected);
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn t27_the_default_value_on_a_logged_in_session_is_a_logout() {
    for path in ["/logout", "/destroy"] {
        let (server, store) = world().await;
        let mut browser = Browser::new(server);
        browser.post("/set?theme=dark").await; // `keep` does not outlive a logout
        let login = browser.post("/set?user=ann").await;
        let old = browser.cookie().unwrap();
        let reply = browser.post(path).await;
        assert_eq!(browser.cookie(), None);
        assert_eq!(store.len(), 0);
        assert_eq!(body_for(server, &old).await, "anonymous");
        // S25: the same attributes as it was set with, and the past
        let attributes = |line: &str| line.split_once(';').unwrap().1.to_owned();
        let removal =
            attributes(login.set_cookie().unwrap()) + "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        assert_eq!(attributes(reply.set_cookie().unwrap()), removal);
        assert!(reply.set_cookie().unwrap().starts_with("__Host-id=;"));
    }
}

#[tokio::test]
async fn t27_clearing_a_field_is_stored_and_an_emptied_anonymous_session_stays() {
    let (server, store) = world().await;
    let mut browser = Browser::new(server);
    browser.post("/set?cart=book").await;
    store.forget();
    let reply = browser.post("/set?empty=").await;
    assert_eq!(store.calls(), [Op::Load, Op::Update]);
    assert_eq!(reply.set_cookies(), Vec::<&str>::new());
    let expected = "user=None admin=false theme= cart=[] notice=None extra=[] step=0 lang=";
    assert_eq!(browser.get("/").await.body, expected);
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn t4_s6_s7_t6_a_client_chosen_id_is_never_adopted() {
    let unknown = "dW5rbm93bi11bmtub3duLXVua25vd24tdW5rbm93bi0";
    let (zeros, long) = ("A".repeat(43), unknown.repeat(100));
    let chosen =
        ["", " ", "0xhax", unknown, &unknown[1..], &zeros, &long, "../../etc/passwd", "%41%41", "\u{fc}nter"];
    for id in chosen {
        let (server, store) = world().await;
        let planted = format!("__Host-id={id}");
        let mut victim = Browser::new(server);
        victim.plant(&planted);
        logs::listen();
        assert_eq!(victim.get("/").await.body, "anonymous", "{id:?}");
        assert_eq!(logs::count("unknown_id"), usize::from(id == unknown), "{id:?}");
        assert_eq!((store.len(), store.calls().len()), (0, usize::from(id == unknown)), "{id:?}");

        let reply = victim.post("/set?user=ann").await;
        let issued = reply.pair().unwrap().strip_prefix("__Host-id=").unwrap().to_owned();
        assert_ne!(issued, id);
        let attacker = Request::get("/").cookie(&planted).send(server).await;
        assert_eq!((attacker.body.as_str(), attacker.set_cookies().len()), ("anonymous", 0), "{id:?}");
        assert_eq!(store.len(), 1);
        assert!(id.len() < 4 || !logs::heard().contains(id), "a presented id is in the log");
        if id == unknown {
            let asked = key_of(id);
            let used = store.keys().into_iter().map(|key| *key.as_bytes());
            let created: BTreeSet<_> = used.filter(|key| *key != asked).collect();
            assert_eq!(created, BTreeSet::from([key_of(&issued), index_of("\"ann\"")]));
        }
    }
}

#[tokio::test]
async fn t4_an_attackers_own_session_planted_before_a_login_ends_with_it() {
    let (server, store) = world().await;
    let mut attacker = Browser::new(server);
    attacker.post("/set?cart=bait").await;
    let planted = attacker.cookie().unwrap();
    let mut victim = Browser::new(server);
    victim.plant(&planted);
    victim.post("/set?user=ann").await;
    assert_ne!(victim.cookie().unwrap(), planted);
    let seen = attacker.get("/").await;
    assert_eq!((seen.body.as_str(), seen.set_cookies().len()), ("anonymous", 0));
    assert_eq!(attacker.post("/set?cart=more").await.status, 409);
    assert!(victim.get("/").await.body.contains("cart=[\"bait\"]"));
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn s8_s75_an_id_counts_only_in_a_cookie_and_is_never_in_a_location() {
    let (server, store) = world().await;
    let mut browser = Browser::new(server);
    browser.post("/set?user=ann").await;
    let pair = browser.cookie().unwrap();
    let id = pair.split_once('=').unwrap().1;
    store.forget();
    let elsewhere = [
        Request::get(&format!("/?{pair}&id={id}")),
        Request::get(&format!("/in/{id}")),
        Request::get(&format!("/in/x;{pair}")),
        Request::get("/").line(format!("__Host-id: {id}")).line(format!("authorization: Bearer {id}")),
        Request::get("/").line(format!("set-cookie: {pair}")).line(format!("cookie2: {pair}")),
        Request::get("/").line("content-type: application/x-www-form-urlencoded").body(&pair),
    ];
    for request in elsewhere {
        assert_eq!(request.send(server).await.body, "anonymous", "{request:?}");
    }
    assert_eq!(store.calls(), []);

    let reply = Browser::new(server).post("/redirect").await;
    assert!(reply.pair().is_some());
    assert_eq!(reply.value("location"), Some("/next"));
}

#[tokio::test]
async fn s3_an_id_that_exists_already_is_not_used() {
    let (server, store) = world().await;
    let mut first = Browser::new(server);
    first.post("/set?user=ann").await;
    store.collide(2);
    let mut second = Browser::new(server);
    assert_eq!(second.post("/set?cart=book").await.status, 200);
    store.collide(2);
    assert_rotates(server, &mut second, "/set?user=bob").await;
    assert_eq!(store.len(), 2);
    assert!(first.get("/").await.body.starts_with("user=Some(\"ann\")"));

    // a random source that only repeats itself must not keep the server busy for ever
    store.collide(usize::MAX);
    let reply = Request::post("/set?cart=book").send(server).await;
    assert_eq!((reply.status, reply.set_cookies().len(), store.len()), (503, 0, 2));
}

#[tokio::test]
async fn s4_s5_the_cookie_is_a_generic_name_and_43_random_characters() {
    let (server, _) = world().await;
    let (mut one, mut two) = (Browser::new(server), Browser::new(server));
    one.post("/set?user=ann").await;
    two.post("/set?user=ann").await;
    let ids = [one, two].map(|b| b.cookie().unwrap().strip_prefix("__Host-id=").unwrap().to_owned());
    assert_ne!(ids[0], ids[1]);
    let alphabet = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    assert!(ids.iter().all(|id| id.len() == 43 && id.chars().all(alphabet)));
    // two ids of the same moment and the same user have nothing in common: a shared prefix of 8 characters is one in 2^48
    assert_ne!(ids[0][..8], ids[1][..8]);
}
