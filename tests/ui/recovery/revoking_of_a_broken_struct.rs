use session_runtime::{MemoryStore, Sessions, session};

#[session(idle = "30")]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
}

async fn everywhere(sessions: Sessions<Shop>) -> Result<(), session_runtime::Error> {
    sessions.revoke_owner(&7).await?;
    Ok(())
}

fn main() {
    let _ = Sessions::<Shop>::new(MemoryStore::new()).map(everywhere);
}
