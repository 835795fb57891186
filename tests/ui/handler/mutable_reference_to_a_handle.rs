use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn logout(session: &mut session_runtime::Session<Shop>) {
    session.destroy();
}

fn main() {}
