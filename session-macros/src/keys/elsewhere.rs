//! Words that somebody writes who knows another library, and what to write here.

/// Words, and the help that they get.
type Words = &'static [(&'static [&'static str], &'static str)];

/// On a struct.
pub(super) const OF_THE_STRUCT: Words = &[
    (&["name", "cookie_name", "id"], "write `cookie = \"__Host-id\"`, which names the cookie"),
    (&["ttl", "timeout", "idle_timeout"], "write `idle = \"30m\"`: how long a session may be unused"),
    (
        &["expires", "expiry", "lifetime", "max_age"],
        "write `absolute = \"12h\"` for how long a session lives, `idle = \"30m\"` for how long it may be unused",
    ),
    (&["https", "https_only"], "write `require_https`"),
    (&["parent", "root", "section"], "write `within = Shop`"),
    (
        &["key", "secret", "secret_key"],
        "keys are given to the store, as in `EncryptedCookieStore::new(keys, ended)`",
    ),
    (&["store", "backend"], "the store is given to `Sessions::new(store)`"),
];

/// On a field.
pub(super) const OF_A_FIELD: Words = &[
    (&["key", "name"], "write `rename = \"key\"`"),
    (&["ignore", "transient", "temporary"], "write `skip`"),
    (&["expires", "timeout", "lifetime", "max_age"], "write `ttl = \"5m\"`, and `Expiring<T>` as the type"),
    (&["flatten", "rest"], "write `extra`, and `Extra` as the type"),
    (&["user", "login"], "write `owner`, if the field says whose session it is"),
    (&["role", "protected"], "write `privileged`, if a change of the field gives the session a new id"),
    (&["flash", "once"], "give the field the type `Flash<T>`"),
    (&["secret", "sensitive", "encrypted"], "give the field the type `Secret<T>`"),
];

/// On a handler.
pub(super) const OF_A_HANDLER: Words = &[
    (
        &["login", "auth", "authenticated", "login_required", "user", "guard"],
        "write `require = user`, with the field that must be set",
    ),
    (&["redirect"], "write `or = redirect(\"/login\")`"),
    (&["status"], "write `or = status(404)`"),
    (&["max_age", "recent", "sudo"], "write `fresh = \"5m\"`"),
    (&["read", "readonly", "read_only"], "a session that is only read is `session: &Shop`"),
    (&["write", "mutable"], "a session that is written is `session: &mut Shop`"),
];
