use session_runtime::{session, with_session};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(privileged)]
    admin: bool,
    visits: u32,
}

struct Page {
    user: Option<u64>,
}

#[with_session(require = user)]
async fn account(session: &Page) {
    let _ = session.user;
}

fn main() {}
