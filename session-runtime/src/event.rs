//! What the library reports, through `tracing`. No id, key, cookie or field value is ever among it (S63, T22).

const TARGET: &str = "session";

/// A cookie carried a well-formed id that reaches no session (S7).
pub(crate) fn unknown_id(session: &'static str) {
    tracing::info!(target: TARGET, session, event = "unknown_id", "a request presented an id of no session");
}

/// A request presented an id that is dead, and by which no session is reached (S65): its session was `rotated` to another
/// id, and a grace, if there was one, is over; or it has ended. It may be a slow request of the browser that has the new
/// id, or a copy in other hands.
pub(crate) fn replayed_id(session: &'static str, rotated: bool) {
    tracing::warn!(target: TARGET, session, rotated, event = "replayed_id", "a request presented a dead id");
}

/// Several of the presented ids reach a session, or there are too many to ask (T8).
pub(crate) fn ambiguous(session: &'static str) {
    tracing::warn!(target: TARGET, session, event = "ambiguous", "a request presented several session cookies: it is anonymous");
}

/// A stored field no longer decodes, and is at its default for this request.
pub(crate) fn field_reset(session: &'static str, field: &'static str) {
    tracing::warn!(target: TARGET, session, field, event = "field_reset", "a stored field does not decode: reset");
}

/// A stored field that carries a privilege or a secret does not decode.
pub(crate) fn unusable(session: &'static str, field: &'static str) {
    tracing::error!(target: TARGET, session, field, event = "unusable",
        "a privileged or secret field does not decode: the request is anonymous, the record is left alone");
}

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

/// A commit was refused or failed; the response says so.
pub(crate) fn refused(session: &'static str, error: &crate::Error) {
    tracing::warn!(target: TARGET, session, event = "refused", error = error as &dyn std::error::Error, "the session could not be saved");
}

/// Sessions were ended from outside of them: by their owner, or for them (S15, S17).
pub(crate) fn revoked(session: &'static str, count: usize) {
    tracing::info!(target: TARGET, session, count, event = "revoked", "sessions of one owner were ended");
}

/// A login ended older sessions of the same owner (S18).
pub(crate) fn evicted(session: &'static str, count: usize) {
    tracing::info!(target: TARGET, session, count, event = "evicted",
        "the owner had as many sessions as allowed: the oldest were ended for a new one");
}

/// A login was refused (S18).
pub(crate) fn limit_refused(session: &'static str) {
    tracing::info!(target: TARGET, session, event = "limit_refused",
        "the owner has as many sessions as allowed: a new one was refused");
}

/// Somebody began to act as somebody else. Who, and as whom, is the application's to note: it knows both.
pub(crate) fn impersonation_begun(session: &'static str) {
    tracing::info!(target: TARGET, session, event = "impersonation_begun", "an impersonation began");
}

/// An impersonation ended: its administrator has `returned`, or its session ended or became somebody's own. One that ends with
/// its session, by time or by a revocation, is not reported here.
pub(crate) fn impersonation_ended(session: &'static str, returned: bool) {
    tracing::info!(target: TARGET, session, returned, event = "impersonation_ended", "an impersonation ended");
}

/// What is kept under the key of an owner's index is none. It is not named: that would say who the owner is.
pub(crate) fn foreign_index(session: &'static str) {
    tracing::warn!(target: TARGET, session, event = "foreign_index",
        "the index of an owner's sessions does not decode: begun anew");
}

/// A guard did not let a request pass.
pub(crate) fn denied(session: &'static str, why: &'static str) {
    tracing::debug!(target: TARGET, session, event = "denied", why, "a guard let a request not pass to its handler");
}

/// The session could not be loaded.
pub(crate) fn unavailable(session: &'static str, error: &crate::error::StoreError) {
    tracing::error!(target: TARGET, session, event = "unavailable", error = error as &dyn std::error::Error, "the session could not be loaded");
}

/// Recording activity failed: the session may end earlier than it would have.
pub(crate) fn touch_failed(session: &'static str, error: &crate::Error) {
    tracing::warn!(target: TARGET, session, event = "touch_failed", error = error as &dyn std::error::Error, "activity was not recorded");
}

/// A session's cookie could not be sent anew: it stays as it is, and may end earlier than it would have.
pub(crate) fn renew_failed(session: &'static str, error: &crate::Error) {
    tracing::warn!(target: TARGET, session, event = "renew_failed", %error, "a session's cookie was not sent anew");
}

/// The id of a session could not be renewed; the next request that may will try again.
pub(crate) fn renewal_failed(session: &'static str, error: &crate::Error) {
    tracing::warn!(target: TARGET, session, event = "renewal_failed", error = error as &dyn std::error::Error, "a session's id was not renewed");
}

/// A change that nobody will store: made after the response was committed.
pub(crate) fn lost_change(session: &'static str) {
    tracing::error!(target: TARGET, session, event = "lost_change",
        "the session was changed after its response was committed, and not saved: call `Session::save`");
}

/// A commit that had to outlive its request could not be carried out.
pub(crate) fn detached_failed(session: &'static str, why: &str) {
    tracing::error!(target: TARGET, session, event = "detached_failed", why,
        "a session that its handler ended or rotated was left as it was");
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

/// An unsafe request did not prove that a page of this session is behind it, or its browser said that another site is
/// (S28).
pub(crate) fn csrf_refused(session: &'static str, why: &'static str) {
    tracing::warn!(target: TARGET, session, event = "csrf_refused", why, "a request was refused that may have been forged");
}

/// The session got another id after its CSRF token was put into the response: the form or script that has it will be refused.
pub(crate) fn csrf_outdated(session: &'static str) {
    tracing::warn!(target: TARGET, session, event = "csrf_outdated",
        "a response has a CSRF token of an id that the session no longer has: hand changes of owner and privileges in with `stage`, \
         or call `authenticated` and the like, before `csrf_token`");
}

/// A request came over plain http, and the session is for https only (S47).
pub(crate) fn insecure(session: &'static str) {
    tracing::debug!(target: TARGET, session, event = "insecure", "a request over plain http has no session");
}
