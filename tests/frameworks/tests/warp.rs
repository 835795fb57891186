//! The adapter for warp, over a socket.

session_runtime::adapter::conformance::tests!(framework_tests::warp::serve);
