//! `csrf = form`: the handler checks the token itself, and nothing is stored until it has.

use session_tests::wire::Request;
use session_tests::{Browser, Op, logs};

use super::world::*;

#[tokio::test]
async fn s28_a_form_proves_itself_by_its_body() {
    let (mut world, token) = logged_in().await;
    let reply = post_form(&mut world.browser, "/form", &token).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "note"));
    assert_eq!(world.store.calls(), [Op::Load, Op::Update]);
    for wrong in ["", "x", &"A".repeat(86), &token[1..]] {
        assert_refused(&post_form(&mut world.browser, "/form", wrong).await);
    }
    // or by the header; then the handler's own check still looks at the body
    assert_eq!(post_with(&mut world.browser, "/careless/note/200", &token).await.status, 200);
    assert_eq!(
        world.browser.get("/page").await.body.split_once(' ').unwrap().1,
        "Some(\"ann\") note+careless"
    );
}

#[tokio::test]
async fn s28_until_a_form_has_proved_itself_nothing_that_it_does_is_done() {
    let (mut world, _) = logged_in().await;
    for what in ["note", "login", "logout", "destroy", "rotate", "save", "take", "nothing", "token"] {
        for status in [200, 303, 404, 500] {
            logs::listen();
            let reply = world.browser.post(&format!("/careless/{what}/{status}")).await;
            let did = !matches!(what, "nothing" | "take" | "token");
            let expected = match status {
                404 if did => 403,
                404 | 500 => status,
                _ => 403,
            };
            assert_eq!(reply.status, expected, "{what} {status}");
            assert_eq!(reply.set_cookies().len(), 0, "{what} {status}");
            assert_eq!(logs::count("event=\"refused\"") > 0, expected == 403, "{what} {status}");
        }
    }
    assert!(world.store.calls().iter().all(|op| *op == Op::Load), "{:?}", world.store.calls());
    assert_eq!(world.browser.get("/page").await.body.split_once(' ').unwrap().1, "Some(\"ann\") ");
}

#[tokio::test]
async fn s28_a_handler_that_panics_before_its_check_ends_no_session() {
    let (world, _) = logged_in().await;
    let request = Request::post("/careless/panic/200");
    let mut stream = world.browser.prepare(request).start(world.browser.server()).await;
    let mut rest = Vec::new();
    let _closed = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
    assert!(!String::from_utf8_lossy(&rest).contains("set-cookie"));
    let mut browser = world.browser.clone();
    assert_eq!(browser.get("/page").await.body.split_once(' ').unwrap().1, "Some(\"ann\") ");
    assert!(world.store.calls().iter().all(|op| *op == Op::Load), "{:?}", world.store.calls());
}

#[tokio::test]
async fn s28_a_handler_may_answer_in_its_own_words() {
    let (mut world, token) = logged_in().await;
    let reply = post_form(&mut world.browser, "/patient", "wrong").await;
    assert_eq!((reply.status, reply.body.as_str()), (422, "please send the form again"));
    assert_eq!(post_form(&mut world.browser, "/patient", &token).await.status, 200);
}

#[tokio::test]
async fn s28_a_login_form_that_checks_is_protected_without_a_session_too() {
    let world = world().await;
    let mut visitor = Browser::new(world.browser.server());
    assert_refused(&post_form(&mut visitor, "/form", "").await);
    // the page with the form begins a session, and so its token counts
    let token = first_word(&visitor.get("/page").await);
    assert_eq!(post_form(&mut visitor.clone(), "/form", &token).await.status, 200);
    // the same token sent by somebody else's browser
    assert_refused(&post_form(&mut Browser::new(world.browser.server()), "/form", &token).await);
    // whoever forgets to check logs nobody in, as whomever another site chose
    for what in ["login", "note"] {
        let mut other = Browser::new(world.browser.server());
        assert_refused(&other.post(&format!("/careless/{what}/200")).await);
        assert_eq!(other.cookie(), None, "{what}");
    }
}

