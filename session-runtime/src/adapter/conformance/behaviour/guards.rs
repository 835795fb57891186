//! What a request must show before its handler is given a session.

use std::time::Duration;

use super::{Op, Request, World, assert_refused};

/// See Other, with a target that is part of the program.
pub async fn a_guard_sends_the_browser_elsewhere_or_lets_it_pass(world: World) {
    let cookie = world.visitor().await;
    for reply in [world.get("/guarded").await, world.get_with("/guarded", &cookie).await] {
        assert_eq!((reply.status, reply.value("location")), (303, Some("/login")), "{reply:?}");
        assert_eq!((reply.values("vary"), reply.set_cookies()), (vec!["Cookie"], vec![]));
    }
    let login = world.get_with("/handle?login=ann", &cookie).await;
    let ann = login.pair().unwrap_or_else(|| panic!("a login is a new id: {login:?}"));
    assert_ne!(ann, cookie);
    assert_eq!(world.get_with("/guarded", ann).await.body, "ann 1");
}

/// S19.
pub async fn s19_a_login_is_fresh_to_who_has_just_logged_in(world: World) {
    let cookie = world.visitor().await;
    let stale = world.get_with("/fresh", &cookie).await;
    assert_eq!(
        (stale.status, stale.set_cookies(), stale.value("x-refused")),
        (401, vec![], None),
        "{stale:?}"
    );
    let login = world.get_with("/handle?login=ann", &cookie).await;
    let ann = login.pair().unwrap_or_else(|| panic!("a login is a new id: {login:?}"));
    assert_eq!(world.get_with("/fresh", ann).await.body, "1");
    world.later(Duration::from_secs(61));
    assert_eq!(world.get_with("/fresh", ann).await.status, 401);
}

fn post(target: &str, cookie: &str) -> Request {
    Request::post(target).cookie(cookie)
}

/// S28, T28.
pub async fn t28_an_unsafe_request_without_its_token_is_403(world: World) {
    let (cookie, token) = world.administrator().await;
    assert_refused(&world.send(post("/admin?visit", &cookie)).await, 403);
    assert_eq!(world.admins().calls(), [Op::Load], "nothing was done");
    for name in ["X-CSRF-Token", "x-csrf-token", "X-Csrf-Token"] {
        let reply = world.send(post("/admin", &cookie).line(format!("{name}: {token}"))).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "1"), "{name}");
    }
    let reply = world.send(post("/admin?visit", &cookie).line(format!("X-CSRF-Token: {token}"))).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "2"), "{reply:?}");
    assert_eq!(world.get_with("/admin", &cookie).await.body, "2", "a safe request needs none");
    let first = world.send(Request::post("/admin?visit")).await;
    assert_eq!(
        (first.status, first.body.as_str()),
        (200, "1"),
        "without a session there is nothing to prove"
    );
}

/// T28.
pub async fn t28_a_token_of_another_session_or_another_site_is_403(world: World) {
    let (cookie, token) = world.administrator().await;
    let (_, other) = world.administrator().await;
    let ours = format!("X-CSRF-Token: {token}");
    let wrong = [
        vec![format!("X-CSRF-Token: {other}")],
        vec!["X-CSRF-Token:".to_owned()],
        vec![format!("X-CSRF-Token: {token}A")],
        vec![ours.clone(), ours.clone()],
        vec![ours.clone(), "Sec-Fetch-Site: cross-site".to_owned()],
    ];
    for lines in wrong {
        let request = lines.iter().fold(post("/admin?visit", &cookie), Request::line);
        assert_refused(&world.send(request).await, 403);
    }
    let bad = [b"X-CSRF-Token: \xff".as_slice(), token.as_bytes()].concat();
    assert_refused(&world.send(post("/admin?visit", &cookie).line(bad)).await, 403);
    let request = post("/admin", &cookie).line(&ours).line("Sec-Fetch-Site: same-origin");
    assert_eq!(world.send(request).await.body, "1", "none of them has counted");
}

/// The handler looks at it, and nothing is stored until it has.
pub async fn a_form_proves_itself_in_its_body(world: World) {
    let (cookie, token) = world.administrator().await;
    let reply = world.send(post(&format!("/form?proof={token}&visit"), &cookie)).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "2"), "{reply:?}");
    let reply = world.send(post("/form?proof=wrong&visit", &cookie)).await;
    assert_eq!((reply.status, reply.set_cookies()), (403, vec![]), "{reply:?}");
    assert_refused(&world.send(post("/form?visit", &cookie)).await, 403);
    let reply = world.send(post("/form?visit", &cookie).line(format!("X-CSRF-Token: {token}"))).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "3"), "the header does, too: {reply:?}");
    assert_eq!(world.get_with("/admin", &cookie).await.body, "3");
}

/// It is protected otherwise, say those who wrote it.
pub async fn an_exempt_route_asks_for_no_token(world: World) {
    let (cookie, _) = world.administrator().await;
    let reply = world.send(post("/exempt?visit", &cookie)).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "2"), "{reply:?}");
}

/// S47.
pub async fn s47_over_plain_http_nothing_is_issued_or_read(world: World) {
    assert_refused(&world.get("/vault?visit").await, 403);
    let reply = world.get("/vault").await;
    assert_eq!((reply.status, reply.body.as_str(), reply.set_cookies()), (200, "0", vec![]), "{reply:?}");
    assert_eq!(world.vaults().calls(), []);
    if !world.knows_peers() {
        return;
    }
    let over_https = |target: &str| Request::get(target).line("X-Forwarded-Proto: https");
    let reply = world.send(over_https("/vault?visit")).await;
    let cookie = reply.pair().unwrap_or_else(|| panic!("its proxy says https: {reply:?}"));
    assert_eq!(world.send(over_https("/vault").cookie(cookie)).await.body, "1");
    let forwarded = Request::get("/vault").cookie(cookie).line("Forwarded: for=192.0.2.60;proto=https");
    assert_eq!(world.send(forwarded).await.body, "1");
    world.vaults().calls();
    let reply = world.get_with("/vault", cookie).await;
    assert_eq!((reply.body.as_str(), reply.set_cookies()), ("0", vec![]), "not read: {reply:?}");
    let twice = over_https("/vault").cookie(cookie).line("X-Forwarded-Proto: http");
    assert_eq!(world.send(twice).await.body, "0", "of two lines, both count");
    assert_eq!(world.vaults().calls(), []);
}

/// S47: not the scheme of its target, nor that of a page which it says to come from.
pub async fn s47_the_requests_own_words_do_not_make_it_https(world: World) {
    let spoofed = Request::get("https://localhost/vault?visit");
    let reply = world.send(spoofed).await;
    assert!(reply.status >= 400 && reply.set_cookies().is_empty(), "{reply:?}");
    let lines =
        ["X-Forwarded-Ssl: on", "Front-End-Https: on", "X-Url-Scheme: https", "Origin: https://localhost"];
    let request = lines.iter().fold(Request::get("/vault?visit"), Request::line);
    assert_refused(&world.send(request).await, 403);
    assert_eq!(world.vaults().calls(), []);
}
