use session_runtime::{Session, session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn logout(session: &Shop, #[session] handle: Session<Shop>) -> u32 {
    handle.destroy();
    session.visits
}

fn main() {}
