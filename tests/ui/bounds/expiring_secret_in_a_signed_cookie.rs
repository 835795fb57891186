//! S61: a signed cookie can be read by its client.

use session_runtime::store::SignedCookieStore;
use session_runtime::{Expiring, Secret, Sessions, session};

#[session]
struct Login {
    #[session(ttl = "5m")]
    code: Expiring<Secret<u32>>,
}

fn sessions(store: SignedCookieStore) {
    let _ = Sessions::<Login>::new(store);
}

fn main() {}
