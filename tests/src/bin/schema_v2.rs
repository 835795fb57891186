//! The shop of `schema_v1`, after its session type changed: for `tests/schema.rs`.

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use session_runtime::{Migration, MigrationError, session, with_session};
use session_tests::deployed::run;

#[session(version = 2, migrate = from_earlier)]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(merge = add)]
    visits: u64,
    #[session(merge = append)]
    cart: Vec<String>,
    cents: u64,
    /// Not in the earlier version.
    #[session(merge = add)]
    rating: u64,
}

/// `paid` stays for servers of the earlier version.
fn from_earlier(session: &mut Migration) -> Result<(), MigrationError> {
    let euros: u64 = session.get("paid")?.unwrap_or_default();
    session.set("cents", &(euros * 100))
}

#[with_session]
async fn show(session: &Shop) -> String {
    let Shop { user, visits, cart, cents, rating } = session;
    format!("user={user:?} visits={visits} cart={} cents={cents} rating={rating}", cart.join(","))
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
async fn own(session: &mut Shop) {
    session.rating += 1;
}

fn main() {
    let routes = Router::new()
        .route("/", get(show))
        .route("/visit", post(visit))
        .route("/item/{item}", post(item))
        .route("/login/{user}", post(login))
        .route("/own", post(own));
    run::<Shop>(routes);
}
