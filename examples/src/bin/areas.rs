//! Two session types in one application: visitors, and administrators with a cookie and a policy of their own. What
//! visitors wish for is a section of theirs.
//!
//! ```text
//! cargo run -p examples --bin areas
//! curl -c jar -b jar http://127.0.0.1:3000/
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/wishes/bread
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/admin/login
//! curl -c jar -b jar http://127.0.0.1:3000/admin
//! ```

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use session_runtime::{MemoryStore, Sessions, session, with_session};

/// Everybody.
#[session]
struct Visitor {
    #[session(merge = add)]
    pages: u32,
}

/// Kept in the record of [`Visitor`]: one cookie, one load and one save for both.
#[session(within = Visitor)]
struct Wishes {
    #[session(merge = append)]
    items: Vec<String>,
}

/// Who runs the shop: a cookie of its own, which is sent to no other page and by no other site, and a short life.
#[session(cookie = "__Secure-admin", path = "/admin", same_site = "strict", idle = "10m", absolute = "1h")]
struct Admin {
    #[session(owner)]
    name: Option<String>,
}

#[with_session]
async fn home(#[session] visitor: &mut Visitor, #[session] wishes: &Wishes) -> String {
    visitor.pages += 1;
    format!("page {}, wishes: {}", visitor.pages, wishes.items.join(", "))
}

#[with_session]
async fn wish(#[session] wishes: &mut Wishes, Path(item): Path<String>) {
    wishes.items.push(item);
}

#[with_session]
async fn login(session: &mut Admin) {
    // after checking the password
    session.name = Some("ann".to_owned());
}

#[with_session(require = name, or = 403)]
async fn admin(session: &Admin, name: &str) -> String {
    let _ = session;
    format!("Hello, {name}.")
}

#[with_session]
async fn logout(session: &mut Admin) {
    *session = Admin::default();
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // plain http on loopback; behind https: `Sessions::new`
    let visitors = Sessions::<Visitor>::development(MemoryStore::new())?.with::<Wishes>()?;
    let admins = Sessions::<Admin>::development(MemoryStore::new())?;
    let admin = Router::new()
        .route("/", get(admin))
        .route("/login", post(login))
        .route("/logout", post(logout))
        .layer(admins);
    let app = Router::new()
        .route("/", get(home))
        .route("/wishes/{item}", post(wish))
        .nest("/admin", admin)
        .layer(visitors);
    examples::serve(app).await?;
    Ok(())
}
