//! What is in the record: sections, the dictionary side, and structs that change between two deployments.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use session_runtime::{Extra, MemoryStore, Secret, Session, Sessions, session, with_session};
use session_tests::{Browser, Gate, Moment, Op, ScriptedStore, logs, patiently, serve};

#[session]
struct Shop {
    name: String,
    #[session(alias = "old_theme")]
    theme: String,
    #[session(extra)]
    extra: Extra,
}

#[session(within = Shop)]
struct Cart {
    items: Vec<String>,
    #[session(rename = "n")]
    count: u32,
}

mod other {
    use super::Shop;

    #[session_runtime::session(within = Shop)]
    pub(crate) struct Cart {
        pub(crate) x: u32,
    }
}

#[with_session]
async fn show(session: &Shop, cart: Session<Cart>) -> String {
    let (cart, extra): (_, Vec<_>) = (cart.get(), session.extra.iter().collect());
    format!("{} {} {:?} {} {extra:?}", session.name, session.theme, cart.items, cart.count)
}

#[with_session]
async fn add(session: &mut Cart, Path(item): Path<String>) {
    session.items.push(item);
    session.count += 1;
}

#[with_session]
async fn name(session: &mut Shop, Path(name): Path<String>) {
    session.name = name;
}

#[with_session]
async fn set(session: &mut Shop, Path((key, value)): Path<(String, u32)>) -> String {
    session.extra.set(key, value).map_or_else(|error| error.to_string(), |()| "set".to_owned())
}

#[with_session]
async fn slow_set(session: &mut Shop, State(gate): State<Gate>, Path(key): Path<String>) {
    gate.pass().await;
    session.extra.set(key, "slow").unwrap();
}

#[with_session]
async fn pop(session: &mut Shop, Path(key): Path<String>) -> String {
    format!("{:?} {:?}", session.extra.pop::<u32>(&key), session.extra.contains(&key))
}

#[with_session]
async fn clear(session: &mut Shop) {
    session.extra.clear();
}

async fn world() -> (ScriptedStore, Gate, Browser) {
    let (store, gate) = (ScriptedStore::new(), Gate::default());
    let app = Router::new()
        .route("/", get(show))
        .route("/add/{item}", post(add))
        .route("/name/{name}", post(name))
        .route("/set/{key}/{value}", post(set))
        .route("/slow/{key}", post(slow_set))
        .route("/pop/{key}", post(pop))
        .route("/clear", post(clear))
        .with_state(gate.clone())
        .layer(Sessions::<Shop>::new(store.clone()).unwrap().with::<Cart>().unwrap());
    (store, gate, Browser::new(serve(app).await))
}

#[tokio::test]
async fn a_section_lives_in_the_roots_record_under_the_roots_cookie() {
    let (store, _, mut browser) = world().await;
    assert!(browser.post("/add/sock").await.pair().unwrap().starts_with("__Host-id="));
    assert_eq!(browser.post("/name/ann").await.set_cookies(), Vec::<&str>::new());
    assert_eq!((store.len(), store.calls()), (1, vec![Op::Create, Op::Load, Op::Update]));
    assert_eq!(
        browser.get("/").await.body,
        "ann  [\"sock\"] 1 []",
        "the dictionary does not show what a section owns"
    );
}

#[tokio::test]
async fn a_write_to_a_section_and_one_to_the_root_at_once_both_stay() {
    let (store, _, mut browser) = world().await;
    browser.post("/name/ann").await;
    let gate = store.pause(Moment::Before(Op::Update));
    let mut late = browser.clone();
    let running = tokio::spawn(async move { late.post("/add/sock").await });
    gate.reached().await;
    browser.post("/name/bob").await;
    gate.open();
    assert_eq!(patiently("the section", running).await.unwrap().status, 200);
    assert_eq!(browser.get("/").await.body, "bob  [\"sock\"] 1 []");
}

#[test]
fn a_doubled_section_name_and_a_root_as_a_section_are_refused_at_start() {
    let sessions = || Sessions::<Shop>::new(MemoryStore::new()).unwrap();
    assert!(sessions().with::<Cart>().unwrap().with::<Cart>().unwrap_err().is_config());
    assert!(sessions().with::<Cart>().unwrap().with::<other::Cart>().unwrap_err().is_config());
    assert!(sessions().with::<Shop>().unwrap_err().is_config());
    assert_eq!(other::Cart { x: 1 }.x, 1);
}

