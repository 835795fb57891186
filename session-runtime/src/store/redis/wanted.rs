//! What a request changed, as `lua/merge.lua` wants it.

use std::borrow::Cow;

use super::hash::{duration, field, flag, millis, op};
use crate::changes::{Changes, Merge};
use crate::clock::Timestamp;
use crate::record::Renewal;

/// Absent, removed, left alone: never the bytes of a JSON value.
const NONE: Cow<'static, [u8]> = Cow::Borrowed(b"");

/// The arguments of `update` and, with the end of the tombstone, `rotate`.
///
/// The bytes that were loaded are sent only where the policy asks for them: the default, `last_write`, does not.
pub(super) fn arguments(changes: &Changes, tombstone: Option<Timestamp>) -> Vec<Cow<'_, [u8]>> {
    let since = changes.base.as_ref().map_or_else(String::new, |base| op(base.meta().last_op));
    let mut out = vec![owned(op(changes.op)), owned(since), tombstone.map_or(NONE, |at| owned(millis(at)))];
    out.push(Cow::Borrowed(flag(changes.exact).as_bytes()));
    out.push(if changes.max_bytes == usize::MAX { NONE } else { owned(changes.max_bytes.to_string()) });
    let schema = changes.base.as_ref().map(|base| base.meta().schema);
    out.push(schema.map_or(NONE, |schema| owned(schema.to_string())));
    out.extend(meta(changes));
    let keep = changes.wipe.as_deref();
    out.push(Cow::Borrowed(flag(keep.is_some()).as_bytes()));
    let keep = keep.unwrap_or_default();
    out.push(owned(keep.len().to_string()));
    out.extend(keep.iter().map(|key| owned(field(key))));
    for change in &changes.fields {
        let loaded = changes.loaded(&change.key);
        let ours = change.value.as_ref().map_or(NONE, |at| Cow::Borrowed(changes.values.written(at)));
        // of what is wiped nothing is left to conflict with
        let survives = changes.survives(change.key.as_bytes());
        let policy = if survives { policy(changes, &change.merge, loaded.is_some()) } else { PUT };
        let loaded = loaded.filter(|_| policy != PUT).map_or(NONE, Cow::Borrowed);
        out.extend([owned(field(&change.key)), policy, loaded, ours]);
    }
    out
}

const PUT: Cow<'static, [u8]> = Cow::Borrowed(b"put");

/// What the script does where another request changed the field meanwhile. Where it cannot tell by the bytes, it answers
/// with a conflict, and the core merges. `max` and `min` are among these although most are of numbers: the order is the
/// type's, and `Reverse<u32>` looks like a `u32`.
fn policy<'a>(changes: &Changes, merge: &'a Merge, is_loaded: bool) -> Cow<'a, [u8]> {
    match merge {
        Merge::LastWrite => PUT,
        Merge::YieldTo => Cow::Borrowed(b"yield"),
        Merge::Append(typed) => {
            // what the request loaded is under an earlier name of the field: the core knows which
            let was_renamed =
                !is_loaded && typed.aliases().iter().any(|alias| changes.loaded(alias).is_some());
            if was_renamed { REFUSE } else { Cow::Owned([b"append ", typed.default()].concat()) }
        }
        Merge::Add(sum) => owned(format!("add {} {} {} {}", sum.delta, sum.default, sum.min, sum.max)),
        Merge::Reject | Merge::Max(_) | Merge::Min(_) | Merge::Union(_) | Merge::With(_) => REFUSE,
    }
}

const REFUSE: Cow<'static, [u8]> = Cow::Borrowed(b"refuse");

/// Each part empty to leave it as it is, or `=` and the new value.
fn meta(changes: &Changes) -> [Cow<'static, [u8]>; 9] {
    let meta = &changes.meta;
    let given = |value: Option<String>| value.map_or(NONE, |value| owned(format!("={value}")));
    let absent = String::new;
    [
        given(meta.authenticated.map(|at| at.map_or_else(absent, millis))),
        given(meta.last_seen.map(millis)),
        given(meta.idle.map(duration)),
        given(meta.expires.map(millis)),
        given(meta.remembered.map(|is| flag(is).to_owned())),
        given(meta.owner.as_ref().map(|owner| owner.as_deref().unwrap_or_default().to_owned())),
        given(meta.issued.map(millis)),
        given(meta.renewed.as_ref().map(|to| to.as_deref().map_or_else(absent, Renewal::to_text))),
        given(meta.schema.map(|schema| schema.to_string())),
    ]
}

fn owned(text: String) -> Cow<'static, [u8]> {
    Cow::Owned(text.into_bytes())
}
