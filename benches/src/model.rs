//! The session that every peer carries: 434 bytes of JSON.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub sku: u32,
    pub qty: u8,
    pub price: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plain {
    pub user_id: u64,
    pub name: String,
    pub visits: u32,
    pub cart: Vec<Item>,
    pub flash: Option<String>,
}

impl Plain {
    pub fn sample() -> Self {
        Self {
            user_id: 4_711_000_815,
            name: "Ada L. Tester 16".to_owned(),
            visits: 1,
            cart: (0..10).map(|i| Item { sku: 10_000 + i, qty: 1, price: 1999 + i }).collect(),
            flash: Some("saved".to_owned()),
        }
    }
}

pub fn render(user_id: u64, name: &str, visits: u32, cart: usize) -> String {
    format!("{user_id} {name} v={visits} c={cart}")
}