#[tokio::test]
async fn the_dictionary_holds_every_key_that_nothing_else_claims() {
    let (_, _, mut browser) = world().await;
    assert_eq!(browser.post("/set/lang/7").await.body, "set");
    assert_eq!(browser.post("/set/unit/8").await.body, "set");
    assert_eq!(browser.get("/").await.body, r#"  [] 0 [("lang", Number(7)), ("unit", Number(8))]"#);
    for claimed in
        ["name", "theme", "old_theme", "extra_is_free_but_this_is_not", "cart.items", "cart.made_up"]
    {
        let free = claimed.starts_with("extra");
        assert_eq!(browser.post(&format!("/set/{claimed}/1")).await.body == "set", free, "{claimed}");
    }
    assert_eq!(browser.post("/pop/lang").await.body, "Ok(Some(7)) false");
    assert_eq!(browser.post("/pop/lang").await.body, "Ok(None) false");
    browser.post("/name/ann").await;
    browser.post("/clear").await;
    assert_eq!(browser.get("/").await.body, "ann  [] 0 []", "clearing it leaves the fields");
}

#[tokio::test]
async fn keys_of_the_dictionary_merge_one_by_one() {
    let (_, gate, mut browser) = world().await;
    browser.post("/set/both/1").await;
    let mut late = browser.clone();
    let running = tokio::spawn(async move { late.post("/slow/theirs").await });
    gate.reached().await;
    browser.post("/set/ours/2").await;
    browser.post("/set/both/3").await;
    gate.open();
    assert_eq!(patiently("the other", running).await.unwrap().status, 200);
    let expected = r#"  [] 0 [("both", Number(3)), ("ours", Number(2)), ("theirs", String("slow"))]"#;
    assert_eq!(browser.get("/").await.body, expected);
}

/// The same session before and after a deployment.
mod before {
    #[session_runtime::session]
    pub(crate) struct Account {
        #[session(owner)]
        pub(crate) user: Option<String>,
        pub(crate) colour: String,
        pub(crate) size: String,
        pub(crate) dropped: u32,
        #[session(skip)]
        pub(crate) scratch: u32,
    }
}

mod after {
    #[session_runtime::session]
    pub(crate) struct Account {
        #[session(owner)]
        pub(crate) user: Option<String>,
        #[session(alias = "color", alias = "colour")]
        pub(crate) tint: String,
        #[session(rename = "size")]
        pub(crate) width: u32,
        #[session(default = 7)]
        pub(crate) added: u32,
    }
}

#[tokio::test]
async fn t42_a_struct_may_change_between_deployments_and_back() {
    let store = MemoryStore::new();
    let old = Sessions::<before::Account>::new(store.clone()).unwrap();
    let new = Sessions::<after::Account>::new(store).unwrap();
    let value = before::Account {
        user: Some("ann".to_owned()),
        colour: "red".to_owned(),
        size: "large".to_owned(),
        dropped: 5,
        scratch: 9,
    };
    let token = old.issue(value).await.unwrap().token().clone();
    old.edit(&token, |account| assert_eq!(account.scratch, 0, "never stored")).await.unwrap();

    logs::listen();
    let seen = new.edit(&token, |a| (a.user.clone(), a.tint.clone(), a.width, a.added)).await.unwrap();
    assert_eq!(seen, (Some("ann".to_owned()), "red".to_owned(), 0, 7), "what does not decode is reset alone");
    assert!(logs::count("field_reset") >= 1 && logs::heard().contains("size"));

    new.edit(&token, |account| account.tint = "blue".to_owned()).await.unwrap();
    let seen = new.edit(&token, |account| account.tint.clone()).await.unwrap();
    assert_eq!(seen, "blue", "the earlier key does not win over the present one");
    let seen = old.edit(&token, |a| (a.dropped, a.size.clone(), a.colour.clone())).await.unwrap();
    assert_eq!(
        seen,
        (5, "large".to_owned(), String::new()),
        "what the newer version does not know, it leaves alone"
    );
}

/// The same key, decoded as what it never was.
mod unreadable {
    use session_runtime::{Secret, session};

    #[session]
    pub(crate) struct Owner {
        #[session(owner)]
        pub(crate) user: Option<u32>,
        pub(crate) note: String,
    }

    #[session]
    pub(crate) struct Privileged {
        #[session(privileged)]
        pub(crate) user: bool,
        pub(crate) note: String,
    }

    #[session]
    pub(crate) struct Hidden {
        pub(crate) user: Secret<u32>,
        pub(crate) note: String,
    }
}

macro_rules! unusable {
    ($test:ident, $root:ty) => {
        #[tokio::test]
        async fn $test() {
            #[with_session]
            async fn write(session: &mut $root) {
                session.note = "changed".to_owned();
            }

            #[with_session]
            async fn read(session: Option<&$root>) -> String {
                session.is_some().to_string()
            }

            let store = ScriptedStore::new();
            let old = Sessions::<before::Account>::new(store.clone()).unwrap();
            let value = before::Account { user: Some("ann".to_owned()), ..before::Account::default() };
            let issued = old.issue(value).await.unwrap();
            store.forget();
            let layer = Sessions::<$root>::new(store.clone()).unwrap();
            let app = Router::new().route("/", get(read)).route("/", post(write)).layer(layer);
            let mut browser = Browser::new(serve(app).await);
            browser.plant(issued.cookie());
            logs::listen();
            let reply = browser.get("/").await;
            assert_eq!((reply.body.as_str(), reply.set_cookies().len()), ("false", 0));
            assert!(logs::heard().contains("event=\"unusable\"") && !logs::heard().contains("ann"));
            let reply = browser.post("/").await;
            assert_eq!((reply.status, reply.set_cookies().len()), (409, 0));
            assert_eq!(
                (store.calls(), store.len()),
                (vec![Op::Load, Op::Load], 1),
                "the record is left alone"
            );
            let user = old.edit(issued.token(), |account| account.user.clone()).await.unwrap();
            assert_eq!(user.as_deref(), Some("ann"));
        }
    };
}

unusable!(t42_an_owner_that_does_not_decode_makes_the_request_anonymous, unreadable::Owner);
unusable!(t42_a_privilege_that_does_not_decode_makes_the_request_anonymous, unreadable::Privileged);
unusable!(t42_a_secret_that_does_not_decode_makes_the_request_anonymous, unreadable::Hidden);

#[test]
fn a_secret_is_read_only_where_it_is_exposed() {
    assert_eq!(unreadable::Hidden { user: Secret::new(5), note: String::new() }.user.expose(), &5);
}
