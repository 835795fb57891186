//! Changes of one request: before and after a save of it, and of two handlers.

use session_tests::{Moment, Op, patiently};

use crate::world::world;

#[tokio::test]
async fn t34_after_a_save_the_base_is_what_was_sent() {
    let mut world = world("log+a&tags+a&text=b").await;
    // what others did after the save is not in the value of this request, and stays all the same
    let slow = "/twice/log+b&tags+b&text=s/log+c&tags-a&text=o";
    assert_eq!(world.overtake(slow, "log+x&tags+x&text=t").await.status, 200);
    assert_eq!(world.show("log").await, "a b x c");
    assert_eq!(world.show("tags").await, "b x");
    assert_eq!(world.show("text").await, "(s,t,o)");
}

#[tokio::test]
async fn t34_after_a_save_that_was_merged_the_base_is_what_was_sent() {
    let mut world = world("text=b").await;
    let writing = world.store.pause(Moment::Before(Op::Update));
    let running = world.begin("/twice/text=s/text=o");
    writing.reached().await;
    assert_eq!(world.change("text=t").await, 200);
    writing.open();
    world.gate.reached().await;
    assert_eq!(world.show("text").await, "(b,t,s)");
    world.gate.open();
    assert_eq!(patiently("the second commit", running).await.unwrap().status, 200);
    assert_eq!(world.show("text").await, "(s,(b,t,s),o)", "theirs is in what it meets");
}

#[tokio::test]
async fn t34_within_a_request_the_same_policies_hold() {
    let mut world = world("best=1&least=9&tags+a&tags+b&log+a&text=b&note=b").await;
    let (one, other) =
        ("best=5&least=2&tags-a&tags+x&log+x&text=t&note=t", "best=3&least=4&tags-b&log+y&text=o");
    assert_eq!(world.browser.post(&format!("/both/{one}/{other}")).await.status, 200);
    for (field, value) in
        [("best", "5"), ("least", "2"), ("tags", "x"), ("log", "a x y"), ("text", "(b,t,o)"), ("note", "t")]
    {
        assert_eq!(world.show(field).await, value, "{field}");
    }
}

#[tokio::test]
async fn s69_within_a_request_what_cannot_be_merged_is_a_409_and_nothing_is_saved() {
    for (one, other) in [("name=t", "name=o&note=o"), ("log+x", "log-a&note=o")] {
        let mut world = world("name=b&log+a").await;
        assert_eq!(world.browser.post(&format!("/both/{one}/{other}")).await.status, 409);
        assert_eq!((world.show("name").await, world.show("log").await), ("b".into(), "a".into()));
        assert_eq!(world.show("note").await, "");
        // one of them alone is fine
        assert_eq!(world.browser.post(&format!("/both/note=t/{other}")).await.status, 200);
    }
}
