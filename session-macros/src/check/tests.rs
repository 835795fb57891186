//! Every rule with the message that it gives.

mod cookie;
mod csrf;
mod expiring;
mod fields;
mod handlers;
mod held;
mod impersonation;
mod lifetimes;
mod names;
mod options;
mod owners;
mod renewal;
mod section;
mod shape;
