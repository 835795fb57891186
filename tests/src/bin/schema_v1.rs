//! A shop, before its session type changed: for `tests/schema.rs`.

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use session_runtime::{session, with_session};
use session_tests::deployed::run;

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(merge = add)]
    visits: u64,
    #[session(merge = append)]
    cart: Vec<String>,
    /// In whole euros.
    #[session(merge = max)]
    paid: u64,
    /// Not in the later version.
    #[session(merge = add)]
    legacy: u64,
}

#[with_session]
async fn show(session: &Shop) -> String {
    let Shop { user, visits, cart, paid, legacy } = session;
    format!("user={user:?} visits={visits} cart={} paid={paid} legacy={legacy}", cart.join(","))
}

#[with_session]
async fn visit(session: &mut Shop) {
    session.visits += 1;
}

#[with_session]
async fn item(session: &mut Shop, Path(item): Path<String>) {
    session.cart.push(item);
}

#[with_session]
async fn login(session: &mut Shop, Path(user): Path<u64>) {
    session.user = Some(user);
}

#[with_session]
async fn pay(session: &mut Shop, Path(euros): Path<u64>) {
    session.paid = euros;
}

#[with_session]
async fn own(session: &mut Shop) {
    session.legacy += 1;
}

fn main() {
    let routes = Router::new()
        .route("/", get(show))
        .route("/visit", post(visit))
        .route("/item/{item}", post(item))
        .route("/login/{user}", post(login))
        .route("/pay/{euros}", post(pay))
        .route("/own", post(own));
    run::<Shop>(routes);
}
