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
async fn account(session: &mut Shop, user: &mut u64) {
    session.visits = 1;
    *user = 2;
}

fn main() {}
