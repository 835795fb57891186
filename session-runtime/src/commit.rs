//! From what a handler left to what is stored: the difference, the plan, and carrying it out.

pub(crate) mod apply;
pub(crate) mod diff;
pub(crate) mod limit;
mod merge;
pub(crate) mod plan;
pub(crate) mod renewal;
mod rotation;
pub(crate) mod sealed;
