//! Docs, visibility, derives, `cfg`s, raw identifiers and every option of a field.

#![deny(warnings, missing_docs)]

use serde::{Deserialize, Serialize};
use session_runtime::{Expiring, Extra, Flash, Secret, session};

/// A theme.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Theme {
    /// Bright.
    Light,
    /// Not so.
    Dark,
}

/// A shop.
#[session(
    cookie = "__Host-shop",
    idle = "30m",
    absolute = "12h",
    remember = "30d",
    same_site = "Strict",
    path = "/",
    secure = true,
    http_only = true,
    partitioned,
    persistent = false
)]
#[derive(Debug)]
pub struct Shop {
    /// Pages seen.
    #[session(merge = add)]
    pub visits: u32,
    /// Who it is.
    #[cfg(all())]
    #[session(owner)]
    pub user: Option<u64>,
    #[session(privileged, merge = last_write)]
    pub(crate) admin: bool,
    /// Survives a logout.
    #[session(keep, default = Theme::Dark)]
    #[session(alias = "skin", alias = "look")]
    pub theme: Theme,
    /// A keyword.
    #[session(rename = "kind")]
    pub r#type: String,
    /// Another.
    pub r#match: Option<Vec<u8>>,
    /// Not stored.
    #[session(skip)]
    pub cache: Option<String>,
    /// Shown once.
    pub notice: Flash<String>,
    /// Ends by itself.
    #[session(ttl = "5m", merge = reject)]
    pub code: Expiring<Secret<String>>,
    /// Redacted.
    pub seed: Secret<String>,
    /// On one platform.
    #[cfg(all())]
    pub here: u8,
    /// On none.
    #[cfg(any())]
    pub nowhere: NoType,
    /// One of two.
    #[cfg(any())]
    #[session(owner)]
    pub other: Option<u8>,
    /// The rest.
    #[session(extra)]
    pub rest: Extra,
}

/// A part of it.
#[session(within = Shop)]
pub struct Cart {
    /// Articles.
    pub items: Vec<String>,
}

/// Nothing to keep.
#[session()]
pub struct Empty {}

fn main() {
    let shop = Shop::default();
    assert_eq!(shop.theme, Theme::Dark);
    assert!(!shop.admin);
    assert!(Cart::default().items.is_empty());
    let Empty {} = Empty::default();
}
