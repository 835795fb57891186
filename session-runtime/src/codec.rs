//! From a record to a session value.

use std::sync::Arc;

use crate::data::{Field, Role, SessionData};
use crate::engine::Engine;
use crate::field::{Claims, DecodeError};
use crate::observe::Happened;
use crate::record::Record;
use crate::token::Key;

/// The session value in `record`, or `None` if the request must not use the session.
///
/// A field that no longer decodes is reset alone and reported. A field that carries a privilege or a secret is not:
/// dropping a security flag unseen would fail open (T42).
pub(crate) fn decode<S: SessionData>(record: &Record, key: &Key, engine: &Engine) -> Option<S> {
    let (claims, reporter) = (&engine.types.claims, &engine.reporter);
    let mut value = blank::<S>(claims);
    let mut next = 0;
    for (name, json) in record.fields().raw() {
        let Some(at) = find::<S>(record, name, next) else {
            read_extra(&mut value, name, json, claims).unwrap_or_else(|DecodeError| {
                reporter.tell(Some(key), Happened::FieldReset { field: "extra" });
            });
            continue;
        };
        let field = &S::FIELDS[at];
        next = at + 1;
        if field.access.decode(json, &mut value).is_err() {
            if field.role.is_privilege() || field.access.secret() {
                reporter.tell(Some(key), Happened::Unusable { field: field.key });
                return None;
            }
            reporter.tell(Some(key), Happened::FieldReset { field: field.key });
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

fn read_extra<S: SessionData>(
    value: &mut S,
    key: &[u8],
    json: &[u8],
    claims: &Claims,
) -> Result<(), DecodeError> {
    let Some(field) = S::FIELDS.iter().find(|field| field.role == Role::Extra) else { return Ok(()) };
    let Ok(key) = std::str::from_utf8(key) else { return Ok(()) };
    if claims.claims(key) {
        return Ok(());
    }
    field.access.extra_mut(value).map_or(Ok(()), |extra| extra.read(key, json))
}
