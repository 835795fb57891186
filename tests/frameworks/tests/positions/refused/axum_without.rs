use axum::{Router, routing::get};
use session_runtime::session;

#[session]
struct Shop {
    visits: u32,
}

async fn count(session: &mut Shop) {
    session.visits += 1;
}

fn main() {
    let _: Router = Router::new().route("/", get(count));
}
