//! What is told of it, and what is not.

use session_tests::logs;

use crate::world::{Kind, World};

#[tokio::test]
async fn s63_t22_its_beginning_and_each_end_are_events_that_name_nobody() {
    let world = World::new(Kind::Memory).await;
    logs::listen();
    let mut browser = world.logged_in("root-canary").await;
    browser.post("/fill/canary").await;
    browser.post("/as/ann-canary").await;
    assert_eq!(logs::count("impersonation_begun"), 1);
    browser.post("/as/bob-canary").await;
    browser.post("/note/canary").await;
    assert_eq!(logs::count("impersonation_ended"), 0);
    browser.post("/back").await;
    assert_eq!(logs::count("impersonation_ended"), 1);
    assert_eq!(logs::count("returned=true"), 1);
    for deed in ["logout", "login-other", "restart", "unmask", "destroy"] {
        let mut browser = world.logged_in("root-canary").await;
        browser.post("/as/ann-canary").await;
        logs::listen();
        browser.post(&format!("/act/{deed}")).await;
        assert_eq!(logs::count("impersonation_ended"), 1, "{deed}");
        assert_eq!(logs::count("returned=false"), 1, "{deed}");
        assert!(!logs::heard().lines().any(|line| line.contains("session") && line.contains("canary")));
    }
    let debug = format!("{:?}", world.sessions.sessions_of(&"root-canary".to_owned()).await.unwrap());
    assert!(!debug.contains("canary"), "{debug}");
}
