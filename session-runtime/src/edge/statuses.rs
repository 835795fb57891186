//! The statuses that an application may replace.

use crate::error::{Error, Kind};

/// What a response says when a session cannot be had or saved (DESIGN.md, "When the session cannot be saved").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Statuses {
    pub(crate) gone: u16,
    pub(crate) conflict: u16,
    pub(crate) unavailable: u16,
    pub(crate) limit: u16,
}

impl Default for Statuses {
    fn default() -> Self {
        Self { gone: 409, conflict: 409, unavailable: 503, limit: 409 }
    }
}

impl Statuses {
    /// # Errors
    /// [`Error::is_config`] if one says something else than it is for. A client must not take the server's outage for its
    /// own mistake, nor a lost change for a success.
    pub(crate) fn check(self) -> Result<(), Error> {
        let Self { gone, conflict, unavailable, limit } = self;
        let of_the_client = "the client's: one from 400 to 499";
        let of_the_server = "the server's: one from 500 to 599";
        for (name, status, range, whose) in [
            ("status_when_gone", gone, 400..=499, of_the_client),
            ("status_on_conflict", conflict, 400..=499, of_the_client),
            ("status_at_limit", limit, 400..=499, of_the_client),
            ("status_when_unavailable", unavailable, 500..=599, of_the_server),
        ] {
            if !range.contains(&status) {
                return Err(Error::config(format!("`{name}` is {status}, and must be {whose}")));
            }
        }
        Ok(())
    }

    /// The status of an error of this kind.
    pub(crate) const fn of(self, kind: &Kind) -> u16 {
        match kind {
            Kind::Gone => self.gone,
            Kind::Conflict => self.conflict,
            Kind::Limit { .. } => self.limit,
            Kind::Unavailable | Kind::Full | Kind::NoEntropy => self.unavailable,
            // not the application's to choose: its handlers see these before a response does
            Kind::Impersonation(_) => 409,
            Kind::Csrf | Kind::Insecure => 403,
            Kind::TooLarge { .. } | Kind::Unstorable { .. } | Kind::TooLate | Kind::Config(_) => 500,
        }
    }
}
