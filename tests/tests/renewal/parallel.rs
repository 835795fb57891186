//! Requests that the browser sent together: all are served, nothing is lost, and all end with one new id (T32).

use session_runtime::Session;

use crate::world::{Login, SECOND, World, declared, everywhere};

/// Each changes a field of its own.
const CHANGES: [fn(&mut Login); 4] = [|s| s.a += 10, |s| s.b += 10, |s| s.c += 10, |s| s.d += 10];

/// Fails unless all replies are fine and all cookies of theirs are of one id, which is new. Returns one of them.
async fn one_id(world: &mut World, cookies: &[String]) -> String {
    let first = cookies.first().expect("somebody got the new id").clone();
    let key = world.key(&first).await;
    assert_ne!(key, world.old_key, "{}", world.name);
    for cookie in cookies {
        assert_eq!(world.key(cookie).await, key, "{}: one new id", world.name);
    }
    first
}

async fn together(mut world: World, renews: impl Fn(&Session<Login>) + Copy) {
    let mut requests = Vec::new();
    for change in CHANGES {
        let request = world.early().await;
        assert_eq!(request.given.get().user.as_deref(), Some("ann"), "{}", world.name);
        request.given.update(change);
        renews(&request.given);
        requests.push(request);
    }
    let replies: Vec<_> = requests.into_iter().map(|request| tokio::spawn(request.ends())).collect();
    let mut cookies = Vec::new();
    for reply in replies {
        let reply = reply.await.unwrap();
        assert_eq!(reply.status, 200, "{}", world.name);
        cookies.push(reply.pair().expect("each learns the new id").to_owned());
    }
    let cookie = one_id(&mut world, &cookies).await;
    if world.merges {
        let Login { a, b, c, d, .. } = *world.value(&cookie).await;
        assert_eq!((a, b, c, d), (11, 10, 10, 10), "{}: nothing is lost", world.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn t32_requests_that_renew_on_demand_at_once_end_with_one_id() {
    for world in everywhere(declared).await {
        together(world, Session::renew).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn t32_requests_whose_id_is_due_end_with_one_id() {
    for world in everywhere(|builder| builder.renew(crate::world::GRACE * 4)).await {
        together(world, |_| ()).await;
    }
}

#[tokio::test]
async fn t32_requests_sent_before_the_answer_came_are_served_under_the_new_id() {
    for mut world in everywhere(declared).await {
        let new = world.renewed().await;
        let key = world.key(&new).await;
        world.clock.advance(SECOND);
        // they come by the old id, after the renewal: one reads, one writes
        let old = world.old.clone();
        let reply = world.send(&old, |handle| assert_eq!(handle.get().user.as_deref(), Some("ann"))).await;
        let read = reply.pair().expect("the new id").to_owned();
        assert_eq!(world.key(&read).await, key, "{}", world.name);
        let reply = world.send(&old, |handle| handle.update(|login| login.b = 7)).await;
        assert_eq!(reply.status, 200, "{}", world.name);
        let written = reply.pair().expect("the new id").to_owned();
        assert_eq!(world.key(&written).await, key, "{}", world.name);
        assert_eq!(world.value(&written).await.b, 7, "{}", world.name);
        if world.merges {
            assert_eq!(world.value(&new).await.b, 7, "{}: the same record", world.name);
        }
    }
}

#[tokio::test]
async fn s24_the_first_use_of_the_new_id_does_not_end_the_grace() {
    for mut world in everywhere(declared).await {
        let slow = world.early().await;
        let new = world.renewed().await;
        assert_eq!(world.user(&new).await.as_deref(), Some("ann"), "{}", world.name);
        world.send(&new, |handle| handle.update(|login| login.b = 5)).await;
        slow.given.update(|login| login.c = 6);
        let reply = slow.ends().await;
        assert_eq!(reply.status, 200, "{}: a slow request loses nothing", world.name);
        if world.merges {
            let value = world.value(&new).await;
            assert_eq!((value.b, value.c), (5, 6), "{}", world.name);
        }
    }
}

#[tokio::test]
async fn t32_a_request_that_saves_on_its_way_goes_on_under_the_new_id() {
    for mut world in everywhere(declared).await {
        let slow = world.early().await;
        slow.given.update(|login| login.b = 1);
        slow.given.save().await.unwrap();
        let new = world.renewed().await;
        slow.given.update(|login| login.b = 2);
        slow.given.save().await.unwrap();
        slow.given.update(|login| login.c = 3);
        let reply = slow.ends().await;
        assert_eq!(reply.status, 200, "{}", world.name);
        let cookie = reply.pair().expect("the new id").to_owned();
        let value = world.value(&cookie).await;
        assert_eq!((value.b, value.c), (2, 3), "{}", world.name);
        assert_eq!(world.key(&cookie).await, world.key(&new).await, "{}", world.name);
    }
}

#[tokio::test]
async fn t34_what_is_taken_once_is_taken_once_in_spite_of_a_renewal() {
    for mut world in crate::world::servers(declared).await {
        let (one, other) = (world.early().await, world.early().await);
        let new = world.renewed().await;
        let took = one.given.take_once(|login| login.coupon.take()).await.unwrap();
        assert_eq!(took.as_deref(), Some("free"), "{}", world.name);
        assert_eq!(other.given.take_once(|login| login.coupon.take()).await.unwrap(), None, "{}", world.name);
        assert_eq!(one.ends().await.pair(), Some(&*new), "{}: and both learn the new id", world.name);
        assert_eq!(other.ends().await.pair(), Some(&*new), "{}", world.name);
    }
}
