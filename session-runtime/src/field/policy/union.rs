//! Collections of which it is known what was added and what was removed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

/// A type that `merge = union` can be used on: `BTreeSet` or `HashSet`; `BTreeMap` or `HashMap`, by key; a `Vec` of `Eq`
/// elements, as a set that keeps its order.
///
/// What each of two requests added and removed is added and removed. If both set one key of a map, the later value
/// stands. A `Vec` is searched from its beginning for every element that was added or removed; for thousands of them, a
/// set is faster.
///
/// ```
/// # use session_runtime::session;
/// # use std::collections::BTreeSet;
/// #[session]
/// struct Shop {
///     /// Two requests at the same time that add one article and remove another both do.
///     #[session(merge = union)]
///     favourites: BTreeSet<u32>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`merge = union` needs a set, a map or a `Vec` of `Eq` elements, and `{Self}` is none of these",
    label = "it cannot be told what was added and what was removed",
    note = "use a `BTreeSet`, `HashSet`, `BTreeMap`, `HashMap` or `Vec`, or merge with a function: `merge = with(path)`"
)]
pub trait Unitable: Sized {
    /// `theirs`, without what `ours` has less than `base`, and with what it has more.
    #[doc(hidden)]
    fn unite(base: &Self, theirs: &Self, ours: &Self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Ord> Unitable for BTreeSet<T> {
    fn unite(base: &Self, theirs: &Self, ours: &Self) -> Self {
        let is_removed = |item: &&T| base.contains(*item) && !ours.contains(*item);
        theirs.iter().filter(|item| !is_removed(item)).chain(ours.difference(base)).cloned().collect()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Eq + Hash, H: BuildHasher + Clone> Unitable for HashSet<T, H> {
    fn unite(base: &Self, theirs: &Self, ours: &Self) -> Self {
        let mut united = theirs.clone();
        united.retain(|item| ours.contains(item) || !base.contains(item));
        united.extend(ours.difference(base).cloned());
        united
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Eq> Unitable for Vec<T> {
    fn unite(base: &Self, theirs: &Self, ours: &Self) -> Self {
        // what was added is mostly at the end: what comes before it need not be searched for
        let same = base.iter().zip(ours).take_while(|(was, is)| was == is).count();
        let (kept, was) = base.split_at_checked(same).unwrap_or_default();
        let is = ours.get(same..).unwrap_or_default();
        let removed: Self = was.iter().filter(|item| !ours.contains(item)).cloned().collect();
        let mut united = theirs.clone();
        united.retain(|item| !removed.contains(item));
        for item in is.iter().filter(|item| !was.contains(item) && !kept.contains(item)) {
            if !united.contains(item) {
                united.push(item.clone());
            }
        }
        united
    }
}

#[diagnostic::do_not_recommend]
impl<K: Clone + Ord, V: Clone + PartialEq> Unitable for BTreeMap<K, V> {
    fn unite(base: &Self, theirs: &Self, ours: &Self) -> Self {
        let mut united = theirs.clone();
        united.retain(|key, _| ours.contains_key(key) || !base.contains_key(key));
        let set = ours.iter().filter(|(key, value)| base.get(*key) != Some(*value));
        united.extend(set.map(|(key, value)| (key.clone(), value.clone())));
        united
    }
}

#[diagnostic::do_not_recommend]
impl<K: Clone + Eq + Hash, V: Clone + PartialEq, H: BuildHasher + Clone> Unitable for HashMap<K, V, H> {
    fn unite(base: &Self, theirs: &Self, ours: &Self) -> Self {
        let mut united = theirs.clone();
        united.retain(|key, _| ours.contains_key(key) || !base.contains_key(key));
        let set = ours.iter().filter(|(key, value)| base.get(*key) != Some(*value));
        united.extend(set.map(|(key, value)| (key.clone(), value.clone())));
        united
    }
}
