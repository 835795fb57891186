//! From a record to a session value.

use std::sync::Arc;

use crate::data::{Field, Role, SessionData};
use crate::event;
use crate::field::Claims;
use crate::record::Record;

/// The session value in `record`, or `None` if the request must not use the session.
///
/// A field that no longer decodes is reset alone and reported. A field that carries a privilege or a secret is not:
/// dropping a security flag unseen would fail open (T42).
pub(crate) fn decode<S: SessionData>(record: &Record, claims: &Arc<Claims>) -> Option<S> {
    let mut value = blank::<S>(claims);
    let mut next = 0;
    for (key, json) in record.fields().raw() {
        let Some(at) = find::<S>(record, key, next) else {
            read_extra(&mut value, key, json, claims);
            continue;
        };
        let field = &S::FIELDS[at];
        next = at + 1;
        if field.access.decode(json, &mut value).is_err() {
            if field.role.is_privilege() || field.access.secret() {
                event::unusable(S::NAME, field.key);
                return None;
            }
            event::field_reset(S::NAME, field.key);
        }
    }
    Some(value)
}

/// A session value at its defaults.
pub(crate) fn blank<S: SessionData>(claims: &Arc<Claims>) -> S {
    let mut value = S::default();
    for field in S::FIELDS.iter().filter(|field| field.role == Role::Extra) {
        if let Some(extra) = field.access.extra_mut(&mut value) {
            extra.attach(claims);
        }
    }
    value
}

/// The field stored under `key`. Records are mostly in the order of the struct, so the search begins at `next`.
fn find<S: SessionData>(record: &Record, key: &[u8], next: usize) -> Option<usize> {
    let fields = S::FIELDS;
    let order = || (next..fields.len()).chain(0..next.min(fields.len()));
    let named = |field: &Field<S>| field.role.is_stored() && field.key.as_bytes() == key;
    // the present key wins over an earlier one
    let aliased = |field: &Field<S>| {
        field.aliases.iter().any(|alias| alias.as_bytes() == key) && record.fields().get(field.key).is_none()
    };
    order().find(|&at| named(&fields[at])).or_else(|| order().find(|&at| aliased(&fields[at])))
}

fn read_extra<S: SessionData>(value: &mut S, key: &[u8], json: &[u8], claims: &Claims) {
    let Some(field) = S::FIELDS.iter().find(|field| field.role == Role::Extra) else { return };
    let Ok(key) = std::str::from_utf8(key) else { return };
    if claims.claims(key) {
        return;
    }
    if let Some(extra) = field.access.extra_mut(value)
        && extra.read(key, json).is_err()
    {
        event::field_reset(S::NAME, "extra");
    }
}
