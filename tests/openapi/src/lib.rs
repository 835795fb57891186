//! The session of the handlers that are documented.

use session_runtime::session;

/// What the server remembers of a browser.
#[session]
pub struct Shop {
    /// How often it came.
    pub visits: u32,
}
