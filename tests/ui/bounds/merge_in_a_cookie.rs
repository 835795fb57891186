//! Two answers to one browser overwrite each other, so a policy that merges would promise what cannot be kept.

use session_runtime::store::EncryptedCookieStore;
use session_runtime::{Sessions, session};

#[session]
struct Shop {
    #[session(merge = add)]
    visits: u32,
    theme: String,
}

fn sessions(store: EncryptedCookieStore) {
    let _ = Sessions::<Shop>::new(store);
}

fn main() {}
