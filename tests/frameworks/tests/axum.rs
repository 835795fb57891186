//! The adapter for axum, over a socket.

session_runtime::adapter::conformance::tests!(framework_tests::axum::serve);
