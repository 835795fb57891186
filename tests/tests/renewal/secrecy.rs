//! Who reads a store learns no id, and cannot compute one (S10, T1).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use session_runtime::Sessions;
use session_runtime::store::{Found, Store as _};
use session_tests::redis::{prefix, shared};
use session_tests::{ScriptedStore, key_of, logs};
use sha2::{Digest as _, Sha256};

use crate::world::World;

fn id(cookie: &str) -> String {
    cookie.split_once('=').unwrap().1.to_owned()
}

#[tokio::test]
async fn s10_t1_the_new_id_is_neither_in_the_store_nor_derived_from_what_is() {
    let store = ScriptedStore::new();
    let mut world = World::new("memory", Sessions::builder(store.clone())).await;
    logs::listen();
    let new = world.renewed().await;
    let Found::Record(record) = store.inner().load(&world.key(&new).await).await.unwrap() else { panic!() };
    let renewal = record.meta().renewed.as_deref().expect("it says how it was renewed");
    assert_eq!(renewal.from, world.old_key);
    let [old_id, new_id] = [&world.old, &new].map(|cookie| URL_SAFE_NO_PAD.decode(id(cookie)).unwrap());
    // as it is defined
    let hash = |id: &[u8]| {
        Sha256::new()
            .chain_update(b"session id renewed")
            .chain_update(id)
            .chain_update(renewal.nonce)
            .finalize()
    };
    let (stays, renewed) = new_id.split_at(16);
    assert_eq!(*stays, old_id[..16], "what CSRF tokens are of");
    assert_eq!(hash(&old_id)[16..], *renewed, "who has the old id computes the new one");
    // what a thief of the store has in its place
    let stolen = [key_of(&id(&world.old)), key_of(&id(&new)), renewal.nonce, *renewal.from.as_bytes()];
    for part in &stolen {
        for half in [stays, renewed] {
            assert!(!part.windows(16).chain(hash(part).windows(16)).any(|known| known == half));
        }
    }
    let shown = format!("{renewal:?} {:?} {}", record.meta(), logs::heard());
    for secret in [id(&world.old), id(&new), URL_SAFE_NO_PAD.encode(renewal.nonce)] {
        assert!(!shown.contains(&secret), "T22");
    }
}

#[tokio::test]
async fn s10_no_id_is_among_the_bytes_of_a_renewed_session_in_redis() {
    let prefix = prefix();
    let store = session_runtime::RedisStore::builder(shared().url()).prefix(prefix.clone()).build().unwrap();
    let mut world = World::new("redis", Sessions::builder(store)).await;
    let new = world.renewed().await;
    let dump = shared().dump(&prefix);
    let has = |bytes: &[u8]| dump.windows(bytes.len()).any(|part| part == bytes);
    assert!(has(b"@renewed"));
    for cookie in [&world.old, &new] {
        let bytes = URL_SAFE_NO_PAD.decode(id(cookie)).unwrap();
        let hex = bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        for text in [id(cookie), STANDARD_NO_PAD.encode(&bytes), hex] {
            assert!(!has(text.as_bytes()));
        }
        for half in bytes.chunks(16) {
            assert!(!has(half));
        }
    }
}
