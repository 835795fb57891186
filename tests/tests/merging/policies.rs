//! What each policy makes of two requests' changes.

use session_tests::{Op, patiently};

use crate::world::world;

#[tokio::test]
async fn t34_the_greater_and_the_lesser_value_stand() {
    for (theirs, ours) in [("5", "3"), ("3", "5")] {
        let mut world = world("best=1&least=9").await;
        let theirs = format!("best={theirs}&least={theirs}");
        assert_eq!(world.race(&theirs, &format!("best={ours}&least={ours}")).await.status, 200);
        assert_eq!((world.show("best").await, world.show("least").await), ("5".into(), "3".into()));
    }
    // nobody else changed it: then it may be lowered
    let mut world = world("best=9").await;
    assert_eq!(world.race("note=x", "best=2").await.status, 200);
    assert_eq!(world.show("best").await, "2");
}

#[tokio::test]
async fn t34_s69_what_two_requests_add_and_remove_is_added_and_removed() {
    let mut world = world("tags+a&tags+b&tags+c&list+a&list+b&list+c&map+a1&map+b1&map+c1").await;
    let theirs = "tags-a&tags+x&list-a&list+x&map-a&map+x2&map+c2";
    let ours = "tags-b&tags+y&list-b&list+y&map-b&map+y3";
    assert_eq!(world.race(theirs, ours).await.status, 200);
    assert_eq!(world.show("tags").await, "c x y");
    assert_eq!(world.show("list").await, "c x y");
    assert_eq!(world.show("map").await, "c2 x2 y3");
    assert_eq!(world.store.calls()[..1], [Op::Update], "one call, in which the store merges");
}

#[tokio::test]
async fn t34_s69_what_two_requests_append_is_both_there() {
    let mut world = world("log+a").await;
    assert_eq!(world.race("log+b", "log+c&log+d").await.status, 200);
    assert_eq!(world.show("log").await, "a b c d");
}

#[tokio::test]
async fn where_there_was_no_value_the_base_is_the_default() {
    let mut world = world("note=x").await;
    let (theirs, ours) = ("best=3&least=20&tags+a&log+a&text=b", "best=2&least=30&tags+b&log+b&text=c");
    assert_eq!(world.race(theirs, ours).await.status, 200);
    for (field, value) in
        [("best", "3"), ("least", "20"), ("tags", "a b"), ("log", "a b"), ("text", "(,b,c)")]
    {
        assert_eq!(world.show(field).await, value);
    }
}

#[tokio::test]
async fn s69_taking_away_from_what_another_request_appended_to_is_refused_and_nothing_is_lost() {
    let mut world = world("log+a").await;
    assert_eq!(world.race("log+b", "log-a&note=ours").await.status, 409);
    assert_eq!((world.show("log").await, world.show("note").await), ("a b".into(), String::new()));
    // the same without the race
    assert_eq!(world.change("log-a&note=ours").await, 200);
    assert_eq!((world.show("log").await, world.show("note").await), ("b".into(), "ours".into()));
}

#[tokio::test]
async fn s69_a_rejected_change_is_a_409_and_nothing_of_either_request_is_half_there() {
    let mut world = world("name=one&note=before&count+1").await;
    let reply = world.race("name=theirs&count+1", "name=ours&note=ours&count+1").await;
    assert_eq!((reply.status, reply.body.as_str()), (409, ""));
    assert!(reply.set_cookies().is_empty());
    // the core looks whether a migration came between, and finds nothing that it could merge
    assert_eq!(world.store.calls(), [Op::Update, Op::Load]);
    assert_eq!(world.show("name").await, "theirs");
    assert_eq!(world.show("note").await, "before");
    assert_eq!(world.show("count").await, "2");
    // another field is no reason
    assert_eq!(world.race("note=theirs", "name=ours").await.status, 200);
    assert_eq!((world.show("name").await, world.show("note").await), ("ours".into(), "theirs".into()));
}

#[tokio::test]
async fn s69_what_another_version_stored_and_does_not_decode_is_a_409_and_stays() {
    let mut world = world("best=1").await;
    let running = world.begin("/slow/best=2");
    world.gate.reached().await;
    assert_eq!(world.browser.post("/older/very").await.status, 200);
    world.gate.open();
    assert_eq!(patiently("the late request", running).await.unwrap().status, 409);
    assert_eq!(world.browser.get("/older").await.body, "very");
}
