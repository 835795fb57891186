//! CSRF tokens (S28, T28, S9, S56): which requests must carry one, which id it is for, and that nothing is done without.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

#[path = "csrf/world.rs"]
mod world;

#[path = "csrf/demanded.rs"]
mod demanded;
#[path = "csrf/forms.rs"]
mod forms;
#[path = "csrf/issued.rs"]
mod issued;
#[path = "csrf/renewed.rs"]
mod renewed;
#[path = "csrf/sealed.rs"]
mod sealed;
