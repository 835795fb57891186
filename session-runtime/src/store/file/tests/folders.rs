//! The folder, its modes, its names, and what happens when it fails.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::pin::pin;
use std::process::Command;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::store::StoreError;
use crate::store::conformance::kit::{Write, at};
use crate::store::file::folder::MAX_BYTES;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

#[tokio::test]
async fn em13_folder_and_files_are_for_their_owner_alone() {
    let folder = Temporary::new();
    let store = folder.store();
    created(&store, &key(1)).await;
    created(&store, &key(2)).await;
    store.delete(&key(2), at(60)).await.unwrap();
    assert_eq!(mode(&folder.path()), 0o700);
    for entry in fs::read_dir(folder.path()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn t17_a_folder_that_others_can_use_is_refused() {
    let folder = Temporary::new();
    drop(folder.store());
    for open in [0o750, 0o701, 0o777, 0o1777] {
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(open)).unwrap();
        let refused = FileStore::open(folder.path()).unwrap_err();
        assert!(refused.is_config() && refused.to_string().contains("chmod 700"), "{refused}");
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    symlink(folder.path(), folder.0.join("link")).unwrap();
    assert!(FileStore::open(folder.0.join("link")).is_err(), "a link may lead elsewhere tomorrow");
    fs::write(folder.0.join("file"), "").unwrap();
    assert!(FileStore::open(folder.0.join("file")).is_err());
}

#[tokio::test]
async fn em14_files_are_named_by_the_template() {
    let folder = Temporary::new();
    let builder = FileStore::builder(folder.path()).durability(Durability::Process);
    let store = builder.clone().filename_template("emt_%s.sess").open().unwrap();
    created(&store, &key(1)).await;
    assert_eq!(folder.names(), [format!("emt_{}.sess", key(1).to_hex())]);
    for template in ["emt.sess", "%s-%s", "../%s", "a/%s"] {
        let refused = builder.clone().filename_template(template).open().unwrap_err();
        assert!(refused.is_config() && refused.to_string().contains("filename_template"), "{refused}");
    }
}

#[tokio::test]
async fn a_restart_keeps_sessions_and_dead_ids() {
    let folder = Temporary::new();
    created(&folder.store(), &key(1)).await;
    created(&folder.store(), &key(2)).await;
    folder.store().delete(&key(2), at(60)).await.unwrap();
    let store = FileStore::open(folder.path()).unwrap(); // durable this time
    assert!(is_live(&store, &key(1)).await);
    assert!(matches!(store.load(&key(2)).await.unwrap(), Found::Tombstone { until, .. } if until == at(60)));
    store.update(&key(1), &Write::blind().put("b", "2").build()).await.unwrap();
    assert!(is_live(&store, &key(1)).await);
}

#[tokio::test]
async fn any_tool_reads_a_session() {
    let folder = Temporary::new();
    let store = folder.store();
    let fields = [("cart", r#"[{"name":"Bread"}]"#), ("big", "18446744073709551615")];
    store.create(&key(1), record(&fields)).await.unwrap();
    let text = fs::read_to_string(folder.file(&key(1))).unwrap();
    assert!(text.contains(r#""fields":{"cart":[{"name":"Bread"}],"big":18446744073709551615}"#), "{text}");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["format"], 1);
    assert_eq!(json["key"], key(1).to_hex());
    assert_eq!(json["meta"]["created"], at(0).as_millis());
    // not every machine has jq
    if let Ok(output) =
        Command::new("jq").args(["-r", ".fields.cart[0].name"]).arg(folder.file(&key(1))).output()
    {
        assert_eq!(String::from_utf8_lossy(&output.stdout), "Bread\n");
    }
    // and what a tool has printed anew is still the session
    fs::write(folder.file(&key(1)), serde_json::to_string_pretty(&json).unwrap()).unwrap();
    assert!(is_live(&store, &key(1)).await);
}

#[tokio::test]
async fn t17_a_write_that_fails_loses_nothing() {
    let folder = Temporary::new();
    let store = folder.store();
    created(&store, &key(1)).await;
    let before = fs::read(folder.file(&key(1))).unwrap();
    let huge = Write::blind().put("huge", &format!("\"{}\"", "x".repeat(MAX_BYTES))).build();
    let refused = store.update(&key(1), &huge).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)));
    assert!(store.rotate(&key(1), &key(2), &huge, at(60)).await.is_err());
    assert_eq!(fs::read(folder.file(&key(1))).unwrap(), before);
    assert_eq!(folder.names().len(), 1, "nothing is left of the attempts");
}

#[tokio::test]
async fn t17_a_folder_that_is_gone_is_an_error_and_not_an_empty_store() {
    let folder = Temporary::new();
    let store = folder.store();
    created(&store, &key(1)).await;
    fs::remove_dir_all(folder.path()).unwrap();
    assert!(store.create(&key(2), record(&[])).await.is_err());
    assert!(store.update(&key(1), &Write::blind().put("a", "2").build()).await.is_err());
}

#[test]
fn outside_of_a_runtime_there_is_an_error_and_no_panic() {
    let folder = Temporary::new();
    let store = folder.store();
    let id = key(1);
    let mut load = pin!(store.load(&id));
    let answer = load.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(answer, Poll::Ready(Err(StoreError::Unavailable(_)))));
}
