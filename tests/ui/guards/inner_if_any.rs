use session_runtime::{session, with_session};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(privileged)]
    admin: bool,
    visits: u32,
}

#[with_session(require = user)]
async fn account(session: &Shop, user: Option<&u64>) {
    let _ = (session, user);
}

fn main() {}
