use super::{CsrfKey, FieldKey, HandlerKey, Key, MergeKey, RefusalKey, StructKey};

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
    documented::<HandlerKey>();
    documented::<RefusalKey>();
    documented::<CsrfKey>();
}

#[test]
fn keys_are_found_by_name() {
    assert_eq!(StructKey::find("same_site"), Some(StructKey::SameSite));
    assert_eq!(StructKey::find("skip"), None);
    assert!(FieldKey::Alias.repeatable());
    assert!(!FieldKey::Rename.repeatable());
}
