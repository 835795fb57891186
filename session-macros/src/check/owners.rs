//! `max_sessions`, `when_full` and `label`: what is about an owner's sessions.

use syn::{LitInt, LitStr};

use crate::diag::{Errors, Mistake, code};
use crate::keys::{FieldKey, Key, StructKey};
use crate::model::WhenFull;
use crate::parse::{FieldDecl, StructOptions};

/// As many as an index has room for; the builder of the runtime has the same rule.
const MOST: usize = 1000;

/// The texts of `when_full`, and what they mean.
const WHEN_FULL: [(&str, WhenFull); 2] =
    [("evict_oldest", WhenFull::EvictOldest), ("reject_new", WhenFull::RejectNew)];

/// `max_sessions`, if it was written.
pub(super) fn max_sessions(written: Option<&LitInt>) -> Result<Option<usize>, Mistake> {
    let Some(written) = written else { return Ok(None) };
    match written.base10_parse::<usize>() {
        Ok(count) if (1..=MOST).contains(&count) => Ok(Some(count)),
        _ => {
            let fact = format!("`max_sessions` is from 1 to {MOST}, and `{}` is not", code(written));
            Err(Mistake::new(written, fact, format!("write `{}`", StructKey::MaxSessions.example())))
        }
    }
}

/// `when_full`, if it was written.
pub(super) fn when_full(written: Option<&LitStr>) -> Result<Option<WhenFull>, Mistake> {
    let Some(written) = written else { return Ok(None) };
    match WHEN_FULL.iter().find(|(name, _)| *name == written.value()) {
        Some((_, when_full)) => Ok(Some(*when_full)),
        None => Err(Mistake::new(
            written,
            format!("{} is nothing that can be done when there are too many sessions", code(written)),
            "write `\"evict_oldest\"` or `\"reject_new\"`",
        )),
    }
}

/// Sessions are counted and listed by owner; and what there is no limit for is never full.
pub(super) fn have_an_owner(options: &StructOptions, fields: &[FieldDecl], errors: &Errors) {
    let limit = options.mentions.find(StructKey::MaxSessions);
    if limit.is_none()
        && let Some(at) = options.mentions.find(StructKey::WhenFull)
    {
        let fact = "`when_full` says what happens beyond `max_sessions`, which is not given";
        errors.push(Mistake::new(at, fact, format!("add `{}`", StructKey::MaxSessions.example())));
    }
    if fields.iter().any(|field| field.options.mentions.find(FieldKey::Owner).is_some()) {
        return;
    }
    let labels = fields.iter().filter_map(|field| field.options.mentions.find(FieldKey::Label));
    for at in limit.into_iter().chain(labels) {
        let fact = format!("`{at}` is about the sessions of one owner, and this session has no owner");
        let help = "mark a field: `#[session(owner)] user: Option<UserId>`";
        errors.push(Mistake::new(at, fact, help));
    }
}
