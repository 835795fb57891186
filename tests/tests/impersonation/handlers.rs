//! What else the handler does that begins or ends it.

use std::sync::{LazyLock, Mutex};

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::post;
use session_runtime::{Impersonator, Session, with_session};
use session_tests::Gate;

use crate::world::{AS_ANN, Answer, Basket, OWN, Shop, on_every_store, told};

/// Changes, hands in, becomes somebody else, and changes more through the handle.
#[with_session]
async fn staged(session: &mut Shop, handle: Session<Shop>, Path(user): Path<String>) -> Answer {
    session.note = "staged".into();
    session.scratch = 7;
    handle.stage(session);
    handle.impersonate(&user).await.map_err(|error| told(&error))?;
    handle.update(|shop| shop.notice.set(format!("you are {user}")));
    // the copy is what it was
    Ok(format!("{} {}", session.note, handle.get().scratch))
}

/// Hands nothing in.
#[with_session]
async fn unstaged(session: &mut Shop, handle: Session<Shop>, Path(user): Path<String>) -> Answer {
    session.note = "lost".into();
    handle.impersonate(&user).await.map_err(|error| told(&error))?;
    Ok("never".into())
}

/// Changes its old copy afterwards.
#[with_session]
async fn late(session: &mut Shop, handle: Session<Shop>, Path(what): Path<String>) -> Answer {
    handle.stage(session);
    handle.impersonate(&"ann".to_owned()).await.map_err(|error| told(&error))?;
    match what.as_str() {
        "note" => session.note = "his, not hers".into(),
        "staff" => session.staff = false,
        "user" => session.user = None,
        _ => session.theme = "late".into(),
    }
    Ok(String::new())
}

/// From a section, and through a handle of it.
#[with_session]
async fn section(session: &Basket, handle: Session<Basket>) -> Answer {
    let before = session.items.join(",");
    handle.update(|basket| basket.items.push("more".into()));
    handle.impersonate(&"ann".to_owned()).await.map_err(|error| told(&error))?;
    let during = handle.get().items.len();
    handle.stop_impersonating().await.map_err(|error| told(&error))?;
    Ok(format!("{before} {during} {}", handle.get().items.join(",")))
}

async fn fails(handle: Session<Shop>) -> StatusCode {
    handle.impersonate(&"ann".to_owned()).await.unwrap();
    handle.update(|shop| shop.note = "dropped".into());
    StatusCode::INTERNAL_SERVER_ERROR
}

static LENT: LazyLock<Mutex<Option<Impersonator<String>>>> = LazyLock::new(Mutex::default);

#[with_session]
async fn lend(session: &Shop) {
    LENT.lock().unwrap().clone_from(&session.admin);
}

#[with_session]
async fn borrow(session: &mut Shop) {
    session.admin.clone_from(&LENT.lock().unwrap());
}

pub(crate) fn routes() -> Router<Gate> {
    Router::new()
        .route("/staged/{user}", post(staged))
        .route("/unstaged/{user}", post(unstaged))
        .route("/late/{what}", post(late))
        .route("/section", post(section))
        .route("/fails", post(fails))
        .route("/lend", post(lend))
        .route("/borrow", post(borrow))
}

#[tokio::test]
async fn what_was_handed_in_before_is_the_administrators_and_what_comes_after_the_users() {
    on_every_store(async |world| {
        let of = world.kind;
        let mut browser = world.logged_in("root").await;
        browser.post("/fill/own").await;
        let reply = browser.post("/staged/ann").await;
        assert_eq!((reply.status, &*reply.body), (200, "staged 7"), "{of:?}");
        assert_eq!(reply.set_cookies().len(), 1, "{of:?}");
        assert_eq!(world.seen_by(&browser).await, AS_ANN, "{of:?}");
        assert_eq!(browser.get("/notice").await.body, "you are ann", "{of:?}");
        browser.post("/back").await;
        assert_eq!(world.seen_by(&browser).await, OWN.replace("note=own", "note=staged"), "{of:?}");
        assert_eq!(browser.get("/notice").await.body, "own", "{of:?}");
    })
    .await;
}

#[tokio::test]
async fn what_was_not_handed_in_is_not_left_out_unseen() {
    on_every_store(async |world| {
        let of = world.kind;
        let mut browser = world.logged_in("root").await;
        browser.post("/fill/own").await;
        let reply = browser.post("/unstaged/ann").await;
        assert_eq!((reply.status, &*reply.body), (500, "config"), "{of:?}");
        assert_eq!(world.seen_by(&browser).await, OWN, "{of:?}");
        // a copy of before is the administrator's, and what it changes is not the user's
        for what in ["note", "staff", "user", "theme"] {
            let reply = browser.post(&format!("/late/{what}")).await;
            let (status, theme) = if what == "theme" { (200, "late") } else { (409, "own") };
            assert_eq!(reply.status, status, "{of:?} {what}");
            assert_eq!(reply.set_cookies().len(), 1, "{of:?} {what}: it is ann's all the same");
            assert_eq!(world.seen_by(&browser).await, AS_ANN.replace("theme=own", &format!("theme={theme}")));
            assert_eq!(browser.post("/back").await.status, 200, "{of:?} {what}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_section_is_put_aside_too_and_comes_back_within_one_request() {
    on_every_store(async |world| {
        let mut browser = world.logged_in("root").await;
        browser.post("/fill/own").await;
        let reply = browser.post("/section").await;
        assert_eq!((reply.status, &*reply.body), (200, "own 0 own,more"), "{:?}", world.kind);
        assert_eq!(reply.set_cookies().len(), 1, "{:?}", world.kind);
        assert_eq!(world.seen_by(&browser).await, OWN.replace("items=own", "items=own,more"));
    })
    .await;
}

#[tokio::test]
async fn it_has_begun_whatever_becomes_of_the_request() {
    on_every_store(async |world| {
        let of = world.kind;
        let mut browser = world.logged_in("root").await;
        browser.post("/fill/own").await;
        let reply = browser.post("/fails").await;
        assert_eq!((reply.status, reply.set_cookies().len()), (500, 1), "{of:?}");
        assert_eq!(world.seen_by(&browser).await, AS_ANN, "{of:?}");
        assert_eq!(browser.post("/back").await.status, 200, "{of:?}");
        assert_eq!(world.seen_by(&browser).await, OWN, "{of:?}");
    })
    .await;
}
