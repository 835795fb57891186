use session_runtime::{session, with_session};

#[session(cookie = "")]
struct Shop {}

#[session(within = Shop)]
struct Cart {
    items: Vec<String>,
}

#[with_session]
async fn add(session: &mut Cart) {
    session.items.push("tea".to_owned());
}

fn main() {}
