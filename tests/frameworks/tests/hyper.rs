//! The layer of tower on bare hyper, over a socket.

session_runtime::adapter::conformance::tests!(framework_tests::hyper::serve);
