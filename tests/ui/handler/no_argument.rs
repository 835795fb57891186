use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn count(visits: u32) -> u32 {
    visits
}

fn main() {}
