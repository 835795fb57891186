//! The adapter for poem, over a socket.

session_runtime::adapter::conformance::tests!(framework_tests::poem::serve);
