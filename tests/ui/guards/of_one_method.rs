use session_runtime::{session, with_session};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(privileged)]
    admin: bool,
    visits: u32,
}

struct Pages;

#[with_session(require = user)]
impl Pages {
    async fn account(session: &Shop, user: &u64) {
        let _ = (session, user);
    }

    async fn home(session: Option<&Shop>) {
        let _ = session;
    }
}

fn main() {}
