//! Files that are not ours, under our names and others (T18, EM-24).

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::{Duration, SystemTime};

use super::*;
use crate::store::conformance::kit::{Write, at};
use crate::store::{Rotated, Touched, Updated};

/// Nothing is there, whatever is asked, and a new session takes the place.
async fn is_as_good_as_nothing(folder: &Temporary, what: &str) {
    let (store, id) = (folder.store(), key(1));
    for _ in 0..2 {
        assert!(matches!(store.load(&id).await.unwrap(), Found::Nothing), "{what}");
    }
    let changes = Write::blind().put("a", "2").build();
    assert_eq!(store.update(&id, &changes).await.unwrap(), Updated::Gone, "{what}");
    assert_eq!(store.touch(&id, at(1)).await.unwrap(), Touched::Gone, "{what}");
    assert_eq!(store.rotate(&id, &key(2), &changes, at(9)).await.unwrap(), Rotated::Gone, "{what}");
    store.delete(&id, at(9)).await.unwrap();
    assert_eq!(store.sweep(at(0)).await.unwrap(), 0, "{what}");
    created(&store, &id).await;
    assert!(is_live(&store, &id).await, "{what}");
}

#[tokio::test]
async fn t18_em24_what_is_no_record_is_absent_and_gives_way() {
    let other = {
        let folder = Temporary::new();
        created(&folder.store(), &key(7)).await;
        fs::read_to_string(folder.file(&key(7))).unwrap()
    };
    let own = other.replace(&key(7).to_hex(), &key(1).to_hex());
    let deep = format!("{{\"format\":1,\"x\":{}", "[".repeat(1_000_000));
    let meta = "\"created\":1,\"last_seen\":1,\"idle\":1,\"expires\":1,\"remembered\":false";
    let contents = [
        String::new(),
        " ".into(),
        "\0".repeat(100),
        "null".into(),
        "[1]".into(),
        "{}".into(),
        "{\"format\":1}".into(),
        "{\"format\":0}".into(),
        deep,
        own[..own.len() / 2].into(),
        format!("{own}{own}"),
        format!("{own}x"),
        own.replace("\"fields\":{", "\"fields\":{\"a\":2,"),
        own.replace("\"format\":1", "\"format\":\"1\""),
        own.replace("\"format\":1", "\"format\":1,\"tombstone\":5"),
        own.replace("\"last_op\":\"", "\"last_op\":\"x"),
        own.replace("\"meta\"", "\"was\""),
        format!("{{\"format\":1,\"key\":\"{}\",\"meta\":{{{meta}}},\"fields\":{{}}}}", key(1).to_hex()),
        // a record copied under the name of another is not another session
        other,
    ];
    for content in contents {
        let folder = Temporary::new();
        drop(folder.store());
        fs::write(folder.file(&key(1)), &content).unwrap();
        is_as_good_as_nothing(&folder, &content[..content.len().min(200)]).await;
    }
}

#[tokio::test]
async fn t18_a_file_of_100_megabytes_is_not_read() {
    let folder = Temporary::new();
    drop(folder.store());
    File::create(folder.file(&key(1))).unwrap().set_len(100 << 20).unwrap();
    is_as_good_as_nothing(&folder, "a large file").await;
}

#[tokio::test]
async fn t17_a_link_is_neither_read_nor_written_through() {
    let folder = Temporary::new();
    let victim = folder.0.join("victim");
    created(&folder.store(), &key(1)).await;
    fs::rename(folder.file(&key(1)), &victim).unwrap();
    let before = fs::read(&victim).unwrap();
    symlink(&victim, folder.file(&key(1))).unwrap();
    is_as_good_as_nothing(&folder, "a link to a record").await;
    assert_eq!(fs::read(&victim).unwrap(), before);
    assert!(fs::symlink_metadata(folder.file(&key(1))).unwrap().is_file());
}

#[tokio::test]
async fn t17_neither_are_links_that_lead_nowhere_or_to_themselves() {
    for target in ["nowhere", "/dev/zero", "."] {
        let folder = Temporary::new();
        drop(folder.store());
        symlink(target, folder.file(&key(1))).unwrap();
        is_as_good_as_nothing(&folder, target).await;
    }
}

#[tokio::test]
async fn t18_a_folder_or_a_socket_under_our_name_is_no_session() {
    let folder = Temporary::new();
    let store = folder.store();
    fs::create_dir(folder.file(&key(1))).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.0.join("s")).unwrap();
    fs::rename(folder.0.join("s"), folder.file(&key(2))).unwrap();
    for n in [1, 2] {
        assert!(matches!(store.load(&key(n)).await.unwrap(), Found::Nothing));
        assert_eq!(store.touch(&key(n), at(1)).await.unwrap(), Touched::Gone);
    }
    assert!(
        store.create(&key(1), record(&[])).await.is_err(),
        "a folder does not give way, and that is said"
    );
    assert_eq!(folder.names().len(), 2, "no temporary file is left");
}

