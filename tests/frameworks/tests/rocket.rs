//! The adapter for rocket, over a socket.

session_runtime::adapter::conformance::tests!(framework_tests::rocket::serve);
