use session_runtime::{Session, session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn logout(session: Session<Shop>) {
    session.destroy();
}

fn main() {}