#[tokio::test]
async fn a_record_of_a_newer_version_is_left_alone() {
    let folder = Temporary::new();
    let store = folder.store();
    let newer = "{\"format\":2,\"key\":\"other\",\"anything\":[]}";
    fs::write(folder.file(&key(1)), newer).unwrap();
    make_old(&folder.file(&key(1)));
    assert!(matches!(store.load(&key(1)).await.unwrap(), Found::Nothing));
    assert_eq!(store.create(&key(1), record(&[])).await.unwrap(), Created::Exists);
    store.delete(&key(1), at(9)).await.unwrap();
    assert_eq!(store.sweep(at(999_999)).await.unwrap(), 0);
    assert_eq!(fs::read_to_string(folder.file(&key(1))).unwrap(), newer);
}

fn make_old(path: &Path) {
    let long_ago = SystemTime::now() - Duration::from_secs(7200);
    File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
}

/// Puts files beside the sessions that belong to somebody else, and returns their names.
fn foreign_files(folder: &Temporary) -> Vec<String> {
    let hex = key(1).to_hex();
    let mut names =
        ["notes.txt", "session-.json", "session-1.json", "session-%s.json", ".session-tmp", "tmp-session"]
            .map(str::to_owned)
            .to_vec();
    names.extend([format!("session-{hex}.json~"), format!("session-{}.json", hex.to_uppercase()), hex]);
    for name in &names {
        fs::write(folder.path().join(name), "theirs").unwrap();
        make_old(&folder.path().join(name));
    }
    names.sort();
    names
}

#[tokio::test]
async fn em19_s73_sweep_and_clear_all_touch_only_what_is_ours() {
    let folder = Temporary::new();
    let store = folder.store();
    let theirs = foreign_files(&folder);
    for n in 0..5 {
        created(&store, &key(n)).await;
    }
    store.delete(&key(4), at(60)).await.unwrap();
    assert_eq!(store.sweep(at(999_999)).await.unwrap(), 5);
    assert_eq!(folder.names(), theirs);
    for n in 0..5 {
        created(&store, &key(n)).await;
    }
    assert_eq!(store.clear_all().await.unwrap(), 5);
    assert_eq!(folder.names(), theirs);
}

/// EM-25.
#[tokio::test]
async fn s73_sweep_removes_what_a_crash_left_behind() {
    let folder = Temporary::new();
    let store = folder.store();
    let (old, new) = (folder.path().join(".session-tmp-1"), folder.path().join(".session-tmp-2"));
    for path in [&old, &new, &folder.file(&key(1)), &folder.file(&key(2))] {
        fs::write(path, "torn").unwrap();
    }
    make_old(&old);
    make_old(&folder.file(&key(1)));
    assert_eq!(store.sweep(at(0)).await.unwrap(), 0, "neither was a record");
    let kept = [".session-tmp-2".to_owned(), format!("session-{}.json", key(2).to_hex())];
    assert_eq!(folder.names(), kept, "what may be in use stays");
}

#[tokio::test]
async fn a_file_that_nobody_may_read_is_no_session() {
    let folder = Temporary::new();
    let store = folder.store();
    created(&store, &key(1)).await;
    fs::set_permissions(folder.file(&key(1)), fs::Permissions::from_mode(0o000)).unwrap();
    // root reads it all the same
    assert!(store.load(&key(1)).await.is_ok());
}

#[tokio::test]
async fn t42_what_an_earlier_version_did_not_write_of_an_id_is_its_beginning_and_nonsense_opens_nothing() {
    let folder = Temporary::new();
    let store = folder.store();
    created(&store, &key(1)).await;
    let own = fs::read_to_string(folder.file(&key(1))).unwrap();
    assert!(!own.contains("issued") && !own.contains("renewed"), "{own}");
    for written in ["\"renewed\":\"1 2 3\",", "\"renewed\":\"\",", ""] {
        fs::write(
            folder.file(&key(1)),
            own.replace("\"authenticated\"", &format!("{written}\"authenticated\"")),
        )
        .unwrap();
        let Found::Record(found) = store.load(&key(1)).await.unwrap() else { panic!("{written}") };
        assert_eq!((found.meta().issued, &found.meta().renewed), (found.meta().created, &None), "{written}");
    }
}
