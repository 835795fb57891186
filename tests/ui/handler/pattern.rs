use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
async fn count(#[session] Shop { visits }: &Shop) -> u32 {
    *visits
}

fn main() {}
