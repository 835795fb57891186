//! A record comes to be where nothing is.

use crate::store::conformance::Subject;
use crate::store::conformance::kit::{at, fields, key, record};
use crate::store::{Created, Store};

/// What nobody created is not there, and asking for it does not change that.
pub async fn nothing_is_found_where_nothing_was_created<S: Store>(store: Subject<S>) {
    assert!(store.is_free(&key(1)).await);
    store.created(&key(2), record(&[("a", "1")])).await;
    assert!(store.is_free(&key(1)).await);
}

/// What was created is there, under its key alone.
pub async fn what_was_created_is_found<S: Store>(store: Subject<S>) {
    let first = store.created(&key(1), record(&[("a", "1"), ("b", "\"x\"")])).await;
    let second = store.created(&key(2), record(&[("a", "2")])).await;
    for (key, created) in [(key(1), first), (key(2), second)] {
        let found = store.record(&key).await;
        assert_eq!(fields(&found), fields(&created));
        assert_eq!(found.meta(), created.meta());
    }
}

/// A session can exist without any field.
pub async fn an_empty_record_is_a_record<S: Store>(store: Subject<S>) {
    store.created(&key(1), record(&[])).await;
    assert!(store.record(&key(1)).await.fields().is_empty());
}

/// A second session never takes the place of a first, or of a dead one.
pub async fn s3_create_refuses_an_occupied_key<S: Store>(store: Subject<S>) {
    let first = store.created(&key(1), record(&[("a", "1")])).await;
    assert_eq!(store.create(&key(1), &record(&[("b", "2")])).await, Created::Exists);
    let found = store.record(&key(1)).await;
    assert_eq!((fields(&found), found.meta()), (fields(&first), first.meta()));

    if store.has_tombstones() {
        store.delete(&key(1), at(60)).await;
        assert_eq!(store.create(&key(1), &record(&[("b", "2")])).await, Created::Exists);
        store.expect_dead(&key(1), at(60)).await;
    }
}

/// A key is looked up as a whole.
pub async fn s71_keys_that_differ_in_one_bit_are_two_records<S: Store>(store: Subject<S>) {
    let whole = key(1);
    store.created(&whole, record(&[("a", "1")])).await;
    for byte in 0..32 {
        let mut other = *whole.as_bytes();
        other[byte] ^= 0x20; // also turns a letter of a text into the same letter of the other case
        assert!(store.is_free(&whole.beside(other)).await, "byte {byte} of the key counts");
    }
}
