//! Two requests of one session, in every order of their steps (S69, T2, T4, T33, T34, T39; SECURITY, chapter 4, "Races").
//!
//! A request is four steps: it loads, changes, writes, and learns the answer. Two of them have 70 orders, which are
//! enumerated, not drawn. A request that the store answers with a conflict has more steps, and its orders are more.
//!
//! In each order one request stands still, in its handler or at a call, while the other goes on to its end. So nothing is
//! locked while a handler runs or a call is on its way: no lock can run out, and who comes late is refused by the store (T39).
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "orders/actions.rs"]
mod actions;
#[path = "orders/app.rs"]
mod app;
#[path = "orders/cookies.rs"]
mod cookies;
#[path = "orders/enumerate.rs"]
mod enumerate;
#[path = "orders/expected.rs"]
mod expected;
#[path = "orders/servers.rs"]
mod servers;
