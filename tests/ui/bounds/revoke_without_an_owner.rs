use session_runtime::{MemoryStore, Sessions, session};

#[session]
struct Shop {
    visits: u32,
}

fn main() {
    let sessions = Sessions::<Shop>::new(MemoryStore::new()).unwrap();
    let _ = sessions.revoke_owner(&7);
}
