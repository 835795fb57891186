//! The page.

use axum::response::Html;

use session_runtime::OwnedSession;

use super::{Shop, Theme};

pub(crate) const ITEMS: [&str; 3] = ["Apple", "Bread", "Cheese"];

/// The one page of the shop.
pub(crate) fn home(shop: &Shop) -> Html<String> {
    let notice = shop.notice.get().map(|text| format!("<p class=notice role=status>{}</p>", escape(text)));
    let account = match &shop.user {
        Some(user) => format!(
            "<p>Logged in as <b>{}</b>. <a href=/sessions>My sessions</a></p>\
             <form method=post action=/logout><button>Log out</button></form>",
            escape(&user.0)
        ),
        None => LOGIN.to_owned(),
    };
    let shelf: String =
        ITEMS.map(|item| format!("<button name=item value={item}>Add {item}</button> ")).concat();
    let cart: Vec<String> =
        shop.cart.iter().map(|i| format!("<li>{} × {}</li>", i.count, escape(&i.name))).collect();
    let cart = cart.concat();
    let empty = if cart.is_empty() { "<p>The cart is empty.</p>" } else { EMPTY };
    let class = if shop.theme == Theme::Dark { "dark" } else { "light" };
    Html(format!(
        "{HEAD}<body class={class}><h1>Shop</h1>{}\
         <section><h2>Account</h2>{account}</section>\
         <section><h2>Shelf</h2><form method=post action=/cart>{shelf}</form></section>\
         <section><h2>Cart</h2><ul>{cart}</ul>{empty}</section>\
         <section><h2>What the session holds</h2>{}</section>\
         <form method=post action=/theme><button>Change theme</button></form></body></html>",
        notice.unwrap_or_default(),
        contents(shop),
    ))
}

/// Where the customer is logged in. A handle needs no escaping.
pub(crate) fn sessions(sessions: &[OwnedSession]) -> Html<String> {
    let line = |session: &OwnedSession| {
        let label = escape(session.label().unwrap_or("an unknown device"));
        if session.is_current() {
            return format!("<li><b>{label}</b> (this one)</li>");
        }
        format!(
            "<li>{label} <form method=post action=/sessions/end><button name=session value={}>Sign out</button></form></li>",
            session.handle()
        )
    };
    let list: String = sessions.iter().map(line).collect();
    let others = if sessions.len() > 1 { OTHERS } else { "" };
    Html(format!(
        "{HEAD}<body><h1>My sessions</h1><ul>{list}</ul>{others}<p><a href=/>Back to the shop</a></p></body></html>"
    ))
}

/// What the session holds, as a table.
fn contents(shop: &Shop) -> String {
    let user = shop.user.as_ref().map_or("nobody", |user| &user.0);
    let rows = [
        ("user", escape(user)),
        ("cart", format!("{} kinds of item", shop.cart.len())),
        ("pages", shop.pages.to_string()),
        ("theme", format!("{:?}", shop.theme)),
        ("notice", if shop.notice.is_some() { "shown above, now used up" } else { "none" }.to_owned()),
    ];
    let rows = rows.map(|(key, value)| format!("<tr><th>{key}</th><td>{value}</td></tr>")).concat();
    format!("<table>{rows}</table>")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

const LOGIN: &str = "<form method=post action=/login><label>Name <input name=name required></label> \
    <label>Password (it is <i>secret</i>) <input name=password type=password required></label> \
    <label style='white-space:nowrap'><input name=remember type=checkbox> Remember me</label> <button>Log in</button></form>";

const OTHERS: &str =
    "<form method=post action=/sessions/others><button>Sign out everywhere else</button></form>";

const EMPTY: &str = "<form method=post action=/cart/empty><button>Empty the cart</button></form>";

const HEAD: &str = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
    <title>Shop</title><style>body{font:16px/1.5 system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem}\
    .dark{background:#222;color:#eee}.notice{background:#fe9;color:#222;padding:.5rem}\
    section{border-top:1px solid #8888}th{text-align:left;padding-right:1rem}form{display:inline-block;margin:.2rem 0}</style>";
