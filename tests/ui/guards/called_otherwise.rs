use session_runtime::{session, with_session};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(privileged)]
    admin: bool,
    visits: u32,
}

#[with_session(login)]
async fn account(session: &Shop) {
    let _ = session;
}

fn main() {}
