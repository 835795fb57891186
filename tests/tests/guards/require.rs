//! `require` and `or`: whose field is not set gets nothing of the handler.

use session_tests::{Op, Request};

use super::world::{MINUTE, assert_refused, logged_in, world};

#[tokio::test]
async fn s67_a_handler_runs_only_for_those_whose_field_is_set() {
    let mut world = world().await;
    assert_refused(&world.browser.get("/account").await, 401);
    assert_refused(&world.browser.get("/admins").await, 404);
    let refused = world.browser.post("/visit").await;
    assert_refused(&refused, 303);
    let target = "/login?next=%2Faccount&why=a-rather-long-target#form";
    assert_eq!(refused.value("location"), Some(target));
    assert_eq!(world.store.calls(), [], "a stranger costs the store nothing");

    world.browser.post("/login?name=ann").await;
    assert_eq!(world.browser.get("/account").await.body, "ann 0");
    assert_eq!(world.browser.get("/own").await.body, "ann 0");
    assert_refused(&world.browser.get("/admins").await, 404);

    world.browser.post("/login?name=ann&admin=true").await;
    assert_eq!(world.browser.get("/admins").await.body, "Some(\"ann\")");

    world.browser.post("/logout").await;
    assert_refused(&world.browser.get("/account").await, 401);
    assert_refused(&world.browser.get("/own").await, 403);
}

#[tokio::test]
async fn the_value_is_the_one_that_the_guard_saw() {
    let mut world = logged_in().await;
    let reply = world.browser.post("/visit").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "ann"));
    assert_eq!(world.browser.get("/account").await.body, "eve 0", "the owner changed, so all else went");
}

#[tokio::test]
async fn fields_of_any_name_kind_and_section_can_be_required() {
    let mut world = logged_in().await;
    assert_eq!(world.browser.get("/types").await.body, "new 0");
    world.browser.post("/unset").await;
    assert_refused(&world.browser.get("/types").await, 418);

    assert_refused(&world.browser.get("/checkout").await, 409);
    assert_refused(&world.browser.post("/both").await, 410);
    world.browser.post("/begin-checkout").await;
    assert_eq!(world.browser.get("/checkout").await.body, "7 Some(7)");
    assert_eq!(world.browser.post("/both").await.body, "Some(7)");
    assert_eq!(world.browser.get("/account").await.body, "ann 1");
    assert_eq!(world.browser.post("/sync").await.body, "2");
}

#[tokio::test]
async fn s67_t38_a_store_that_is_down_is_no_reason_to_log_in() {
    let mut world = logged_in().await;
    world.store.fail(&[Op::Load]);
    for path in ["/account", "/fresh", "/admins", "/own"] {
        let reply = world.browser.get(path).await;
        assert_eq!((reply.status, reply.body.as_str()), (503, ""), "{path}");
        assert_eq!((reply.value("location"), reply.set_cookies().len()), (None, 0));
    }
    for path in ["/visit", "/change"] {
        assert_eq!(world.browser.post(path).await.status, 503, "{path}");
    }
    world.store.recover();
    assert_eq!(world.browser.get("/account").await.body, "ann 0");
}

#[tokio::test]
async fn the_guard_is_asked_before_the_body_is_read() {
    let mut world = world().await;
    let request = || Request::post("/change").line("content-type: application/json").body("{ not json");
    assert_refused(&world.browser.send(request()).await, 303);
    world.browser.post("/login?name=ann").await;
    assert_eq!(world.browser.send(request()).await.status, 400, "the body's extractor is reached now");
    let request = Request::post("/change").line("content-type: application/json").body(r#"{"visits":5}"#);
    assert_eq!(world.browser.send(request).await.status, 200);
    assert_eq!(world.browser.get("/account").await.body, "ann 5");
}

#[tokio::test]
async fn a_refused_request_writes_nothing_but_activity() {
    let mut world = logged_in().await;
    assert_refused(&world.browser.get("/admins").await, 404);
    assert_eq!(world.store.calls(), [Op::Load]);
    world.clock.advance(10 * MINUTE);
    world.store.forget();
    assert_refused(&world.browser.post("/fresh-alone").await, 403);
    assert_eq!(world.store.calls(), [Op::Load, Op::Touch], "as any request that only reads");
}
