use session_runtime::with_session;

mod model {
    use session_runtime::session;

    #[session]
    pub struct Shop {
        user: Option<u64>,
    }
}

use model::Shop;

#[with_session(require = user)]
async fn account(session: &Shop) {
    let _ = session;
}

fn main() {}
