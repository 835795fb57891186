//! What each version sees of the other's sessions, one request after the other.

use session_tests::{Op, Request};

use crate::world::{SHOWN, USERS, World, shown};

#[tokio::test]
async fn t42_a_session_of_an_earlier_version_is_read_migrated_and_reading_writes_nothing() {
    let world = World::of(None).await;
    for _ in 0..3 {
        assert_eq!(world.show(world.new).await, shown(None, SHOWN));
    }
    assert_eq!(world.store.calls(), vec![Op::Load; 3]);
    assert_eq!(world.version().await, 1);
    assert_eq!(world.show(world.old).await, "None true 5 3 ann a light", "it is still the earlier one's");
}

#[tokio::test]
async fn t42_a_session_whose_owner_is_written_otherwise_is_read_migrated_and_written_so_at_once() {
    let world = World::new().await;
    for _ in 0..3 {
        assert_eq!(world.show(world.new).await, shown(Some(7), SHOWN));
        assert_eq!(world.version().await, 2);
    }
}

#[tokio::test]
async fn t42_a_migration_is_written_with_the_next_write_in_one_call() {
    for user in USERS {
        let world = World::of(user).await;
        assert_eq!(world.post(world.new, "/visit", "").await, 200);
        if user.is_none() {
            assert_eq!(world.store.calls(), [Op::Load, Op::Update]);
        }
        assert_eq!(world.version().await, 2);
        assert_eq!(world.show(world.new).await, shown(user, "@ admin 6 300EUR ann a light 0"));
        assert_eq!(world.post(world.new, "/visit", "").await, 200, "and the next write is an ordinary one");
        assert_eq!(world.show(world.new).await, shown(user, "@ admin 7 300EUR ann a light 0"));
    }
}

#[tokio::test]
async fn t42_an_earlier_version_leaves_alone_what_it_cannot_read_and_never_lowers_the_version() {
    let world = World::new().await;
    assert_eq!(world.post(world.new, "/item", "b").await, 200);
    // `user` is a text now, and a privilege: for the earlier version the session is out of use, and stays as it is
    assert_eq!(world.show(world.old).await, "None false 0 0   ");
    assert_eq!(world.post(world.old, "/item", "c").await, 409);
    assert_eq!(
        (world.show(world.new).await, world.version().await),
        ("u7 admin 5 300EUR ann a+b light 0".into(), 2)
    );
}

#[tokio::test]
async fn t42_without_a_privilege_in_the_way_an_earlier_version_works_on_with_what_it_knows() {
    let mut world = World::new().await;
    let anonymous = super::world::before::Shop { user: None, admin: false, ..super::world::stored() };
    world.cookie = world.old_sessions.issue(anonymous).await.unwrap().cookie().to_owned();
    assert_eq!(world.post(world.new, "/item", "b").await, 200);
    // `price` does not decode and `hits` is gone: at their defaults, for reading
    assert_eq!(world.show(world.old).await, "None false 0 0 ann a+b ");
    assert_eq!(world.post(world.old, "/item", "c").await, 200);
    assert_eq!(world.post(world.old, "/name", "bob").await, 200);
    assert_eq!(world.show(world.new).await, "- - 5 300EUR bob a+b+c light 0", "nothing else was written");
    assert_eq!(world.version().await, 2, "and the version is not lowered");
}

#[tokio::test]
async fn t42_a_privilege_that_is_given_up_in_a_failed_request_stays_given_up() {
    let world = World::new().await;
    let mut browser = world.browser();
    let reply = browser.post("/fail").await;
    assert_eq!((reply.status, reply.set_cookies().len()), (500, 1), "under a new id");
    assert_eq!(
        browser.get("/").await.body,
        "u7 - 5 300EUR ann a light 0",
        "it does not come back by migrating again"
    );
}

#[tokio::test]
async fn t30_a_change_of_owner_keeps_what_is_kept_under_its_new_name_and_wipes_the_rest() {
    let world = World::new().await;
    let mut browser = world.browser();
    assert_eq!(browser.post("/switch").await.status, 200);
    assert_eq!(browser.get("/").await.body, "u9 - 0 0   light 0");
    let with_the_old_id = Request::get("/").cookie(&world.cookie).send(world.new).await;
    assert_eq!(with_the_old_id.body, "- - 0 0    0");
}
