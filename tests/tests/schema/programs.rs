//! Two programs, one of each version, on one folder.

use session_tests::deployed::Deployed;
use session_tests::{Browser, Folder, Reply, Request};

fn both(folder: &Folder) -> [Deployed; 2] {
    [env!("CARGO_BIN_EXE_schema_v1"), env!("CARGO_BIN_EXE_schema_v2")]
        .map(|program| Deployed::start(program, &folder.0))
}

/// The version in the session's file.
fn version(folder: &Folder) -> Option<u64> {
    let files =
        std::fs::read_dir(&folder.0).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()));
    // the index of the owner's sessions is there, too, and has none
    let versions = files.filter_map(|text| {
        let file: serde_json::Value = serde_json::from_str(&text.ok()?).ok()?;
        Some(file.get("meta")?.get("schema").and_then(serde_json::Value::as_u64))
    });
    versions.max().expect("a record")
}

/// Sends a request to one of the two, again if it was refused because the other one wrote meanwhile.
async fn insist(browser: &Browser, to: &Deployed, target: &str) -> Reply {
    loop {
        let reply = browser.prepare(Request::post(target)).send(to.address).await;
        match reply.status {
            409 => {}
            status => {
                assert_eq!(status, 200, "{target}");
                return reply;
            }
        }
    }
}

async fn shown(browser: &Browser, at: &Deployed) -> String {
    browser.prepare(Request::get("/")).send(at.address).await.body
}

#[tokio::test]
async fn t42_two_versions_of_a_program_take_turns_on_one_session_and_lose_nothing() {
    let folder = Folder::new();
    let [old, new] = both(&folder);
    let mut browser = Browser::new(old.address);
    browser.post("/pay/3").await;
    browser.post("/own").await;
    let reply = insist(&browser, &old, "/login/7").await;
    browser.take(&reply);
    assert_eq!(version(&folder), None, "the earlier version declares none");
    assert_eq!(shown(&browser, &new).await, "user=Some(7) visits=0 cart= cents=300 rating=0");
    assert_eq!(version(&folder), None, "reading writes nothing");
    for n in 0..20 {
        let server = if n % 2 == 0 { &new } else { &old };
        insist(&browser, server, "/visit").await;
        insist(&browser, server, &format!("/item/{n}")).await;
        insist(&browser, server, "/own").await;
        assert_eq!(version(&folder), Some(2));
    }
    let cart = (0..20).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(shown(&browser, &old).await, format!("user=Some(7) visits=20 cart={cart} paid=3 legacy=11"));
    assert_eq!(
        shown(&browser, &new).await,
        format!("user=Some(7) visits=20 cart={cart} cents=300 rating=10")
    );
    // a login by either is one to the other
    for (server, user) in [(&old, 8), (&new, 9)] {
        let reply = insist(&browser, server, &format!("/login/{user}")).await;
        browser.take(&reply);
        for server in [&old, &new] {
            assert!(shown(&browser, server).await.starts_with(&format!("user=Some({user}) visits=0")));
        }
    }
}

#[tokio::test]
async fn t42_two_versions_of_a_program_write_one_session_at_once_and_lose_nothing() {
    const EACH: usize = 25;
    let folder = Folder::new();
    let servers = std::sync::Arc::new(both(&folder));
    let mut browser = Browser::new(servers[0].address);
    browser.post("/pay/3").await;
    let tasks: Vec<_> = (0..2 * EACH)
        .map(|n| {
            let (browser, servers) = (browser.clone(), std::sync::Arc::clone(&servers));
            tokio::spawn(async move {
                let server = &servers[n % 2];
                insist(&browser, server, "/visit").await;
                insist(&browser, server, &format!("/item/{n}")).await;
                insist(&browser, server, "/own").await;
            })
        })
        .collect();
    for task in tasks {
        session_tests::patiently("a browser", task).await.unwrap();
    }
    let [old, new] = &*servers;
    let (earlier, later) = (shown(&browser, old).await, shown(&browser, new).await);
    assert!(
        earlier.starts_with("user=None visits=50 ") && earlier.ends_with(" paid=3 legacy=25"),
        "{earlier}"
    );
    assert!(later.starts_with("user=None visits=50 ") && later.ends_with(" cents=300 rating=25"), "{later}");
    let cart = later.split("cart=").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let mut items: Vec<usize> = cart.split(',').map(|item| item.parse().unwrap()).collect();
    items.sort_unstable();
    assert!(items.into_iter().eq(0..2 * EACH));
    assert_eq!(version(&folder), Some(2));
}
