use session_runtime::{Unavailable, session, with_session};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(privileged)]
    admin: bool,
    visits: u32,
}

#[with_session(fresh = "5m")]
async fn account(session: Result<&Shop, Unavailable>) {
    let _ = session;
}

fn main() {}
