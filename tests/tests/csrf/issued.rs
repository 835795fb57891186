//! Which id a token is for: the one that the browser has after the response.

use session_tests::{Browser, Op, logs};

use super::world::*;

/// What the token is good for in this browser.
async fn is_good(browser: &Browser, token: &str) -> bool {
    // on a copy of the jar, since only the session must not change
    post_with(&mut browser.clone(), "/attempt", token).await.status == 200
}

#[tokio::test]
async fn s28_a_form_on_a_first_visit_begins_a_session() {
    let mut world = world().await;
    let reply = world.browser.get("/page").await;
    assert!(reply.pair().is_some());
    assert_eq!(world.store.calls(), [Op::Create], "an empty one");
    let token = first_word(&reply);
    assert!(is_good(&world.browser, &token).await);
    world.store.forget();
    let again = world.browser.get("/page").await;
    assert_eq!((world.store.calls(), again.set_cookies().len()), (vec![Op::Load], 0));
    assert_ne!(first_word(&again), token, "masked anew");
    assert!(is_good(&world.browser, &first_word(&again)).await && is_good(&world.browser, &token).await);
    // nothing else begins one
    assert_eq!(Browser::new(world.browser.server()).get("/plain").await.set_cookies().len(), 0);
}

#[tokio::test]
async fn s28_a_first_visit_that_also_writes_is_one_creation() {
    let mut world = world().await;
    let token = first_word(&world.browser.post("/login").await);
    // the first one is that of the owner's index
    assert_eq!(world.store.calls(), [Op::Load, Op::Create, Op::Create]);
    assert!(is_good(&world.browser, &token).await);
}

#[tokio::test]
async fn t28_the_token_of_before_a_login_is_dead_after_it_and_the_login_gives_the_next_one() {
    let mut world = world().await;
    let before = first_word(&world.browser.get("/page").await);
    let anonymous = world.browser.clone();
    let login = post_with(&mut world.browser, "/login", &before).await;
    assert!(login.pair().is_some());
    let after = first_word(&login);
    assert!(is_good(&world.browser, &after).await, "of the login's own page");
    assert!(!is_good(&world.browser, &before).await);
    assert_ne!(world.browser.cookie(), anonymous.cookie());
    assert_eq!(world.store.calls().iter().filter(|op| **op == Op::Rotate).count(), 1);
}

#[tokio::test]
async fn t28_each_way_to_a_new_id_gives_a_new_token_in_the_same_response() {
    let (mut world, mut token) = logged_in().await;
    for what in ["rotate", "authenticated", "admin", "switch", "restart", "first", "saved"] {
        logs::listen();
        let reply = post_with(&mut world.browser, &format!("/act/{what}"), &token).await;
        assert!(reply.pair().is_some(), "{what}");
        let next = first_word(&reply);
        assert!(!is_good(&world.browser, &token).await, "{what}");
        assert!(is_good(&world.browser, &next).await, "{what}");
        if let Some(second) = reply.body.split(' ').nth(1).filter(|second| !second.is_empty()) {
            assert!(second != next && is_good(&world.browser, second).await, "{what}");
        }
        assert_eq!(logs::count("csrf_outdated"), usize::from(what == "first"), "{what}: {}", logs::heard());
        token = next;
    }
    for _ in 0..2 {
        // a section's privilege, too
        let reply = post_with(&mut world.browser, "/promote", &token).await;
        assert!(reply.pair().is_some() && !is_good(&world.browser, &token).await);
        token = first_word(&reply);
        assert!(is_good(&world.browser, &token).await);
    }
}

#[tokio::test]
async fn t28_an_id_that_changes_after_its_token_was_issued_is_logged() {
    let (mut world, token) = logged_in().await;
    logs::listen();
    let late = first_word(&post_with(&mut world.browser, "/act/late", &token).await);
    assert_eq!(logs::count("csrf_outdated"), 1);
    assert!(!is_good(&world.browser, &late).await);
    assert!(!logs::heard().contains(&late));

    let mut visitor = Browser::new(world.browser.server());
    let before = first_word(&visitor.get("/page").await);
    logs::listen();
    let unstaged = first_word(&post_with(&mut visitor, "/login-unstaged", &before).await);
    assert_eq!(logs::count("csrf_outdated"), 1);
    assert!(!is_good(&visitor, &unstaged).await && !is_good(&visitor, &before).await);
}

#[tokio::test]
async fn t28_after_a_logout_no_token_is_good_and_none_is_needed() {
    for what in ["destroy", "leave"] {
        let (mut world, token) = logged_in().await;
        let old = world.browser.clone();
        let reply = post_with(&mut world.browser, &format!("/act/{what}"), &token).await;
        assert!(reply.removes_cookie(), "{what}");
        let page = first_word(&reply);
        assert_eq!(world.store.len(), 0, "{what}: the page begins nothing");
        // its form works, whatever the token
        assert_eq!(post_with(&mut world.browser, "/write", &page).await.status, 200);
        assert!(!is_good(&world.browser, &page).await && !is_good(&world.browser, &token).await);
        // an old copy reads nothing, and a page of it shows a token that proves nothing, without a 409
        let page = old.clone().get("/page").await;
        assert_eq!((page.status, page.set_cookies().len()), (200, 0));
        assert!(!is_good(&world.browser, &first_word(&page)).await);
    }
}

#[tokio::test]
async fn s28_an_error_page_begins_no_session() {
    let mut world = world().await;
    let reply = world.browser.get("/error").await;
    assert_eq!((reply.status, reply.body.len(), reply.set_cookies().len()), (500, 86, 0));
    assert_eq!(world.store.calls(), []);
}

#[tokio::test]
async fn s28_tokens_never_repeat_and_the_store_never_sees_them() {
    let (world, token) = logged_in().await;
    let mut seen = vec![token];
    for _ in 0..20 {
        let next = first_word(&world.browser.clone().get("/page").await);
        assert!(!seen.contains(&next));
        seen.push(next);
    }
    assert!(world.store.calls().iter().all(|op| *op == Op::Load));
    // whoever gets another session's page has a token for that
    let other = first_word(&Browser::new(world.browser.server()).get("/page").await);
    assert!(!is_good(&world.browser, &other).await);
}

#[tokio::test]
async fn s62_a_page_with_a_token_is_for_one_person_only() {
    let mut world = world().await;
    world.browser.get("/page").await;
    let page = world.browser.get("/page").await;
    assert_eq!((page.set_cookies().len(), page.value("cache-control")), (0, Some("private")));
    assert_eq!(world.browser.get("/plain").await.value("cache-control"), None);
}
