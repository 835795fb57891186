//! The adapter for actix, over a socket.

session_runtime::adapter::conformance::tests!(framework_tests::actix::serve);
