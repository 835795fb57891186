//! What an adapter must do, one function each.

pub mod commits;
pub mod cookies;
pub mod failing;
pub mod guards;
pub mod headers;
pub mod layers;

use super::World;
use super::watched::Op;
use super::wire::{Reply, Request};

/// What the suite says of a response that replaced another.
#[track_caller]
fn assert_refused(reply: &Reply, status: u16) {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.set_cookies(), [""; 0], "a session that could not be saved has no cookie");
    assert_eq!(
        reply.value("x-refused"),
        Some(&*status.to_string()),
        "the application finds out why: {reply:?}"
    );
}
