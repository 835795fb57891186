//! What every store does: one function for each behaviour, which panics where it does not hold.
//!
//! Names begin with the requirements that they prove, where there are any.

pub mod create;
pub mod crowds;
pub mod delete;
pub mod limit;
pub mod merge;
pub mod policies;
pub mod races;
pub mod repetition;
pub mod rotate;
pub mod sweep;
pub mod touch;
pub mod update;
pub mod values;
