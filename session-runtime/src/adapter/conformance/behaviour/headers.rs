//! What is added to a response.

use super::World;

/// S40 and S41: no cookie of the application is lost or folded into ours.
pub async fn s40_s41_the_cookie_stands_beside_those_of_the_application(world: World) {
    let reply = world.get("/handle?visit&cookie=theme&cookie=lang").await;
    let lines = reply.set_cookies();
    let of = |name: &str| lines.iter().filter(|line| line.starts_with(name)).count();
    assert_eq!((lines.len(), of("theme=1"), of("lang=1"), of("__Host-id=")), (3, 1, 1, 1), "{lines:?}");
    let other = world.get("/plain?cookie=theme").await;
    assert_eq!(other.set_cookies(), ["theme=1; Path=/"]);
}

/// T31.
pub async fn t31_each_client_gets_its_own_cookie(world: World) {
    let (ann, bob) = (world.visitor().await, world.visitor().await);
    assert_ne!(ann, bob);
    for (cookie, target) in
        [(&ann, "/handle"), (&bob, "/handle?status=404"), (&ann, "/plain"), (&bob, "/none")]
    {
        assert_eq!(world.get_with(target, cookie).await.set_cookies(), [""; 0], "{target}");
    }
}

/// S62.
pub async fn s62_vary_is_added_to_what_is_there(world: World) {
    let cookie = world.visitor().await;
    for (there, expected) in [
        ("", vec!["Cookie"]),
        ("vary=Accept-Encoding", vec!["Accept-Encoding", "Cookie"]),
        ("vary=accept,+cookie", vec!["accept, cookie"]),
        ("vary=*", vec!["*"]),
    ] {
        for target in [format!("/handle?{there}"), format!("/handle?visit&{there}")] {
            let reply = world.get_with(&target, &cookie).await;
            let lines = reply.values("vary").join(", ");
            assert_eq!(lines, expected.join(", "), "{target}");
        }
    }
}

/// T23 and S62: what has our cookie is kept by no shared cache.
pub async fn t23_a_response_with_a_cookie_is_private(world: World) {
    for (there, expected) in [
        ("", "private"),
        ("cache=public,+max-age=60", "private, max-age=60"),
        ("cache=s-maxage=60", "private"),
        ("cache=no-store", "no-store"),
        ("cache=private,+max-age=5", "private, max-age=5"),
    ] {
        for status in ["200", "304", "404"] {
            let reply = world.get(&format!("/handle?visit&status={status}&{there}")).await;
            assert_eq!(reply.set_cookies().len(), 1, "{reply:?}");
            assert_eq!(reply.value("cache-control"), Some(expected), "{there} {status}");
        }
    }
}

/// S62, ASVS 14.3.2: what shows somebody's session is theirs, unless the application says otherwise.
pub async fn s62_what_shows_a_session_with_an_owner_is_private(world: World) {
    let cookie = world.visitor().await;
    assert_eq!(world.get_with("/handle", &cookie).await.value("cache-control"), None, "nobody's");
    let login = world.get_with("/handle?login=ann", &cookie).await;
    let ann = login.pair().unwrap_or_else(|| panic!("a login is a new id: {login:?}"));
    for (there, expected) in [("", "private"), ("cache=public,+max-age=60", "public, max-age=60")] {
        let reply = world.get_with(&format!("/handle?{there}"), ann).await;
        assert_eq!((reply.value("cache-control"), reply.set_cookies()), (Some(expected), vec![]), "{there}");
    }
    assert_eq!(world.get_with("/plain", ann).await.value("cache-control"), None, "shows nothing of it");
}

/// S25.
pub async fn s25_a_logout_clears_site_data(world: World) {
    let (cookie, _) = world.administrator().await;
    assert_eq!(world.get_with("/admin?visit", &cookie).await.value("clear-site-data"), None);
    let bye = world.get_with("/admin?logout", &cookie).await;
    assert!(bye.removes_cookie(), "{bye:?}");
    assert_eq!(bye.value("clear-site-data"), Some("\"storage\""), "{bye:?}");
}

/// T23: a static file stays cacheable, and costs no look into the store.
pub async fn t23_a_request_that_asks_for_no_session_leaves_no_trace(world: World) {
    let cookie = world.visitor().await;
    let reply = world.get_with("/plain?cache=public", &cookie).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "plain"));
    assert_eq!((reply.value("vary"), reply.value("cache-control")), (None, Some("public")));
    assert_eq!(reply.set_cookies(), [""; 0]);
    assert_eq!((world.store().calls(), world.admins().calls()), (vec![], vec![]));
}
