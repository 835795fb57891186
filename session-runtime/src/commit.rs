//! From what a handler left to what is stored: the difference, the plan, and carrying it out.

pub(crate) mod apply;
pub(crate) mod diff;
pub(crate) mod limit;
pub(crate) mod merge;
pub(crate) mod moving;
pub(crate) mod plan;
pub(crate) mod reindex;
pub(crate) mod renewal;
pub(crate) mod sealed;
pub(crate) mod switch;
