//! Which requests must prove themselves, and that nothing happens before they have.

use axum::Router;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use session_runtime::{MemoryStore, Refused, Sessions};
use session_tests::wire::Request;
use session_tests::{Browser, Op, logs, serve};

use super::world::*;

#[tokio::test]
async fn s28_an_unsafe_request_of_a_live_session_needs_the_token() {
    let (mut world, token) = logged_in().await;
    logs::listen();
    for target in ["/write", "/bare", "/section", "/guarded", "/attempt", "/promote", "/login"] {
        assert_refused(&world.browser.post(target).await);
    }
    for method in ["PUT", "PATCH", "DELETE", "QUERY", "get"] {
        assert_refused(&world.browser.send(Request::new(method, "/write")).await);
        assert_refused(&world.browser.send(Request::new(method, "/plain")).await);
    }
    assert!(world.store.calls().iter().all(|op| *op == Op::Load), "{:?}", world.store.calls());
    let heard = logs::heard();
    assert!(heard.contains("event=\"csrf_refused\"") && !heard.contains(&token), "{heard}");
    assert_eq!(world.browser.get("/page").await.body.split_once(' ').unwrap().1, "Some(\"ann\") ");
    for target in ["/write", "/bare", "/section", "/guarded", "/attempt"] {
        assert_eq!(post_with(&mut world.browser, target, &token).await.status, 200, "{target}");
    }
    assert_eq!(world.browser.get("/page").await.body.split_once(' ').unwrap().1, "Some(\"ann\") +bare");
}

#[tokio::test]
async fn s28_safe_methods_need_none() {
    let (mut world, _) = logged_in().await;
    for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
        assert_eq!(world.browser.send(Request::new(method, "/plain")).await.status, 200, "{method}");
    }
}

#[tokio::test]
async fn s28_what_is_not_quite_the_token_is_not_it() {
    let (mut world, token) = logged_in().await;
    let other = first_word(&Browser::new(world.browser.server()).get("/page").await);
    let flipped =
        if token.starts_with('A') { token.replacen('A', "B", 1) } else { format!("A{}", &token[1..]) };
    for wrong in
        ["", "x", &token[1..], &format!("{token}="), &"A".repeat(86), &"A".repeat(20_000), &other, &flipped]
    {
        assert_refused(&post_with(&mut world.browser, "/write", wrong).await);
    }
    let lines = [format!("x-csrf-token: {token}"), format!("X-Csrf-Token: {token}")];
    let twice = Request::post("/write").line(&lines[0]).line(&lines[1]);
    assert_refused(&world.browser.send(twice).await);
    let as_cookie = Request::post("/write").line(format!("cookie: x-csrf-token={token}"));
    assert_refused(&world.browser.send(as_cookie).await);
    assert_refused(&world.browser.post(&format!("/write?csrf={token}&x-csrf-token={token}")).await);
    assert_eq!(post_with(&mut world.browser, "/write", &token).await.status, 200);
}

