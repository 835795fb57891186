//! Several layers in one application: of one type, and of different types.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use axum::Router;
use axum::extract::Request as AxumRequest;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use session_runtime::{Session, Sessions, session, with_session};
use session_tests::{Browser, Op, ScriptedStore, serve};

#[session]
struct Shop {
    #[session(merge = add)]
    visits: u32,
}

#[session(cookie = "__Host-admin", same_site = "strict")]
struct Admin {
    #[session(owner)]
    user: Option<String>,
    visits: u32,
}

#[with_session]
async fn visit(session: &mut Shop) -> String {
    session.visits += 1;
    session.visits.to_string()
}

#[with_session]
async fn admin(session: &mut Admin) -> String {
    session.visits += 1;
    session.visits.to_string()
}

#[with_session]
async fn both(session: &mut Shop, admin: Session<Admin>) -> String {
    session.visits += 1;
    admin.update(|admin| admin.visits += 1);
    format!("{} {}", session.visits, admin.get().visits)
}

async fn admin_logout(handle: Session<Admin>) {
    handle.destroy();
}

/// A middleware that has a session argument of its own, and changes it before and after the handler.
async fn count_twice(handle: Session<Shop>, request: AxumRequest, next: Next) -> Response {
    handle.update(|shop| shop.visits += 100);
    let response = next.run(request).await;
    handle.update(|shop| shop.visits += 1000);
    response
}

#[tokio::test]
async fn t43_two_layers_of_one_type_load_once_save_once_and_set_one_cookie() {
    let store = ScriptedStore::new();
    let sessions = Sessions::<Shop>::new(store.clone()).unwrap();
    let inner = Router::new().route("/visit", post(visit)).layer(sessions.clone());
    let app = Router::new()
        .nest("/shop", inner)
        .route("/visit", post(visit))
        .layer(sessions.clone())
        .layer(sessions);
    let mut browser = Browser::new(serve(app).await);
    let reply = browser.post("/shop/visit").await;
    assert_eq!((reply.body.as_str(), reply.set_cookies().len()), ("1", 1));
    assert_eq!(reply.values("vary"), ["Cookie"]);
    assert_eq!(store.calls(), [Op::Create]);
    for (target, expected) in [("/shop/visit", "2"), ("/visit", "3")] {
        store.forget();
        let reply = browser.post(target).await;
        assert_eq!((reply.body.as_str(), reply.set_cookies().len()), (expected, 0));
        assert_eq!(store.calls(), [Op::Load, Op::Update], "{target}");
    }
}

#[tokio::test]
async fn t43_of_two_layers_with_different_stores_the_outer_one_does_all_the_work() {
    let (outer, inner) = (ScriptedStore::new(), ScriptedStore::new());
    let app = Router::new()
        .route("/visit", post(visit))
        .layer(Sessions::<Shop>::new(inner.clone()).unwrap())
        .layer(Sessions::<Shop>::new(outer.clone()).unwrap());
    let mut browser = Browser::new(serve(app).await);
    browser.post("/visit").await;
    assert_eq!(browser.post("/visit").await.body, "2");
    assert_eq!(outer.calls(), [Op::Create, Op::Load, Op::Update]);
    assert_eq!(inner.calls(), []);
}

#[tokio::test]
async fn t43_a_middleware_and_a_handler_share_one_load_and_one_save() {
    let store = ScriptedStore::new();
    let app = Router::new()
        .route("/visit", post(visit))
        .layer(from_fn(count_twice))
        .layer(Sessions::<Shop>::new(store.clone()).unwrap());
    let mut browser = Browser::new(serve(app).await);
    assert_eq!(browser.post("/visit").await.body, "101");
    store.forget();
    assert_eq!(browser.post("/visit").await.body, "1202");
    assert_eq!(store.calls(), [Op::Load, Op::Update]);
}

#[tokio::test]
async fn t43_two_types_side_by_side_have_each_their_own_cookie_record_and_end() {
    let (shops, admins) = (ScriptedStore::new(), ScriptedStore::new());
    let app = Router::new()
        .route("/visit", post(visit))
        .route("/admin", post(admin))
        .route("/both", post(both))
        .route("/plain", get(async || ""))
        .route("/admin/logout", post(admin_logout))
        .layer(Sessions::<Shop>::new(shops.clone()).unwrap())
        .layer(Sessions::<Admin>::new(admins.clone()).unwrap());
    let mut browser = Browser::new(serve(app).await);
    assert!(browser.post("/visit").await.pair().unwrap().starts_with("__Host-id="));
    assert_eq!((shops.calls(), admins.calls()), (vec![Op::Create], vec![]));
    let reply = browser.post("/both").await;
    assert_eq!(reply.body, "2 1");
    assert!(reply.set_cookie().unwrap().starts_with("__Host-admin="), "only the new one");
    assert!(reply.set_cookie().unwrap().contains("SameSite=Strict"));
    assert_eq!(reply.values("vary"), ["Cookie"]);
    assert_eq!(browser.post("/admin").await.body, "2");

    let reply = browser.post("/admin/logout").await;
    assert!(reply.removes_cookie() && reply.set_cookie().unwrap().starts_with("__Host-admin=;"));
    assert_eq!((shops.len(), admins.len()), (1, 0));
    assert_eq!(browser.post("/visit").await.body, "3");

    // both new at once: one cookie each
    let mut visitor = browser.clone();
    visitor.plant("__Host-id=");
    let reply = visitor.post("/both").await;
    let mut names: Vec<_> =
        reply.set_cookies().into_iter().filter_map(|line| line.split('=').next()).collect();
    names.sort_unstable();
    assert_eq!(names, ["__Host-admin", "__Host-id"]);
}

/// A second kind of session with an owner, as an admin area beside a shop has.
#[session]
struct Customer {
    #[session(owner)]
    user: Option<String>,
}

#[tokio::test]
async fn s71_t13_an_id_of_one_session_type_is_nothing_to_another_in_the_same_store() {
    #[with_session]
    async fn who(session: &Admin) -> String {
        session.user.clone().unwrap_or_default()
    }
    let store = ScriptedStore::new();
    let customers = Sessions::<Customer>::new(store.clone()).unwrap();
    let app = Router::new().route("/", get(who)).layer(Sessions::<Admin>::new(store.clone()).unwrap());
    let server = serve(app.layer(customers.clone())).await;
    let customer = customers.issue(Customer { user: Some("ann".to_owned()) }).await.unwrap();
    let mut browser = Browser::new(server);
    browser.plant(&customer.cookie().replace("__Host-id", "__Host-admin"));
    assert_eq!(browser.get("/").await.body, "");
    assert_eq!(customers.edit(customer.token(), |c| c.user.clone()).await.unwrap().as_deref(), Some("ann"));
}

#[tokio::test]
async fn s70_a_change_through_the_handle_may_use_the_handle() {
    #[with_session]
    async fn recursive(session: &Shop, handle: Session<Shop>) -> String {
        let seen = session.visits;
        handle.update(|outer| {
            outer.visits += 10;
            handle.update(|inner| inner.visits += 100);
            handle.get().visits
        });
        format!("{seen} {}", handle.get().visits)
    }
    let app =
        Router::new().route("/", get(recursive)).layer(Sessions::<Shop>::new(ScriptedStore::new()).unwrap());
    let mut browser = Browser::new(serve(app).await);
    // the field's policy holds within a request, too
    assert_eq!(browser.get("/").await.body, "0 110");
    assert_eq!(browser.get("/").await.body, "110 220");
}
