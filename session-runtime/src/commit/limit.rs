//! One client must not make a record grow without bound (S72, T29).
//!
//! What would be too large on top of what the request loaded is refused without asking the store. What others added
//! meanwhile only the store knows: the limit goes with the changes, and it has the last word.

use crate::changes::{Changes, FieldChange};
use crate::error::{Error, Kind};
use crate::record::Fields;

/// Refuses a new record that is too large.
pub(super) fn check_new(fields: &Fields, max_bytes: usize) -> Result<(), Error> {
    if fields.size() <= max_bytes {
        return Ok(());
    }
    Err(error(fields.iter().map(|(key, value)| (key, value.len())), fields.size(), max_bytes))
}

/// Refuses changes that would be too large if nobody else changed anything. Of a wipe, what is kept is not counted.
pub(super) fn check(changes: &Changes) -> Result<(), Error> {
    let base = changes.base.as_ref().map(|base| base.fields());
    let before = base.map_or(0, Fields::size);
    let written = changes.fields.iter().filter(|change| change.value.is_some());
    let added: usize = written.map(|change| counted(&change.key, length(change))).sum();
    if before.saturating_add(added) <= changes.max_bytes {
        return Ok(());
    }
    let stored = |change: &FieldChange| Some(counted(&change.key, base?.get(&change.key)?.len()));
    let replaced: usize = changes.fields.iter().filter_map(stored).sum();
    let left = if changes.wipe.is_some() { 0 } else { before.saturating_sub(replaced) };
    let bytes = left + added;
    if bytes > changes.max_bytes.max(before) { Err(too_large(changes, bytes)) } else { Ok(()) }
}

/// The error that names the largest field of the request, whoever added the others.
pub(crate) fn too_large(changes: &Changes, bytes: usize) -> Error {
    let fields = changes.fields.iter().map(|change| (&*change.key, length(change)));
    error(fields, bytes, changes.max_bytes)
}

fn error<'a>(fields: impl Iterator<Item = (&'a str, usize)>, bytes: usize, limit: usize) -> Error {
    let largest = fields.max_by_key(|(_, size)| *size).map_or("", |(key, _)| key);
    Error::new(Kind::TooLarge { field: largest.to_owned().into(), bytes, limit })
}

fn length(change: &FieldChange) -> usize {
    change.value.as_ref().map_or(0, ExactSizeIterator::len)
}

/// As [`Fields::size`] counts.
fn counted(key: &str, value: usize) -> usize {
    Fields::OVERHEAD + key.len() + value
}
