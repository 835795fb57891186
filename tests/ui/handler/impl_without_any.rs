use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

#[with_session]
impl Shop {
    fn count(&self) -> u32 {
        self.visits
    }
}

fn main() {}
