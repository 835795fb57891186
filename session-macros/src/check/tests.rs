//! Every rule with the message that it gives.

mod cookie;
mod expiring;
mod fields;
mod handlers;
mod lifetimes;
mod names;
mod options;
mod owners;
mod section;
mod shape;
