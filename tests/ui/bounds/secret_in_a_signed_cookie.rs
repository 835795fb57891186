//! S61: a signed cookie can be read by its client.

use session_runtime::store::SignedCookieStore;
use session_runtime::{Secret, Sessions, session};

#[session]
struct Login {
    user: Option<u32>,
    totp_seed: Secret<String>,
}

fn sessions(store: SignedCookieStore) {
    let _ = Sessions::<Login>::new(store);
}

fn main() {}
