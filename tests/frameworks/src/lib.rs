//! The adapters under test.
