//! Session structs.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use session_runtime::{Expiring, Extra, Flash, Impersonator, Migration, MigrationError, Secret, session};

/// A theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Theme {
    /// Bright.
    Light,
    /// Not so.
    Dark,
}

/// From what was stored before there were themes.
fn with_theme(session: &mut Migration) -> Result<(), MigrationError> {
    session.rename("look", "theme")
}

/// Every option of a root and of its fields.
#[session(
    cookie = "__Secure-shop",
    idle = "30m",
    absolute = "12h",
    remember = "30d",
    renew = "1h",
    grace = "30s",
    same_site = "strict",
    path = "/",
    domain = "example.com",
    secure = true,
    http_only = true,
    partitioned,
    persistent,
    require_https = true,
    csrf = true,
    version = 2,
    migrate = with_theme,
    max_sessions = 3,
    when_full = "reject_new"
)]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Shop {
    /// Pages seen.
    #[session(merge = add, default = 1)]
    pub visits: u32,
    /// Whose it is.
    #[session(owner)]
    pub user: Option<u64>,
    /// Who acts as them.
    #[session(impersonator)]
    pub behind: Option<Impersonator<u64>>,
    /// What they call it.
    #[session(label)]
    pub device: String,
    /// What they may do.
    #[session(privileged, merge = last_write)]
    pub admin: bool,
    /// Survives a logout.
    #[session(keep, default = Theme::Dark, alias = "skin", alias = "look")]
    pub theme: Theme,
    /// A keyword.
    #[session(rename = "kind")]
    pub r#type: String,
    /// On one platform.
    #[cfg(not(target_pointer_width = "16"))]
    pub here: u8,
    /// Not used any more.
    #[deprecated = "use `theme`"]
    pub shade: Option<String>,
    /// The best of all rounds.
    #[session(merge = max)]
    pub best: u32,
    /// The fastest of them.
    #[session(merge = min, default = u32::MAX)]
    pub fastest: u32,
    /// A set.
    #[session(keep, merge = union)]
    pub favourites: BTreeSet<u32>,
    /// A list.
    #[session(merge = append)]
    pub log: Vec<String>,
    /// One at a time.
    #[session(merge = reject)]
    pub step: u8,
    /// Only named by its attribute.
    #[session(merge = with(nearer))]
    pub place: [i64; 3],
    /// Only seen here.
    _private: f64,
    /// For one request.
    #[session(skip)]
    pub cache: Option<Vec<u8>>,
    /// Shown once.
    pub notice: Flash<String>,
    /// Ends by itself.
    #[session(ttl = "5m")]
    pub code: Expiring<Secret<String>>,
    /// Ends by itself, and with it what it allows.
    #[session(ttl = "1h30m", privileged)]
    pub confirmed: Expiring<()>,
    /// Redacted.
    pub seed: Secret<String>,
    /// The rest.
    #[session(extra)]
    pub rest: Extra,
}

fn nearer(_base: &[i64; 3], theirs: &[i64; 3], ours: &[i64; 3]) -> [i64; 3] {
    *[theirs, ours].into_iter().min_by_key(|place| place[0].abs()).unwrap_or(ours)
}

/// A section.
#[session(within = Shop)]
#[derive(Debug)]
pub struct Cart {
    /// Articles.
    pub items: Vec<String>,
    /// A float.
    pub total: f64,
}

/// Nothing to keep.
#[session]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Empty {}

session_runtime::session_adapter! {
    /// Sessions for a framework of somebody else.
    pub mod adapted;
}

/// A session of that framework.
#[session(adapter = adapted)]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Elsewhere {
    /// Pages seen.
    pub visits: u32,
}
