use super::{distance, nearest};
use crate::keys::{FieldKey, StructKey};

#[test]
fn distances() {
    assert_eq!(distance("", "abc"), 3);
    assert_eq!(distance("same", "same"), 0);
    assert_eq!(distance("kitten", "sitting"), 3);
    assert_eq!(distance("pirvileged", "privileged"), 1);
}

#[test]
fn a_slip_finds_its_key() {
    assert_eq!(nearest("cokie"), Some(StructKey::Cookie));
    assert_eq!(nearest("samesite"), Some(StructKey::SameSite));
    assert_eq!(nearest("httponly"), Some(StructKey::HttpOnly));
    assert_eq!(nearest("onwer"), Some(FieldKey::Owner));
}

#[test]
fn another_word_finds_none() {
    assert_eq!(nearest::<StructKey>("encryption"), None);
    assert_eq!(nearest::<FieldKey>("x"), None);
}
