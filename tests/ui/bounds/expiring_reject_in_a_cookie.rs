use session_runtime::store::EncryptedCookieStore;
use session_runtime::{Expiring, Sessions, session};

#[session]
struct Login {
    #[session(ttl = "5m", merge = reject)]
    code: Expiring<u32>,
}

fn sessions(store: EncryptedCookieStore) {
    let _ = Sessions::<Login>::new(store);
}

fn main() {}
