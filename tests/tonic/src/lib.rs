//! Sessions in calls of gRPC: see `tests`. A crate of its own, since the tests of positions compile all that their crate depends
//! on once more.
