//! Sessions in their cookies.
