//! Several layers around one application.

use super::{Op, World};

/// T43.
pub async fn t43_of_two_layers_of_one_type_the_outer_one_does_the_work(world: World) {
    let reply = world.get("/handle?visit").await;
    assert_eq!((reply.set_cookies().len(), reply.values("vary")), (1, vec!["Cookie"]));
    let cookie = reply.pair().expect("a cookie");
    world.get_with("/handle?visit", cookie).await;
    world.get_with("/handle?logout", cookie).await;
    assert_eq!(world.store().calls(), [Op::Create, Op::Load, Op::Update, Op::Load, Op::Delete]);
    assert_eq!(world.again().calls(), []);
}

/// S71.
pub async fn s71_two_session_types_have_a_cookie_each(world: World) {
    let reply = world.get("/both?visit").await;
    assert_eq!(reply.body, "1 nobody 1");
    let mut lines = reply.set_cookies();
    lines.sort_unstable();
    let [admin, probe] = lines[..] else { panic!("two cookies: {reply:?}") };
    assert!(admin.starts_with("__Host-admin=") && admin.contains("SameSite=Strict"), "{admin}");
    assert!(probe.starts_with("__Host-id=") && probe.contains("SameSite=Lax"), "{probe}");
    assert_eq!((reply.values("vary"), reply.value("cache-control")), (vec!["Cookie"], Some("private")));
    let pair = |line: &str| line.split(';').next().map(str::to_owned).expect("a pair");
    let both = format!("{}; {}", pair(admin), pair(probe));
    assert_eq!(world.get_with("/both?visit", &both).await.body, "2 nobody 2");
    let crossed = both.replace("admin", "x").replace("__Host-id", "__Host-admin");
    assert_eq!(
        world.get_with("/both", &crossed).await.body,
        "0 nobody 1",
        "an id of the one is nothing to the other"
    );
}

/// What is committed is committed, and its id may be a new one.
pub async fn one_session_that_cannot_be_saved_leaves_the_cookie_of_the_other(world: World) {
    world.admins().fails(false, true);
    let reply = world.get("/both?visit&cookie=theme").await;
    assert_eq!((reply.status, reply.value("x-refused")), (504, Some("504")), "{reply:?}");
    assert!(!reply.body.contains("nobody"), "{reply:?}");
    let [line] = reply.set_cookies()[..] else { panic!("one cookie, not the application's: {reply:?}") };
    assert_eq!(reply.value("cache-control"), Some("private"));
    let pair = line.split(';').next().expect("a pair");
    assert_eq!(world.get_with("/handle", pair).await.body, "1 nobody");
    world.admins().fails(false, false);
    world.store().fails(false, true);
    let reply = world.get("/both?visit").await;
    assert_eq!((reply.status, reply.set_cookies()), (503, vec![]), "to the outer one it is a 5xx: {reply:?}");
}
