//! Random histories against a model of what a session must be (S69; SECURITY, chapter 4, "Linearizability").
//!
//! Several browsers, several requests of each at once, and a clock that moves. The model knows fields as values, what each
//! policy means, and the tables of DESIGN.md; it shares no code with the library. Each commit has one moment. After every
//! commit the status, the cookie, what the handler saw and what the store holds are compared. A history that fails is made
//! shorter before it is shown, so that what is shown matters.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "histories/app.rs"]
mod app;
#[path = "histories/commit.rs"]
mod commit;
#[path = "histories/generate.rs"]
mod generate;
#[path = "histories/impersonation.rs"]
mod impersonation;
#[path = "histories/model.rs"]
mod model;
#[path = "histories/renewal.rs"]
mod renewal;
#[path = "histories/run.rs"]
mod run;
#[path = "histories/stores.rs"]
mod stores;
#[path = "histories/taking.rs"]
mod taking;
