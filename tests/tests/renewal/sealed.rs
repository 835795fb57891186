//! What is peculiar to sessions in cookies: their size, and what the list of ended ones says of an old id.

use std::time::Duration;

use session_runtime::{Session, Sessions, SessionsBuilder};
use session_tests::logs;

use crate::world::{Login, declared, everywhere};

const MINUTE: Duration = Duration::from_secs(60);

/// Renews ids of five minutes.
fn periodic(builder: SessionsBuilder<Login>) -> SessionsBuilder<Login> {
    builder.renew(Duration::from_secs(300))
}

fn login(bytes: usize) -> Login {
    Login { user: Some("ann".into()), coupon: Some("c".repeat(bytes)), a: 1, ..Login::default() }
}

/// The longest coupon that a cookie has room for.
async fn longest(sessions: &Sessions<Login>) -> usize {
    let (mut fits, mut over) = (0, 4096);
    while over - fits > 1 {
        let bytes = usize::midpoint(fits, over);
        if sessions.issue(login(bytes)).await.is_ok() { fits = bytes } else { over = bytes }
    }
    fits
}

#[tokio::test]
async fn s37_a_due_renewal_that_no_cookie_has_room_for_fails_no_request() {
    for mut world in everywhere(periodic).await {
        if world.merges {
            continue;
        }
        let bytes = longest(&world.sessions).await;
        let mut cookie = world.sessions.issue(login(bytes)).await.unwrap().cookie().to_owned();
        world.clock.advance(Duration::from_secs(301));
        for a in 2..4 {
            let reply = world.send(&cookie, |handle| handle.update(|login| login.a = a)).await;
            assert_eq!(reply.status, 200, "{}", world.name);
            reply.pair().expect("what was changed").clone_into(&mut cookie);
            assert_eq!(world.value(&cookie).await.a, a, "{}", world.name);
        }
        // nor does it keep activity from being recorded
        for _ in 0..3 {
            world.clock.advance(50 * MINUTE);
            let reply = world.send(&cookie, |_| ()).await;
            reply.pair().expect("activity").clone_into(&mut cookie);
            assert_eq!(world.value(&cookie).await.a, 3, "{}", world.name);
        }
        let reply = world.send(&cookie, |handle| handle.update(|login| login.a = 1_000_000_000)).await;
        assert_eq!(reply.status, 500, "{}: what was changed itself is too much", world.name);
    }
}

#[tokio::test]
async fn s65_of_an_old_cookie_the_log_says_whether_its_session_has_another_id_or_none() {
    for (end, rotated) in [(Session::rotate as fn(&Session<Login>), "true"), (Session::destroy, "false")] {
        for mut world in everywhere(declared).await {
            let old = world.old.clone();
            world.send(&old, end).await;
            logs::listen();
            assert_eq!(world.user(&old).await, None);
            assert_eq!(logs::count(&format!("rotated={rotated}")), 1, "{}: {}", world.name, logs::heard());
        }
    }
}
