//! T2, S15, S18: two processes that serve one application, on files and on Redis.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use session_runtime::{FileStore, RedisStore, Session, Sessions};
use session_tests::process::{Other, report, role, wait_for_the_start};
use session_tests::redis::Server;
use session_tests::{Browser, ByHand, Folder, Gate, Request, patiently, serve};

use crate::world::{Account, app};

/// The sessions in this folder, or on the server of this URL; at most three of one owner.
fn sessions(place: &Path) -> Sessions<Account> {
    let builder = match place.to_str().filter(|place| place.starts_with("redis:")) {
        Some(url) => Sessions::builder(RedisStore::connect(url).unwrap()),
        None => Sessions::builder(FileStore::open(place).unwrap()),
    };
    builder.max_sessions(3).build().unwrap()
}

/// What a child does.
pub(crate) async fn serve_as_told() {
    let Some((_, place)) = role() else { return };
    wait_for_the_start();
    report(serve(app(&Gate::default(), &sessions(&place))).await);
    std::future::pending::<()>().await; // until it is killed
}

/// Another process on the same store, and the sessions of this one.
struct World {
    sessions: Sessions<Account>,
    here: SocketAddr,
    there: SocketAddr,
    _other: Other,
}

impl World {
    async fn new(place: &Path) -> Self {
        let mut other = Other::start("serve", place);
        other.go();
        let there = other.report().unwrap().parse().unwrap();
        let sessions = sessions(place);
        let here = serve(app(&Gate::default(), &sessions)).await;
        Self { sessions, here, there, _other: other }
    }
}

/// Runs a test on both kinds of store.
async fn on_both(test: impl AsyncFn(World, &str)) {
    let folder = Folder::new();
    let store = folder.0.join("store");
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&store).unwrap();
    test(World::new(&store).await, "files").await;
    let redis = Server::start();
    test(World::new(&PathBuf::from(redis.url())).await, "redis").await;
}

#[tokio::test]
async fn t2_s15_what_is_in_flight_in_one_process_dies_by_a_revocation_in_the_other() {
    on_both(async |world, name| {
        let mut browser = Browser::new(world.here);
        assert_eq!(browser.post("/login/ann/laptop").await.status, 200, "{name}");
        let mut requests: ByHand<Session<Account>> =
            ByHand::serve(|app| app.layer(world.sessions.clone())).await;
        for change in [true, false] {
            let slow = requests.handle(&browser.cookie().unwrap()).await;
            // it is loaded, and then it ends there
            let user = slow.given.get().user.clone();
            assert_eq!(user.as_deref(), Some("ann"), "{name}");
            if change {
                slow.given.update(|account| account.note = "late".into());
            } else {
                slow.given.rotate();
            }
            let ended = Request::post("/everywhere/ann").send(world.there).await;
            assert_eq!((ended.status, &*ended.body), (200, "1"), "{name}");
            let reply = slow.ends().await;
            assert_eq!((reply.status, reply.set_cookies().len()), (409, 0), "{name}");
            for server in [world.here, world.there] {
                let seen = browser.prepare(Request::get("/")).send(server).await;
                assert_eq!(seen.body, "anonymous", "{name}");
            }
            browser = Browser::new(world.here);
            assert_eq!(browser.post("/login/ann/laptop").await.status, 200, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn s18_twenty_logins_at_two_processes_at_once_are_never_too_many() {
    on_both(async |world, name| {
        let sent: Vec<_> = (0..20)
            .map(|n| {
                let server = if n % 2 == 0 { world.here } else { world.there };
                tokio::spawn(async move { Request::post(&format!("/login/ann/{n}")).send(server).await })
            })
            .collect();
        let mut cookies = Vec::new();
        for sent in sent {
            let reply = patiently("a login", sent).await.unwrap();
            assert!([200, 409].contains(&reply.status), "{name}: {reply:?}");
            cookies.extend(reply.pair().map(str::to_owned));
        }
        let mut alive = 0;
        for cookie in cookies {
            let seen = Request::get("/").cookie(cookie).send(world.there).await;
            alive += usize::from(seen.body.starts_with("ann "));
        }
        assert_eq!(alive, 3, "{name}");
        let found = world.sessions.sessions_of(&"ann".to_owned()).await.unwrap();
        assert_eq!(found.len(), 3, "{name}");
    })
    .await;
}
