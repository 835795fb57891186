//! Counts of everything, for who needs no more than that.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Deadline, Event, Happened, Observer};

macro_rules! counters {
    ($($(#[$doc:meta])+ $name:ident: $pattern:pat => $by:expr;)+) => {
        /// An [`Observer`] that counts. Shared by an `Arc` with what exports the numbers.
        #[derive(Debug, Default)]
        pub struct Counters {
            $($name: AtomicU64,)+
        }

        /// What [`Counters`] counted so far.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Counts {
            $($(#[$doc])+ pub $name: u64,)+
        }

        impl Counters {
            /// The numbers so far. Each is exact; one may have counted an event that another has not yet.
            pub fn snapshot(&self) -> Counts {
                Counts { $($name: self.$name.load(Ordering::Relaxed),)+ }
            }
        }

        impl Counts {
            /// Every number with its name, for whatever exports them.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name),)+].into_iter()
            }
        }

        impl Observer for Counters {
            fn observe(&self, event: &Event<'_>) {
                // an event may count in several
                $(if let $pattern = event.what() {
                    self.$name.fetch_add($by, Ordering::Relaxed);
                })+
            }
        }
    };
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

counters! {
    /// Sessions that began.
    created: Happened::Created { .. } => 1;
    /// Requests that had a session.
    loaded: Happened::Loaded { .. } => 1;
    /// Commits of changed fields under the same id.
    saved: Happened::Saved { .. } => 1;
    /// Commits of nothing but activity.
    touched: Happened::Touched => 1;
    /// New ids.
    rotated: Happened::Rotated { .. } => 1;
    /// New ids of which the old one was good for a grace.
    renewed: Happened::Renewed { .. } => 1;
    /// Sessions that a handler ended.
    destroyed: Happened::Destroyed => 1;
    /// Requests whose session had lain idle for too long.
    expired_idle: Happened::Expired { deadline: Deadline::Idle } => 1;
    /// Requests whose session had lasted for too long.
    expired_absolute: Happened::Expired { deadline: Deadline::Absolute } => 1;
    /// Requests with an id of no session.
    unknown: Happened::Unknown => 1;
    /// Requests with a dead id.
    replayed: Happened::Replayed { .. } => 1;
    /// Requests with a sealed cookie that is not ours.
    tampered: Happened::Tampered => 1;
    /// Requests with several sessions.
    ambiguous: Happened::Ambiguous => 1;
    /// Changes refused because of another request's.
    conflicts: Happened::Conflict => 1;
    /// Changes refused because the session had ended.
    gone: Happened::Gone => 1;
    /// Responses that were replaced, as the session could not be saved.
    refused: Happened::Refused { .. } => 1;
    /// Requests that a guard did not let pass.
    denied: Happened::Denied { .. } => 1;
    /// Requests that may have been forged, and were refused.
    csrf_refused: Happened::CsrfRefused { .. } => 1;
    /// Responses with a CSRF token that is good for nothing.
    csrf_outdated: Happened::CsrfOutdated => 1;
    /// Requests whose changes were dropped, as they did not prove themselves.
    unproved: Happened::Unproved { .. } => 1;
    /// Requests over plain http that have no session because of it.
    insecure: Happened::Insecure => 1;
    /// Cookies that were not sent, as their session had ended.
    cookies_dropped: Happened::CookieDropped => 1;
    /// Requests whose session the store could not give.
    unavailable: Happened::Unavailable { .. } => 1;
    /// Activity that could not be recorded, and cookies that could not be sent anew.
    touches_failed: Happened::TouchFailed { .. } | Happened::ResendFailed { .. } => 1;
    /// Ids that could not be renewed.
    renewals_failed: Happened::RenewalFailed { .. } => 1;
    /// Times that a session could not be moved into the index of its owner's new form.
    reindexes_failed: Happened::ReindexFailed { .. } => 1;
    /// Times that a session of an earlier version was read.
    migrated: Happened::Migrated { .. } => 1;
    /// Requests whose session could not be used: a field that must decode does not, or the migration failed.
    unusable: Happened::Unusable { .. } | Happened::Unmigratable { .. } => 1;
    /// Fields that did not decode.
    fields_reset: Happened::FieldReset { .. } => 1;
    /// Changes that nobody saved, and ends that could not be carried out.
    lost: Happened::LostChange | Happened::DetachedFailed { .. } => 1;
    /// Sessions that were ended by their owner, or for them.
    revoked: Happened::Revoked { count: number } => count(number);
    /// Sessions that were ended for a login of the same owner.
    evicted: Happened::Evicted { count: number } => count(number);
    /// Logins that were refused, as their owner had as many sessions as allowed.
    limit_refused: Happened::LimitRefused => 1;
    /// Times that somebody began to act as somebody else.
    impersonations_begun: Happened::ImpersonationBegun => 1;
    /// Times that somebody ceased to act as somebody else, but for what ended from outside of the session.
    impersonations_ended: Happened::ImpersonationEnded { .. } => 1;
    /// Records and dead ids that were swept.
    swept: Happened::Swept { count: number } => count(number);
    /// Bytes of the sessions that were loaded.
    bytes_loaded: Happened::Loaded { bytes } => count(bytes);
    /// Bytes of new sessions and of changes.
    bytes_written: Happened::Created { bytes }
        | Happened::Saved { bytes, .. }
        | Happened::Renewed { bytes, .. }
        | Happened::Rotated { bytes, .. } => count(bytes);
}
