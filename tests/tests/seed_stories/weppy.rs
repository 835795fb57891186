//! weppy: the same counter in a handler that is not `async`; long keys; names of files and keys.

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use session_runtime::store::FileStore;
use session_runtime::{
    EncryptedCookieStore, KeyRing, MemoryStore, RedisStore, RevocationList, SecretKey, Sessions, session,
    with_session,
};
use session_tests::redis::{prefix, shared};
use session_tests::{Browser, serve};

use crate::world::{Kind, Place, on_every_store};

#[session(idle = "1h")]
struct Visits {
    counter: u32,
}

#[with_session]
fn count(session: &mut Visits) -> String {
    session.counter += 1;
    format!("This is your {} visit", session.counter)
}

fn app(sessions: Sessions<Visits>) -> Router {
    Router::new()
        .route("/counter", get(async |session: session_runtime::Session<Visits>| count(session)))
        .layer(sessions)
}

/// WP-1: the counter, in a handler that is not `async`.
#[tokio::test]
async fn the_counter() {
    on_every_store(app, async |world| {
        let mut browser = world.browser();
        for visit in 1..=3 {
            assert_eq!(browser.get("/counter").await.body, format!("This is your {visit} visit"));
        }
    })
    .await;
}

/// WP-4, MD-7: a key of any length from 32 bytes on is a key, and a last newline in a file is none of it.
#[tokio::test]
async fn keys_of_any_length() {
    for length in [32, 33, 64, 1000] {
        let mut state = 7_u32;
        let key: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(length)
        .collect();
        let list = RevocationList::new(MemoryStore::new());
        let server = async |key: SecretKey| {
            let store = EncryptedCookieStore::new(KeyRing::new(key), list.clone());
            serve(app(Sessions::new(store).unwrap())).await
        };
        let mut browser = Browser::new(server(SecretKey::from_bytes(&key).unwrap()).await);
        assert_eq!(browser.get("/counter").await.body, "This is your 1 visit", "{length}");
        // the same key as a line in a file
        let place = Place::new(Kind::Files);
        let path = place.folder.join("key");
        let text = STANDARD.encode(&key);
        std::fs::write(
            &path,
            text + "
",
        )
        .unwrap();
        let mut again = Browser::new(server(SecretKey::from_file(&path).unwrap()).await);
        again.plant(&browser.cookie().unwrap());
        assert_eq!(again.get("/counter").await.body, "This is your 2 visit", "{length}");
    }
}

/// WP-8, EM-14, PA-9: files are called as it was said, in the folder that was said; a name that leads elsewhere is refused.
#[tokio::test]
async fn names_of_files() {
    let place = Place::new(Kind::Files);
    let store = FileStore::builder(&place.folder).filename_template("weppy_%s.sess").open().unwrap();
    let mut browser = Browser::new(serve(app(Sessions::new(store).unwrap())).await);
    browser.get("/counter").await;
    let entries = std::fs::read_dir(&place.folder).unwrap().map(Result::unwrap);
    let names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    let ours = |name: &&String| {
        let hash = name.strip_prefix("weppy_").and_then(|name| name.strip_suffix(".sess"));
        hash.is_some_and(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    assert_eq!(names.iter().filter(ours).count(), 1, "{names:?}");
    for template in ["", "no place", "%s/%s", "../%s", "a/%s"] {
        assert!(FileStore::builder(&place.folder).filename_template(template).open().is_err(), "{template}");
    }
}

/// WP-9, EM-16: keys in Redis begin as it was said.
#[tokio::test]
async fn names_of_keys() {
    let prefix = format!("wppsess:{}", prefix());
    let store = RedisStore::builder(shared().url()).prefix(&prefix).build().unwrap();
    let mut browser = Browser::new(serve(app(Sessions::new(store).unwrap())).await);
    browser.get("/counter").await;
    assert_eq!(shared().keys().iter().filter(|key| key.starts_with(&prefix)).count(), 1);
}
