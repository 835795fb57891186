//! What each policy makes of three values.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use super::{Append, Max, Min, Policy, Reject, Union, With};

#[test]
fn max_and_min() {
    assert_eq!(Max.meet(&1, &5, &3), Some(5));
    assert_eq!(Max.meet(&1, &3, &5), Some(5));
    assert_eq!(Min.meet(&9, &5, &3), Some(3));
    assert_eq!(Min.meet(&9, &3, &5), Some(3));
    assert_eq!(Max.meet(&None, &Some(1), &None), Some(Some(1)), "nothing is less than anything");
    // a value that both lowered: what was loaded is not one of the two
    assert_eq!(Max.meet(&9, &5, &3), Some(5));
}

#[test]
fn union_of_sets() {
    let (base, theirs, ours) = ([1, 2, 3], [2, 3, 4], [1, 3, 5]);
    let set = |items: &[i32]| items.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(Union.meet(&set(&base), &set(&theirs), &set(&ours)), Some(set(&[3, 4, 5])));
    let set = |items: &[i32]| items.iter().copied().collect::<HashSet<_>>();
    assert_eq!(Union.meet(&set(&base), &set(&theirs), &set(&ours)), Some(set(&[3, 4, 5])));
}

#[test]
fn union_of_lists_keeps_their_order() {
    let unite = |base: &[u8], theirs: &[u8], ours: &[u8]| {
        Union.meet(&base.to_vec(), &theirs.to_vec(), &ours.to_vec()).unwrap()
    };
    assert_eq!(unite(&[1, 2, 3], &[2, 3, 4], &[1, 3, 5]), [3, 4, 5]);
    assert_eq!(unite(&[], &[7, 1], &[9, 7, 8]), [7, 1, 9, 8], "what both added is there once");
    assert_eq!(unite(&[1, 2], &[2, 1], &[1, 2, 3]), [2, 1, 3], "the other order stands");
    assert_eq!(unite(&[1, 2], &[1, 2, 3], &[2, 1]), [1, 2, 3], "sorting adds and removes nothing");
    assert_eq!(unite(&[1, 2, 3], &[1, 2, 3, 4], &[]), [4]);
    assert_eq!(unite(&[1, 2], &[], &[1, 2, 2]), [0_u8; 0], "a second one of the same is none");
}

#[test]
fn union_of_maps_goes_by_key() {
    type Pairs<'a> = &'a [(&'a str, u8)];
    let (base, theirs, ours): (Pairs<'_>, Pairs<'_>, Pairs<'_>) = (
        &[("both", 1), ("mine", 1), ("gone", 1), ("hers", 1), ("lost", 1)],
        &[("both", 2), ("mine", 1), ("gone", 1), ("hers", 2), ("new", 2)],
        &[("both", 3), ("mine", 3), ("hers", 1), ("lost", 1), ("own", 3)],
    );
    let expected: Pairs<'_> = &[("both", 3), ("mine", 3), ("hers", 2), ("new", 2), ("own", 3)];
    let map = |pairs: Pairs<'_>| pairs.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect::<BTreeMap<_, _>>();
    assert_eq!(Union.meet(&map(base), &map(theirs), &map(ours)), Some(map(expected)));
    let map = |pairs: Pairs<'_>| pairs.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect::<HashMap<_, _>>();
    assert_eq!(Union.meet(&map(base), &map(theirs), &map(ours)), Some(map(expected)));
}

#[test]
fn append_takes_the_new_tail_and_refuses_anything_else() {
    let append = |base: &[u8], theirs: &[u8], ours: &[u8]| {
        let met = Append.meet(&base.to_vec(), &theirs.to_vec(), &ours.to_vec());
        let deque = |items: &[u8]| items.iter().copied().collect::<VecDeque<_>>();
        let as_deque = Append.meet(&deque(base), &deque(theirs), &deque(ours));
        assert_eq!(as_deque.map(Vec::from), met);
        let text = |items: &[u8]| items.iter().map(|item| char::from(b'a' + item)).collect::<String>();
        assert_eq!(Append.meet(&text(base), &text(theirs), &text(ours)), met.as_deref().map(text));
        met
    };
    assert_eq!(append(&[1], &[1, 2], &[1, 3]), Some(vec![1, 2, 3]));
    assert_eq!(append(&[], &[2], &[3, 3]), Some(vec![2, 3, 3]));
    assert_eq!(append(&[1], &[], &[1, 3]), Some(vec![3]), "theirs may have been emptied");
    assert_eq!(append(&[1], &[1, 2], &[]), None);
    assert_eq!(append(&[1, 2], &[1, 2, 4], &[2, 3]), None);
    assert_eq!(append(&[1, 2], &[1, 2, 4], &[3, 1, 2]), None);
}

#[test]
fn append_splits_text_between_characters() {
    let text = |text: &str| text.to_owned();
    assert_eq!(Append.meet(&text("ä"), &text("äö"), &text("äü")), Some(text("äöü")));
    assert_eq!(Append.meet(&text("ä"), &text("äö"), &text("ö")), None, "their first byte is the same");
}

#[test]
fn reject_refuses_and_a_function_decides() {
    assert_eq!(Reject.meet(&1, &2, &3), None);
    let digits = With(|base, theirs, ours| base * 100 + theirs * 10 + ours);
    assert_eq!(digits.meet(&1, &2, &3), Some(123));
}
