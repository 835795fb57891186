use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

impl Shop {
    #[with_session]
    async fn count(#[session] &self) -> u32 {
        self.visits
    }
}

fn main() {}
