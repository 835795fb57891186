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

/// A word that is an option here is none of somebody else's.
#[test]
fn words_of_others_are_no_keys() {
    fn of<K: Key>() {
        for (words, _) in K::ELSEWHERE {
            assert!(words.iter().all(|word| K::find(word).is_none()), "{words:?}");
        }
    }
    of::<StructKey>();
    of::<FieldKey>();
    of::<HandlerKey>();
}

#[test]
fn keys_are_found_by_name() {
    assert_eq!(StructKey::find("same_site"), Some(StructKey::SameSite));
    assert_eq!(StructKey::find("skip"), None);
    assert!(FieldKey::Alias.repeatable());
    assert!(!FieldKey::Rename.repeatable());
}
