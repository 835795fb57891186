use session_runtime::{session, with_session};

#[session]
struct Shop<'a> {
    name: &'a str,
}

#[with_session]
async fn name(session: &Shop<'static>) -> String {
    session.name.to_owned()
}

fn main() {}
