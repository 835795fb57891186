//! `ttl` and `Expiring`: neither goes without the other.

use syn::{GenericArgument, LitStr, PathArguments, Type};

use crate::diag::{Errors, Mistake, code};
use crate::keys::{FieldKey, Key, MergeKey, StructKey};
use crate::parse::{FieldDecl, FieldOptions, SessionDecl, StructOptions};

use super::cookie_rules::DEFAULT_ABSOLUTE_SECONDS;
use super::duration::seconds;
use super::types::{is_named, last_segment};

/// The type, as far as its name tells; the trait `Lasting` sees through what merely has the name.
pub(super) const EXPIRING: &str = "Expiring";

/// What an `Expiring` cannot be.
const NOT_FOR_EXPIRING: [(FieldKey, &str); 6] = [
    (FieldKey::Default, "its time begins when a value is set, so a session begins without one"),
    (FieldKey::Skip, "a skipped field lives for one request"),
    (FieldKey::Owner, "how long an owner stays is what `idle` and `absolute` say"),
    (FieldKey::Label, "what a session is called is to be known for as long as it lives"),
    (FieldKey::Impersonator, "an impersonation lasts until somebody ends it, or the session does"),
    (FieldKey::Extra, "an `extra` field holds values of any type"),
];

/// What makes a field one that no `ttl` could be for.
const NEVER_EXPIRING: [FieldKey; 4] =
    [FieldKey::Skip, FieldKey::Owner, FieldKey::Impersonator, FieldKey::Extra];

/// How long the field's values last, in seconds.
pub(super) fn ttl(decl: &FieldDecl, errors: &Errors) -> Option<u64> {
    let written = decl.options.ttl.as_ref().and_then(|ttl| errors.ok(seconds(ttl)));
    if is_named(&decl.ty, EXPIRING) {
        options_of_expiring(&decl.options, errors);
        has_ttl(decl, errors);
    } else {
        only_for_expiring(decl, errors);
    }
    written
}

fn options_of_expiring(options: &FieldOptions, errors: &Errors) {
    for (key, why) in NOT_FOR_EXPIRING {
        if let Some(at) = options.mentions.find(key) {
            let key = key.name();
            let fact = format!("`{key}` does not go with `{EXPIRING}`: {why}");
            errors.push(Mistake::new(at, fact, format!("remove `{key}`")));
        }
    }
    // of a privilege, any policy is reported already
    let privileged = options.mentions.find(FieldKey::Privileged).is_some();
    if let Some(merge) = options.merge.as_ref().filter(|_| !privileged)
        && !matches!(merge.policy, MergeKey::LastWrite | MergeKey::Reject)
    {
        let policy = merge.policy.name();
        let fact = format!(
            "`merge = {policy}` does not go with `{EXPIRING}`: two values that end at different times are not merged"
        );
        let help = "write `merge = reject`, or remove it: then the later write stands";
        errors.push(Mistake::new(&merge.word, fact, help));
    }
}

fn has_ttl(decl: &FieldDecl, errors: &Errors) {
    let mentions = &decl.options.mentions;
    let is_something_else = NEVER_EXPIRING.iter().any(|key| mentions.find(*key).is_some());
    if mentions.find(FieldKey::Ttl).is_none() && !is_something_else {
        let fact = format!("an `{EXPIRING}` field needs a `ttl`, which says how long its values last");
        let help = format!("write `#[session({})]` above it", FieldKey::Ttl.example());
        match last_segment(&decl.ty) {
            Some(segment) => errors.push(Mistake::new(&segment.ident, fact, help)),
            None => errors.push(Mistake::new(&decl.ty, fact, help)),
        }
    }
}

fn only_for_expiring(decl: &FieldDecl, errors: &Errors) {
    let mentions = &decl.options.mentions;
    let Some(at) = mentions.find(FieldKey::Ttl) else { return };
    let cannot_expire =
        is_named(&decl.ty, "Flash") || NEVER_EXPIRING.iter().any(|key| mentions.find(*key).is_some());
    let help = if cannot_expire {
        "remove `ttl`".to_owned()
    } else {
        format!("write `{EXPIRING}<{}>`", code(inner(&decl.ty)))
    };
    let fact = format!("`ttl` is for `{EXPIRING}` fields: no other type knows when its value was set");
    errors.push(Mistake::new(at, fact, help));
}

/// The type that an `Option` field would have as an `Expiring`, which is an option by itself.
fn inner(ty: &Type) -> &Type {
    match last_segment(ty).map(|segment| (&segment.ident, &segment.arguments)) {
        Some((name, PathArguments::AngleBracketed(of))) if name == "Option" => match of.args.first() {
            Some(GenericArgument::Type(inner)) => inner,
            _ => ty,
        },
        _ => ty,
    }
}

/// No value lasts longer than its session can. For a section, whose root is another struct, this is checked at start.
pub(super) fn within_lifetimes(fields: &[FieldDecl], decl: &SessionDecl, errors: &Errors) {
    let longest = Longest::of(&decl.options);
    for written in fields.iter().filter_map(|field| field.options.ttl.as_ref()) {
        // a bad duration is reported already
        if seconds(written).is_ok_and(|ttl| ttl > longest.seconds) {
            let fact = "`ttl` is longer than a session lives, so it would never end a value";
            errors.push(Mistake::new(written, fact, longest.help(&written.value(), decl)));
        }
    }
}

/// The option that says how long a session can live.
struct Longest {
    key: StructKey,
    seconds: u64,
    /// As the user wrote it, if so.
    written: Option<String>,
}

impl Longest {
    /// `remember`, or `absolute` where there is none. A bad duration is reported already, and is as if not written.
    fn of(options: &StructOptions) -> Self {
        let of = |key, option: &Option<LitStr>| {
            let written = option.as_ref()?;
            Some(Self { key, seconds: seconds(written).ok()?, written: Some(written.value()) })
        };
        let absolute = of(StructKey::Absolute, &options.absolute).unwrap_or(Self {
            key: StructKey::Absolute,
            seconds: DEFAULT_ABSOLUTE_SECONDS,
            written: None,
        });
        // one that is shorter than `absolute` is reported already
        of(StructKey::Remember, &options.remember)
            .filter(|remember| remember.seconds >= absolute.seconds)
            .unwrap_or(absolute)
    }

    /// Either of the two can be changed, to the other's value.
    fn help(&self, ttl: &str, decl: &SessionDecl) -> String {
        let key = self.key.name();
        let hours = DEFAULT_ABSOLUTE_SECONDS / 3_600;
        let most = self.written.clone().unwrap_or_else(|| format!("{hours}h"));
        let default = match self.written {
            Some(_) => String::new(),
            None => format!("; where `{key}` is not written, it is {hours} hours"),
        };
        let above = decl.subject().map(|(ident, _)| format!(" above `struct {ident}`")).unwrap_or_default();
        format!(
            "write at most `ttl = \"{most}\"`, or `{key} = \"{ttl}\"` in the `#[session(..)]`{above}: \
             a `ttl` may be as long as `{key}`{default}"
        )
    }
}