#[tokio::test]
async fn s28_an_anonymous_request_has_nothing_to_prove() {
    let mut world = world().await;
    assert_eq!(world.browser.post("/write").await.status, 200);
    let mut nobody = Browser::new(world.browser.server());
    nobody.plant("__Host-id=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    assert_eq!(nobody.post("/attempt").await.status, 200);
    assert_refused(&world.browser.post("/write").await);
}

#[tokio::test]
async fn s28_what_another_site_sent_is_refused_with_and_without_a_session() {
    let (mut world, token) = logged_in().await;
    let from = |site: &str, target: &str| {
        Request::post(target).line(format!("sec-fetch-site: {site}")).line(format!("x-csrf-token: {token}"))
    };
    world.store.forget();
    for target in ["/write", "/form", "/bare", "/guarded"] {
        assert_refused(&world.browser.send(from("cross-site", target)).await);
        // login CSRF: somebody else's login is refused, too
        assert_refused(&Browser::new(world.browser.server()).send(from("cross-site", target)).await);
    }
    assert_eq!(world.store.calls(), [], "not even loaded");
    for site in ["same-origin", "same-site", "none"] {
        assert_eq!(world.browser.send(from(site, "/write")).await.status, 200, "{site}");
    }
    assert_refused(&world.browser.send(Request::post("/write").line("sec-fetch-site: same-origin")).await);
    let link = Request::get("/page").line("sec-fetch-site: cross-site");
    assert_eq!(world.browser.send(link).await.status, 200, "a link from elsewhere is followed");
    assert_eq!(world.browser.send(from("cross-site", "/webhook")).await.body, "true");
}

#[tokio::test]
async fn s28_a_handler_may_be_exempt_and_its_middleware_exempts_nobody_else() {
    let (mut world, token) = logged_in().await;
    let hook = world.browser.send(Request::post("/webhook").body("paid")).await;
    assert_eq!((hook.status, hook.body.as_str()), (200, "true"));
    for target in ["/behind/write", "/behind/bare"] {
        let refused = world.browser.post(target).await;
        assert_eq!((refused.status, refused.value("x-user")), (403, Some("Some(\"ann\")")));
    }
    assert_eq!(post_form(&mut world.browser, "/behind/form", "").await.status, 403);
    assert_eq!(post_form(&mut world.browser, "/behind/form", &token).await.body, "paid+note");
    assert_eq!(post_with(&mut world.browser, "/behind/write", &token).await.status, 200);
}

#[tokio::test]
async fn s28_a_token_for_another_session_type_or_cookie_is_none_of_ours() {
    // S56
    let (mut world, _) = logged_in().await;
    let renamed = Sessions::<Shop>::builder(world.store.clone()).cookie_name("__Host-other").build().unwrap();
    let issued = world.sessions.issue(Shop { admin: true, ..Shop::default() }).await.unwrap();
    world.browser.plant(issued.cookie());
    let of_the_other = renamed.csrf_token(issued.token()).unwrap();
    assert_refused(&post_with(&mut world.browser, "/write", of_the_other.as_str()).await);
    let ours = world.sessions.csrf_token(issued.token()).unwrap();
    assert_eq!(post_with(&mut world.browser, "/write", ours.as_str()).await.status, 200);
}

#[tokio::test]
async fn s28_the_header_can_have_another_name_and_the_builder_decides() {
    let store = MemoryStore::new();
    let named = Sessions::<Shop>::builder(store).csrf_header("X-XSRF-Token").build().unwrap();
    let mut browser = Browser::new(serve(routes().layer(named.with::<Wizard>().unwrap())).await);
    let token = first_word(&browser.get("/page").await);
    assert_refused(&post_with(&mut browser, "/write", &token).await);
    let request = Request::post("/write").line(format!("x-xsrf-token: {token}"));
    assert_eq!(browser.send(request).await.status, 200);

    let off = Sessions::<Shop>::builder(MemoryStore::new()).csrf(false).build().unwrap();
    let mut browser = Browser::new(serve(routes().layer(off.with::<Wizard>().unwrap())).await);
    browser.post("/write").await;
    assert_eq!(browser.post("/write").await.status, 200);
    // a handler that checks a form does so all the same
    assert_eq!(post_form(&mut browser, "/form", "").await.status, 403);
}

#[tokio::test]
async fn s28_the_application_makes_its_own_page_of_a_refusal() {
    async fn explain(response: Response) -> Response {
        match response.extensions().get::<Refused>() {
            Some(refused) if refused.error().is_csrf() => {
                (response.status(), "Please load the page again.").into_response()
            }
            _ => response,
        }
    }
    let sessions = Sessions::<Shop>::new(MemoryStore::new()).unwrap().with::<Wizard>().unwrap();
    let app: Router = routes().layer(sessions).layer(map_response(explain));
    let mut browser = Browser::new(serve(app).await);
    browser.post("/write").await;
    for target in ["/write", "/careless/note/200"] {
        let reply = browser.post(target).await;
        assert_eq!((reply.status, reply.body.as_str()), (403, "Please load the page again."), "{target}");
    }
}

#[tokio::test]
async fn t38_with_the_store_down_nothing_is_proved_and_nothing_is_read() {
    let (mut world, token) = logged_in().await;
    world.store.fail(&[Op::Load]);
    assert_eq!(post_with(&mut world.browser, "/write", &token).await.status, 503);
    assert_eq!(world.browser.post("/attempt").await.body, "false");
}
