//! Requests of both versions at once: nothing that was answered with success is lost.

use session_tests::{Moment, Op, patiently};

use crate::world::{USERS, World, shown};

#[tokio::test]
async fn t42_what_an_earlier_version_changed_meanwhile_is_migrated_too() {
    for user in USERS {
        for (target, text) in [
            ("/hit", "@ admin 6 300EUR eve a light 0"),
            ("/price", "@ admin 5 400EUR eve a light 0"),
            ("/theme", "@ admin 5 300EUR eve a dark 0"),
            ("/item", "@ admin 5 300EUR eve a+c light 0"),
        ] {
            let world = World::of(user).await;
            let gate = world.store.pause(Moment::Before(Op::Update));
            let running = world.stopped(&gate, world.new, "/name", "eve").await;
            assert_eq!(world.post(world.old, target, "c").await, 200);
            gate.open();
            assert_eq!(patiently("the new one", running).await.unwrap(), 200);
            assert_eq!(
                (world.show(world.new).await.as_str(), world.version().await),
                (&*shown(user, text), 2),
                "{target} {user:?}"
            );
        }
    }
}

#[tokio::test]
async fn t42_both_changes_of_one_field_meet_by_its_policy() {
    for user in USERS {
        let world = World::of(user).await;
        let gate = world.store.pause(Moment::Before(Op::Update));
        let running = world.stopped(&gate, world.new, "/item", "b").await;
        assert_eq!(world.post(world.old, "/item", "c").await, 200);
        assert_eq!(world.post(world.old, "/hit", "").await, 200);
        gate.open();
        assert_eq!(patiently("the new one", running).await.unwrap(), 200);
        assert_eq!(
            world.show(world.new).await,
            shown(user, "@ admin 6 300EUR ann a+c+b light 0"),
            "{user:?}"
        );
    }
}

#[tokio::test]
async fn t42_two_requests_that_both_migrate_lose_nothing_of_each_other() {
    for user in USERS {
        let world = World::of(user).await;
        let gate = world.store.pause(Moment::Before(Op::Update));
        let running = world.stopped(&gate, world.new, "/item", "b").await;
        assert_eq!(world.post(world.new, "/item", "c").await, 200);
        assert_eq!(world.post(world.new, "/visit", "").await, 200);
        gate.open();
        assert_eq!(patiently("the other", running).await.unwrap(), 200);
        assert_eq!(
            world.show(world.new).await,
            shown(user, "@ admin 6 300EUR ann a+c+b light 0"),
            "{user:?}"
        );
    }
}

#[tokio::test]
async fn t42_a_change_of_what_was_migrated_away_meanwhile_is_refused_and_not_lost_in_silence() {
    for user in USERS {
        for (target, status) in
            [("/hit", 409), ("/price", 409), ("/theme", 409), ("/name", 200), ("/item", 200)]
        {
            let world = World::of(user).await;
            let gate = world.store.pause(Moment::Before(Op::Update));
            let running = world.stopped(&gate, world.old, target, "c").await;
            assert_eq!(world.post(world.new, "/visit", "").await, 200);
            gate.open();
            assert_eq!(patiently("the old one", running).await.unwrap(), status, "{target}");
            let text = match target {
                "/name" => "@ admin 6 300EUR c a light 0",
                "/item" => "@ admin 6 300EUR ann a+c light 0",
                _ => "@ admin 6 300EUR ann a light 0",
            };
            assert_eq!(
                (world.show(world.new).await.as_str(), world.version().await),
                (&*shown(user, text), 2),
                "{target} {user:?}"
            );
        }
    }
}
