//! A small shop: login, logout, cart, messages, "remember me", "my sessions", and a list of what the session holds.
//!
//! ```text
//! cargo run -p examples --bin shop
//! cargo run -p examples --bin shop -- --store file                      # sessions survive a restart; also on two ports at once
//! cargo run -p examples --bin shop -- --store redis://127.0.0.1:6379    # the same, from several machines
//! cargo run -p examples --bin shop -- --store signed                    # in the cookie, where the client can read them
//! cargo run -p examples --bin shop -- --store encrypted                 # in the cookie, where nobody can
//! ```

mod page;
mod stores;

use axum::Router;
use axum::extract::Form;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use session_runtime::{Error, Flash, Session, SessionHandle, session, with_session};

/// What the shop knows of a browser.
#[session(idle = "30m", absolute = "12h", remember = "30d")]
pub struct Shop {
    /// Whose session this is. Setting it rotates the id; losing it wipes the rest.
    #[session(owner)]
    user: Option<User>,
    /// What the customer knows this session by, among all of theirs.
    #[session(label)]
    device: String,
    /// Items in the cart, by name.
    cart: Vec<Item>,
    /// Pages seen. With `#[session(merge = add)]` two tabs at once would both count; then the shop could not keep its sessions
    /// in cookies, which merge nothing, and the compiler says so.
    pages: u32,
    /// How the page looks, whoever is logged in.
    #[session(keep)]
    theme: Theme,
    /// Shown once, on the next page.
    notice: Flash<String>,
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User(String);

/// An item in the cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    name: String,
    count: u32,
}

/// A colour scheme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Theme {
    /// Dark on light.
    #[default]
    Light,
    /// Light on dark.
    Dark,
}

#[with_session]
async fn home(session: &mut Shop) -> Html<String> {
    session.pages += 1;
    page::home(session)
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
    #[serde(default)]
    remember: Option<String>,
}

#[with_session]
async fn login(
    session: &mut Shop,
    handle: Session<Shop>,
    headers: HeaderMap,
    Form(form): Form<Login>,
) -> Redirect {
    // a real shop asks its user database
    if form.password == "secret" && !form.name.trim().is_empty() {
        session.notice.set(format!("Welcome, {}.", form.name));
        session.user = Some(User(form.name));
        let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        session.device = agent.unwrap_or("an unknown device").chars().take(100).collect();
        if form.remember.is_some() {
            handle.remember();
        }
    } else {
        session.notice.set("Wrong name or password.".to_owned());
    }
    Redirect::to("/")
}

#[with_session]
async fn logout(session: &mut Shop) -> Redirect {
    *session = Shop::default();
    Redirect::to("/")
}

#[derive(Deserialize)]
struct Add {
    item: String,
}

#[with_session]
async fn add(session: &mut Shop, Form(Add { item }): Form<Add>) -> Result<Redirect, StatusCode> {
    if !page::ITEMS.contains(&item.as_str()) {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    session.notice.set(format!("Added: {item}."));
    match session.cart.iter_mut().find(|i| i.name == item) {
        Some(present) => present.count += 1,
        None => session.cart.push(Item { name: item, count: 1 }),
    }
    Ok(Redirect::to("/"))
}

#[with_session]
async fn empty(session: &mut Shop) -> Redirect {
    session.cart.clear();
    Redirect::to("/")
}

#[with_session]
async fn theme(session: &mut Shop) -> Redirect {
    session.theme = match session.theme {
        Theme::Light => Theme::Dark,
        Theme::Dark => Theme::Light,
    };
    Redirect::to("/")
}

/// Where the customer is logged in.
async fn sessions(handle: Session<Shop>) -> Result<Html<String>, Error> {
    Ok(page::sessions(&handle.owner_sessions().await?))
}

#[derive(Deserialize)]
struct End {
    session: SessionHandle,
}

/// Signs one of them out. The handle of somebody else's session does nothing.
async fn end(handle: Session<Shop>, Form(End { session }): Form<End>) -> Result<Redirect, Error> {
    handle.revoke(session).await?;
    Ok(Redirect::to("/sessions"))
}

/// Signs out everywhere else; this session goes on under a new id.
async fn end_others(handle: Session<Shop>) -> Result<Redirect, Error> {
    handle.revoke_others().await?;
    Ok(Redirect::to("/sessions"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let sessions = stores::sessions(&arguments)?;
    println!("{}", sessions.policy());
    let app = Router::new()
        .route("/", get(home))
        .route("/login", post(login))
        .route("/logout", post(logout))
        .route("/cart", post(add))
        .route("/cart/empty", post(empty))
        .route("/theme", post(theme))
        .route("/sessions", get(self::sessions))
        .route("/sessions/end", post(end))
        .route("/sessions/others", post(end_others))
        .layer(sessions);
    examples::serve(app).await?;
    Ok(())
}
