use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

trait Pages {
    #[with_session]
    fn count(session: &Shop) -> u32;
}

fn main() {}