#[tokio::test]
async fn s15_t32_a_login_form_works_for_whose_session_has_just_ended_or_has_another_id() {
    for lost in ["/act/destroy", "/act/rotate"] {
        let (mut world, token) = logged_in().await;
        // the answer does not reach the browser, or somebody else ended the session
        let mut late = world.browser.clone();
        assert_eq!(post_with(&mut world.browser, lost, &token).await.status, 200, "{lost}");
        let page = first_word(&late.get("/page").await);
        assert_refused(&post_form(&mut Browser::new(world.browser.server()), "/enter", &page).await);
        assert_refused(&post_form(&mut late.clone(), "/enter", "").await);
        let reply = post_form(&mut late, "/enter", &page).await;
        assert_eq!(reply.status, 200, "{lost}");
        assert!(reply.pair().is_some(), "{lost}: a session of its own");
        assert_eq!(late.get("/guarded").await.status, 200, "{lost}");
    }
}

#[tokio::test]
async fn s28_a_page_from_before_its_dead_id_was_forgotten_logs_in_after_that_too() {
    let (mut world, token) = logged_in().await;
    let mut late = world.browser.clone();
    assert_eq!(post_with(&mut world.browser, "/act/destroy", &token).await.status, 200);
    let page = first_word(&late.get("/page").await);
    world.clock.advance(std::time::Duration::from_secs(180));
    assert_eq!(post_form(&mut late, "/enter", &page).await.status, 200);
    assert_eq!(late.get("/guarded").await.status, 200);
}

#[tokio::test]
async fn t2_a_write_by_a_dead_id_takes_nothing_away_from_the_login_form_or_its_cookie() {
    let (mut world, token) = logged_in().await;
    let mut late = world.browser.clone();
    assert_eq!(post_with(&mut world.browser, "/act/destroy", &token).await.status, 200);
    let page = first_word(&late.get("/page").await);
    let slow = late.prepare(Request::post("/write"));
    assert_eq!(post_with(&mut late, "/write", &page).await.status, 409);
    assert_eq!(post_form(&mut late, "/enter", &page).await.status, 200);
    let cookie = late.cookie();
    // sent before the login, and heard of after it
    let reply = slow.send(late.server()).await;
    assert_eq!(reply.status, 409);
    late.take(&reply);
    assert_eq!(late.cookie(), cookie);
    assert_eq!(late.get("/guarded").await.status, 200);
}

#[tokio::test]
async fn s28_a_script_proves_itself_by_its_header_by_a_dead_id_too() {
    let (mut world, token) = logged_in().await;
    let mut late = world.browser.clone();
    assert_eq!(post_with(&mut late.clone(), "/careless/note/200", &token).await.status, 200);
    assert_eq!(post_with(&mut world.browser, "/act/destroy", &token).await.status, 200);
    let page = first_word(&late.get("/page").await);
    assert_eq!(post_with(&mut late, "/careless/login/200", &page).await.status, 200);
    assert_eq!(late.get("/guarded").await.status, 200);
}

#[tokio::test]
async fn t28_a_login_by_a_dead_id_gives_the_token_of_its_own_session() {
    let (mut world, token) = logged_in().await;
    let mut late = world.browser.clone();
    assert_eq!(post_with(&mut world.browser, "/act/destroy", &token).await.status, 200);
    let next = first_word(&late.post("/login").await);
    assert_eq!(post_with(&mut late, "/write", &next).await.status, 200);
    assert_refused(&post_with(&mut late, "/write", &token).await);
}

#[tokio::test]
async fn t8_of_several_sessions_a_form_or_a_script_can_end_all() {
    let (world, token) = logged_in().await;
    let server = world.browser.server();
    for by_form in [true, false] {
        let (mut one, mut other) = (Browser::new(server), Browser::new(server));
        assert_eq!((one.post("/login").await.status, other.post("/login").await.status), (200, 200));
        let both = format!("{}; {}", one.cookie().unwrap(), other.cookie().unwrap());
        let page = first_word(&Request::get("/page").cookie(&both).send(server).await);
        let target = if by_form { "/logout-form" } else { "/careless/destroy/200" };
        let request = |shown: &str| {
            let request = Request::post(target).cookie(&both);
            if by_form {
                let request = request.line("content-type: application/x-www-form-urlencoded");
                request.body(format!("text=&csrf={shown}"))
            } else {
                request.line(format!("x-csrf-token: {shown}"))
            }
        };
        assert_refused(&request(&token).send(server).await);
        let reply = request(&page).send(server).await;
        assert_eq!((reply.status, reply.removes_cookie()), (200, true), "{target}");
        for browser in [one, other] {
            assert_eq!(browser.clone().get("/guarded").await.status, 401, "{target}");
        }
    }
}
