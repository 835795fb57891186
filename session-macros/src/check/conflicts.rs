//! Options of a field that do not go together.

use crate::diag::{Errors, Mistake};
use crate::keys::{FieldKey, Key, MergeKey};
use crate::parse::{FieldDecl, FieldOptions};

use super::types::is_named;
use FieldKey::{Alias, Default, Extra, Impersonator, Keep, Label, Merge, Owner, Privileged, Rename, Skip};

const UNSTORED: &str = "a skipped field is never stored";
const NO_KEY: &str = "an `extra` field has no key of its own";

/// Two options, and why they exclude each other.
const CONFLICTS: &[(FieldKey, FieldKey, &str)] = &[
    (Skip, Rename, UNSTORED),
    (Skip, Alias, UNSTORED),
    (Skip, Merge, UNSTORED),
    (Skip, Privileged, UNSTORED),
    (Skip, Owner, UNSTORED),
    (Skip, Keep, UNSTORED),
    (Skip, Label, UNSTORED),
    (Skip, Impersonator, UNSTORED),
    (Skip, Extra, UNSTORED),
    (Extra, Default, "it holds what earlier requests left, and begins empty"),
    (Extra, Rename, NO_KEY),
    (Extra, Alias, NO_KEY),
    (Extra, Merge, "its keys are merged one by one"),
    (Extra, Privileged, NO_KEY),
    (Extra, Owner, NO_KEY),
    (Extra, Label, NO_KEY),
    (Extra, Impersonator, NO_KEY),
    (Extra, Keep, "its keys are wiped with the owner that they belong to"),
    (Owner, Privileged, "an owner is privileged anyway"),
    (Owner, Keep, "a change of owner is what `keep` is about"),
    (Owner, Label, "all sessions of one owner would be called the same"),
    (Owner, Merge, "two changes of owner are never merged"),
    (Owner, Default, "nobody owns a session before the login"),
    (Impersonator, Owner, "who is behind an impersonation is not whom it is of"),
    (Impersonator, Privileged, "an impersonator is privileged anyway"),
    (Impersonator, Keep, "it must not pass to the next owner"),
    (Impersonator, Label, "it is no text"),
    (Impersonator, Merge, "no handler changes it"),
    (Impersonator, Default, "nobody is impersonated before somebody begins to"),
    (Privileged, Keep, "a privilege must not pass to the next owner"),
];

/// What a `Flash` cannot be.
const NOT_FOR_FLASH: [FieldKey; 5] = [Merge, Privileged, Owner, Label, Keep];

/// Reports each pair once, at the option that was written later.
pub(super) fn conflicts(decl: &FieldDecl, errors: &Errors) {
    let options = &decl.options;
    for (a, b, why) in CONFLICTS {
        if let Some(later) = options.mentions.later_of(*a, *b) {
            let earlier = if later.key == *a { *b } else { *a };
            let fact = format!("`{}` does not go with `{}`: {why}", later.key.name(), earlier.name());
            errors.push(Mistake::new(&later.ident, fact, "remove one of the two"));
        }
    }
    merged_privilege(options, errors);
    if is_named(&decl.ty, "Flash") {
        flash(options, errors);
    }
}

fn merged_privilege(options: &FieldOptions, errors: &Errors) {
    if let Some(merge) = &options.merge
        && merge.policy != MergeKey::LastWrite
        && options.mentions.find(Privileged).is_some()
    {
        let policy = merge.policy.name();
        let fact = format!(
            "`merge = {policy}` does not go with `privileged`: two changes of a privilege are never merged"
        );
        errors.push(Mistake::new(&merge.word, fact, "remove one of the two"));
    }
}

fn flash(options: &FieldOptions, errors: &Errors) {
    for key in NOT_FOR_FLASH {
        if let Some(at) = options.mentions.find(key) {
            let key = key.name();
            let fact = format!("`{key}` does not go with `Flash`: a message is gone when it has been shown");
            errors.push(Mistake::new(at, fact, format!("remove `{key}`")));
        }
    }
}
