use actix_web::get;
use session_runtime::{session, with_session};

#[session]
struct Shop {
    visits: u32,
}

struct Page;

impl Page {
    #[with_session]
    #[get("/")]
    async fn count(session: &mut Shop) -> String {
        session.visits += 1;
        session.visits.to_string()
    }
}

fn main() {}
