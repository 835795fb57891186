//! The adapter for salvo, over a socket.

session_runtime::adapter::conformance::tests!(framework_tests::salvo::serve);
