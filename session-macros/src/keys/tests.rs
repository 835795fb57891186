use super::{FieldKey, HandlerKey, Key, MergeKey, StructKey};

/// The documentation has a row for each key, which begins with its example.
fn documented<K: Key>() {
    let docs = include_str!("../lib.rs");
    for key in K::ALL {
        let row = format!("/// | `{}` |", key.example());
        assert!(docs.contains(&row), "lib.rs needs a row `{row}`");
        assert!(key.example().contains(key.name()));
    }
}

#[test]
fn every_key_has_a_row_in_the_documentation() {
    documented::<StructKey>();
    documented::<FieldKey>();
    documented::<MergeKey>();
}

#[test]
fn the_keys_of_handlers_are_documented() {
    assert!(include_str!("../lib.rs").contains("/// | `#[with_session(crate = ::my_runtime)]` |"));
    assert_eq!(HandlerKey::ALL, [HandlerKey::Crate]);
}

#[test]
fn keys_are_found_by_name() {
    assert_eq!(StructKey::find("same_site"), Some(StructKey::SameSite));
    assert_eq!(StructKey::find("skip"), None);
    assert!(FieldKey::Alias.repeatable());
    assert!(!FieldKey::Rename.repeatable());
}
