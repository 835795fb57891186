//! What an index is where it lies (S10, T1), and when it goes (S73).

use std::time::Duration;

use session_runtime::clock::{Clock as _, SystemClock};
use session_runtime::store::{EncryptedStore, Found, Store as _};
use session_runtime::{KeyRing, MemoryStore, SecretKey, Sessions};
use session_tests::stores::Any;
use session_tests::{key_of, logs};

use crate::world::{Account, HOUR, Kind, World};

fn account(user: &str) -> Account {
    Account { user: Some(user.to_owned()), ..Account::default() }
}

#[tokio::test]
async fn s10_t1_no_id_and_no_owner_is_in_an_index() {
    for kind in [Kind::Memory, Kind::EncryptedCookie] {
        let world = World::new(kind).await;
        let mut ids = Vec::new();
        for device in ["laptop", "phone"] {
            let mut browser = world.logged_in("canary-ann", device).await;
            ids.push(browser.cookie().unwrap());
            browser.post("/act/confirm").await;
            ids.push(browser.cookie().unwrap());
        }
        world.sessions.sessions_of(&"canary-ann".to_owned()).await.unwrap();
        let mut indexes = 0;
        for key in world.store.keys() {
            let Found::Record(record) = world.store.inner().load(&key).await.unwrap() else { continue };
            let Some(sessions) = record.fields().get("sessions") else { continue };
            indexes += 1;
            let (text, owner) = (String::from_utf8_lossy(sessions), record.meta().owner.as_deref());
            assert!(!text.contains("canary-ann") && owner == Some("\"index\""), "{kind:?} {text}");
            for cookie in &ids {
                let (_, id) = cookie.split_once('=').unwrap();
                assert!(!text.contains(id), "{kind:?}");
            }
            for (_, id) in
                ids.iter().filter_map(|cookie| cookie.split_once('=')).filter(|_| kind == Kind::Memory)
            {
                assert!(!world.store.keys().iter().any(|key| {
                    use base64::Engine as _;
                    let raw = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(id).unwrap();
                    key.as_bytes()[..] == raw
                }));
                assert!(world.store.keys().iter().any(|key| *key.as_bytes() == key_of(id)), "only hashes");
            }
        }
        assert!(indexes > 0, "{kind:?}");
    }
}

#[tokio::test]
async fn s73_an_index_is_swept_when_the_last_session_in_it_is_over() {
    for kind in [Kind::Memory, Kind::Files, Kind::Encrypted] {
        let world = World::new(kind).await;
        world.logged_in("ann", "laptop").await;
        world.clock.advance(6 * HOUR);
        world.logged_in("ann", "phone").await;
        // of the first one nothing is left but its entry
        world.clock.advance(Duration::from_secs(12 * 3600 - 1));
        world.store.sweep(world.clock.now()).await.unwrap();
        let rest = || world.store.sweep(world.clock.now());
        world.clock.advance(HOUR);
        assert!(rest().await.unwrap() >= 1, "{kind:?}: the index");
        assert_eq!(rest().await.unwrap(), 0, "{kind:?}");
        if let Any::Memory(memory) = world.store.inner() {
            assert_eq!(memory.len(), 0, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn a_flood_of_visitors_takes_no_owners_index_away() {
    let store = MemoryStore::builder().capacity(20).build();
    let sessions = Sessions::<Account>::new(store.clone()).unwrap();
    sessions.issue(account("ann")).await.unwrap();
    for n in 0..100 {
        sessions.issue(Account { note: n.to_string(), ..Account::default() }).await.unwrap();
    }
    assert_eq!(sessions.revoke_owner(&"ann".to_owned()).await.unwrap(), 1);
}

#[tokio::test]
async fn an_index_under_a_key_that_left_the_ring_is_begun_anew() {
    // in the present, so that the sealed times are plausible
    assert!(SystemClock.now().as_millis() > 0);
    let memory = MemoryStore::new();
    let (old, new) = (SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
    let sessions = |key: SecretKey| {
        Sessions::<Account>::new(EncryptedStore::new(memory.clone(), &KeyRing::new(key))).unwrap()
    };
    sessions(old).issue(account("ann")).await.unwrap();
    let sessions = sessions(new);
    // what does not open is as good as absent: it must not keep ann out for as long as it lies there
    sessions.issue(account("ann")).await.unwrap();
    assert_eq!(sessions.sessions_of(&"ann".to_owned()).await.unwrap().len(), 1);
    assert_eq!(sessions.revoke_owner(&"ann".to_owned()).await.unwrap(), 1);
}

#[tokio::test]
async fn an_index_that_does_not_decode_is_begun_anew_and_the_log_says_so() {
    use session_runtime::store::conformance::kit::Write;
    logs::listen();
    let world = World::new(Kind::Memory).await;
    world.logged_in("ann", "laptop").await;
    let index = world.store.keys()[0];
    let Found::Record(record) = world.store.inner().load(&index).await.unwrap() else { panic!("the index") };
    for broken in ["null", "{}", "[{\"handle\":\"x\"}]", "[1]"] {
        let write = Write::after(&record).put("sessions", broken).build();
        world.store.inner().update(&index, &write).await.unwrap();
        world.logged_in("ann", "phone").await;
        assert_eq!(world.labels_of("ann").await, ["phone"], "{broken}");
    }
    assert!(logs::count("foreign_index") >= 4);
}
