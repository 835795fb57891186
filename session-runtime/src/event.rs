//! What the library reports of its stores and of how it is set up, through `tracing`. What happens to sessions is told by
//! [`Reporter`](crate::observe). No id, key, cookie or field value is ever among it (S63, T22).

pub(crate) const TARGET: &str = "session";

/// A file under the name of a session is none of ours. It is not named: the name is the session's key.
#[cfg(unix)]
pub(crate) fn foreign_file(what: &str) {
    tracing::warn!(target: TARGET, event = "foreign_file", what,
        "a file in the folder of sessions is not a session: ignored");
}

/// What the store keeps under the key of a session is none of ours. The key is not named: it is the session's.
#[cfg(any(feature = "encrypted-cookie", feature = "redis"))]
pub(crate) fn foreign_record(what: &str) {
    tracing::warn!(target: TARGET, event = "foreign_record", what,
        "what is kept under the key of a session is not a session: ignored");
}

/// The server is asked again, since it did not answer, or cannot answer yet.
#[cfg(feature = "redis")]
pub(crate) fn asking_again(why: &dyn std::fmt::Display) {
    tracing::debug!(target: TARGET, event = "asking_again", why = %why, "the store is asked again");
}

/// What is kept under the key of an owner's index is none. It is not named: that would say who the owner is.
pub(crate) fn foreign_index(session: &'static str) {
    tracing::warn!(target: TARGET, session, event = "foreign_index",
        "the index of an owner's sessions does not decode: begun anew");
}

/// The development constructor was used.
pub(crate) fn development(session: &'static str, cookie: &str) {
    tracing::warn!(target: TARGET, session, cookie, event = "development",
        "session cookies are sent over plain http: for development only");
}

/// A handler wants a session, and the route has no layer for it.
pub(crate) fn missing_layer(session: &'static str, root: &'static str, fix: &'static str) {
    tracing::error!(target: TARGET, session, root, event = "missing_layer", fix,
        "a handler asks for a session that no layer provides");
}

/// A handler wants a section that was not registered.
pub(crate) fn unregistered_section(session: &'static str) {
    tracing::error!(target: TARGET, session, event = "unregistered_section",
        "a handler asks for a section that is not registered: add `.with::<{session}>()?` to `Sessions`");
}
