//! The struct of `cargo xtask cost`, which compiles this file by itself.

use std::collections::{BTreeSet, HashMap};

// all are linked whatever is measured
use {serde as _, serde_json as _, session_runtime as _};

#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Item {
    pub article: u64,
    pub count: u32,
    pub note: Option<String>,
}

#[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Address {
    pub street: String,
    pub town: String,
    pub code: String,
}

#[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Theme {
    #[default]
    Light,
    Dark,
}

#[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Currency {
    #[default]
    Euro,
    Dollar,
    Yen,
}

#[cfg_attr(derived, derive(Clone, PartialEq, serde::Serialize, serde::Deserialize))]
#[cfg_attr(any(session, sessions), session_runtime::session)]
pub struct Shop {
    pub visits: u32,
    pub user: Option<u64>,
    pub cart: Vec<Item>,
    pub theme: Theme,
    pub name: String,
    pub email: Option<String>,
    pub admin: bool,
    pub locale: String,
    pub currency: Currency,
    pub favourites: BTreeSet<u32>,
    pub recent: Vec<String>,
    pub step: u8,
    pub total: f64,
    pub discount: Option<u32>,
    pub answers: HashMap<String, String>,
    pub address: Address,
    pub referrer: Option<String>,
    pub seen: i64,
    pub score: i32,
    pub news: bool,
}

#[cfg(derived)]
pub fn copy(shop: &Shop) -> Shop {
    shop.clone()
}

#[cfg(derived)]
pub fn same(a: &Shop, b: &Shop) -> bool {
    a == b
}

#[cfg(derived)]
pub fn write(shop: &Shop) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(shop)
}

#[cfg(derived)]
pub fn read(json: &[u8]) -> serde_json::Result<Shop> {
    serde_json::from_slice(json)
}

#[cfg(any(session, sessions))]
pub fn fields() -> &'static [session_runtime::__private::Field<Shop>] {
    <Shop as session_runtime::SessionData>::FIELDS
}

#[cfg(any(session, sessions))]
pub fn copy(shop: &Shop) -> Shop {
    session_runtime::SessionData::duplicate(shop)
}

#[cfg(sessions)]
pub fn sessions() -> Result<session_runtime::Sessions<Shop>, session_runtime::Error> {
    session_runtime::Sessions::new(session_runtime::MemoryStore::new())
}
