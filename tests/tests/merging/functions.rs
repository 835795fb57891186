//! `merge = with(function)`: merged by the core, outside of the store, which is tried again whenever others were there first.

use session_tests::{Moment, Op, patiently};

use crate::world::world;

#[tokio::test]
async fn t34_s69_a_function_is_given_base_theirs_and_ours() {
    let mut world = world("text=b&count+1").await;
    let reply = world.race("text=t&count+10&note=theirs", "text=o&count+100&log+x").await;
    assert_eq!(reply.status, 200);
    assert_eq!(world.store.calls(), [Op::Update, Op::Load, Op::Update], "outside of the store's lock");
    assert_eq!(world.show("text").await, "(b,t,o)");
    // every other field is merged by its own policy on the way
    assert_eq!(world.show("count").await, "111");
    assert_eq!((world.show("note").await, world.show("log").await), ("theirs".into(), "x".into()));
    // and where nobody else changed it, it is not called
    assert_eq!(world.change("text=n").await, 200);
    assert_eq!(world.show("text").await, "n");
}

#[tokio::test]
async fn s69_merging_by_a_function_is_tried_again_and_succeeds_at_the_last_of_32_tries() {
    let mut world = world("text=b").await;
    world.store.forget();
    assert_eq!(world.besiege("text=o&count+100", 31).await.status, 200);
    let updates = world.store.calls().iter().filter(|op| **op == Op::Update).count();
    assert_eq!(updates, 31 + 32, "of others, and its own");
    assert_eq!(world.show("text").await, "(b,31,o)", "never its own earlier outcome");
    assert_eq!(world.show("count").await, "131");
}

#[tokio::test]
async fn s69_merging_by_a_function_ends_with_a_409_after_32_tries_and_nothing_is_lost() {
    let mut world = world("text=b").await;
    world.store.forget();
    assert_eq!(world.besiege("text=o&count+100&note=ours", 32).await.status, 409);
    let updates = world.store.calls().iter().filter(|op| **op == Op::Update).count();
    assert_eq!(updates, 32 + 32);
    assert_eq!((world.show("text").await, world.show("note").await), ("32".into(), String::new()));
    assert_eq!(world.show("count").await, "32");
}

#[tokio::test]
async fn a_refusal_beside_a_function_is_a_409() {
    let mut world = world("text=b&name=b").await;
    assert_eq!(world.race("text=t&name=t", "text=o&name=o").await.status, 409);
    assert_eq!((world.show("text").await, world.show("name").await), ("t".into(), "t".into()));
}

#[tokio::test]
async fn t34_a_function_also_merges_what_a_new_id_takes_with_it() {
    let mut world = world("title=b&count+1").await;
    let old = world.browser.cookie();
    let reply = world.race("title=t&count+10", "title=o&count+100&admin=true").await;
    assert_eq!(reply.status, 200);
    assert_eq!(world.store.calls(), [Op::Rotate, Op::Load, Op::Rotate]);
    world.browser.take(&reply);
    assert_ne!(world.browser.cookie(), old);
    assert_eq!(world.show("title").await, "(b,t,o)");
    assert_eq!(world.show("count").await, "111");
}

#[tokio::test]
async fn a_session_that_ends_before_the_second_try_is_gone() {
    let mut world = world("text=b").await;
    let running = world.begin("/slow/text=o");
    world.gate.reached().await;
    assert_eq!(world.change("text=t").await, 200);
    let reloading = world.store.pause(Moment::Before(Op::Load));
    world.gate.open();
    reloading.reached().await;
    let mut other = world.browser.clone();
    assert_eq!(other.post("/destroy").await.status, 200);
    reloading.open();
    assert_eq!(patiently("the late request", running).await.unwrap().status, 409);
    assert!(world.store.is_empty(), "it does not come back");
}

#[tokio::test]
async fn a_store_that_fails_between_two_tries_is_a_503() {
    let mut world = world("text=b").await;
    let running = world.begin("/slow/text=o");
    world.gate.reached().await;
    assert_eq!(world.change("text=t").await, 200);
    world.store.fail(&[Op::Load]);
    world.gate.open();
    assert_eq!(patiently("the late request", running).await.unwrap().status, 503);
    world.store.recover();
    assert_eq!(world.show("text").await, "t");
}
