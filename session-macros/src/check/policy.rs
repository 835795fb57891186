//! What a root declares: cookie and lifetimes.

use syn::{LitBool, LitStr};

use crate::diag::Errors;
use crate::model::Policy;
use crate::parse::StructOptions;

use super::{cookie, lifetimes::lifetimes, owners};

/// The policy; `None` after at least one mistake.
pub(super) fn policy(options: &StructOptions, errors: &Errors) -> Option<Policy> {
    let lifetimes = lifetimes(options, errors);
    let same_site = errors.ok(cookie::same_site(options.same_site.as_ref()));
    cookie::rules(options, same_site.flatten(), errors);
    let max_sessions = errors.ok(owners::max_sessions(options.max_sessions.as_ref()));
    let when_full = errors.ok(owners::when_full(options.when_full.as_ref()));
    let lifetimes = lifetimes?;
    Some(Policy {
        cookie: text(options.cookie.as_ref()),
        idle: lifetimes.idle,
        absolute: lifetimes.absolute,
        remember: lifetimes.remember,
        same_site: same_site?,
        path: text(options.path.as_ref()),
        domain: text(options.domain.as_ref()),
        secure: switch(options.secure.as_ref()),
        http_only: switch(options.http_only.as_ref()),
        partitioned: switch(options.partitioned.as_ref()),
        persistent: switch(options.persistent.as_ref()),
        max_sessions: max_sessions?,
        when_full: when_full?,
    })
}

fn text(option: Option<&LitStr>) -> Option<String> {
    option.map(LitStr::value)
}

fn switch(option: Option<&LitBool>) -> Option<bool> {
    option.map(|value| value.value)
}
