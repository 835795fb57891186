//! What a root declares: cookie, lifetimes, how long an id is used, and version.

use syn::{LitBool, LitStr};

use crate::diag::{Errors, Mistake};
use crate::model::Policy;
use crate::parse::StructOptions;

use super::{cookie, lifetimes::lifetimes, owners, renewal::renewal, version};

/// The policy; `None` after at least one mistake.
pub(super) fn policy(options: &StructOptions, errors: &Errors) -> Option<Policy> {
    let lifetimes = lifetimes(options, errors);
    let renewal = renewal(options, errors);
    let same_site = errors.ok(cookie::same_site(options.same_site.as_ref()));
    cookie::rules(options, same_site.flatten(), errors);
    https(options, errors);
    let version = version::version(options, errors);
    let max_sessions = errors.ok(owners::max_sessions(options.max_sessions.as_ref()));
    let when_full = errors.ok(owners::when_full(options.when_full.as_ref()));
    let (lifetimes, renewal) = (lifetimes?, renewal?);
    Some(Policy {
        cookie: text(options.cookie.as_ref()),
        idle: lifetimes.idle,
        absolute: lifetimes.absolute,
        remember: lifetimes.remember,
        renew: renewal.renew,
        grace: renewal.grace,
        same_site: same_site?,
        path: text(options.path.as_ref()),
        domain: text(options.domain.as_ref()),
        secure: switch(options.secure.as_ref()),
        http_only: switch(options.http_only.as_ref()),
        partitioned: switch(options.partitioned.as_ref()),
        persistent: switch(options.persistent.as_ref()),
        require_https: switch(options.require_https.as_ref()),
        csrf: switch(options.csrf.as_ref()),
        version: version?,
        migrate: options.migrate.clone(),
        max_sessions: max_sessions?,
        when_full: when_full?,
    })
}

/// What is only issued over https is only sent over https.
fn https(options: &StructOptions, errors: &Errors) {
    if let (Some(LitBool { value: true, .. }), Some(secure @ LitBool { value: false, .. })) =
        (&options.require_https, &options.secure)
    {
        let fact = "`secure = false` does not go with `require_https`: a browser sends such a cookie over plain http";
        errors.push(Mistake::new(secure, fact, "remove one of the two"));
    }
}

fn text(option: Option<&LitStr>) -> Option<String> {
    option.map(LitStr::value)
}

fn switch(option: Option<&LitBool>) -> Option<bool> {
    option.map(|value| value.value)
}
