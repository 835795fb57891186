//! The application: a session with a field of every kind, and what a handler does to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use session_runtime::{Expiring, Flash, Impersonator, Session, Sessions, session};
use session_tests::{Point, stop};

use crate::model::{Code, Mark, Message, Value, Values};

#[session(idle = "30m", absolute = "12h")]
pub(crate) struct Shop {
    #[session(owner)]
    user: Option<u8>,
    #[session(impersonator)]
    by: Option<Impersonator<u8>>,
    #[session(privileged)]
    admin: bool,
    #[session(keep)]
    theme: u8,
    plain: u8,
    #[session(merge = add)]
    count: i8,
    #[session(merge = max)]
    high: u8,
    #[session(merge = min, default = 200)]
    low: u8,
    #[session(merge = union)]
    tags: BTreeSet<u8>,
    #[session(merge = append)]
    log: Vec<u8>,
    #[session(merge = reject)]
    name: u8,
    #[session(merge = with(tally))]
    votes: u32,
    coupons: Vec<u8>,
    notice: Flash<u8>,
    #[session(ttl = "5m")]
    code: Expiring<u8>,
}

#[session(within = Shop)]
pub(crate) struct Cart {
    #[session(merge = append)]
    items: Vec<u8>,
    note: u8,
    #[session(privileged)]
    staff: bool,
}

/// Not `add`: a store leaves it to the core.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature of every such function")]
fn tally(base: &u32, theirs: &u32, ours: &u32) -> u32 {
    theirs.wrapping_add(ours.wrapping_sub(*base))
}

impl Shop {
    pub(crate) fn take_coupon(&mut self) -> Option<u8> {
        self.coupons.pop()
    }
}

/// What a handler was given.
pub(crate) struct Given {
    pub(crate) shop: Session<Shop>,
    pub(crate) cart: Session<Cart>,
}

/// Where a handler leaves what it was given, and is told what to answer with.
#[derive(Clone, Default)]
pub(crate) struct Desk {
    pub(crate) given: Arc<Mutex<Option<Given>>>,
    pub(crate) status: Arc<Mutex<u16>>,
}

async fn handler(shop: Session<Shop>, cart: Session<Cart>, State(desk): State<Desk>) -> StatusCode {
    // the values are those of this moment
    drop((shop.get(), cart.get()));
    *desk.given.lock().unwrap() = Some(Given { shop, cart });
    stop(Point::Mark).await;
    StatusCode::from_u16(*desk.status.lock().unwrap()).unwrap()
}

pub(crate) fn app(sessions: Sessions<Shop>, desk: Desk) -> Router {
    Router::new().route("/", post(handler)).with_state(desk).layer(sessions)
}

impl Given {
    /// What the handler sees. Messages are looked at without being shown.
    pub(crate) fn values(&self) -> Values {
        let (shop, cart) = (self.shop.get(), self.cart.get());
        let Shop {
            user,
            by,
            admin,
            theme,
            plain,
            count,
            high,
            low,
            tags,
            log,
            name,
            votes,
            coupons,
            notice,
            code,
        } = &*shop;
        let message = notice.peek().map(|&says| Message { says, mark: 0, shown: false });
        let mark = by.as_ref().map(|by| Mark {
            user: *by.user(),
            since: by.since().as_millis(),
            aside: Values::new(),
        });
        let code = code.get().zip(code.deadline());
        let code = code.map(|(&value, deadline)| Code { value, expires: deadline.as_millis() });
        BTreeMap::from([
            ("user", Value::Who(*user)),
            ("by", Value::Mark(mark.map(Box::new))),
            ("admin", Value::Flag(*admin)),
            ("theme", Value::Number(i64::from(*theme))),
            ("plain", Value::Number(i64::from(*plain))),
            ("count", Value::Number(i64::from(*count))),
            ("high", Value::Number(i64::from(*high))),
            ("low", Value::Number(i64::from(*low))),
            ("tags", Value::Set(tags.clone())),
            ("log", Value::List(log.clone())),
            ("name", Value::Number(i64::from(*name))),
            ("votes", Value::Number(i64::from(*votes))),
            ("coupons", Value::List(coupons.clone())),
            ("notice", Value::Message(message)),
            ("code", Value::Code(code)),
            ("cart.items", Value::List(cart.items.clone())),
            ("cart.note", Value::Number(i64::from(cart.note))),
            ("cart.staff", Value::Flag(cart.staff)),
        ])
    }

    /// [`Change`](crate::generate::Op::Change), on the real session.
    pub(crate) fn change(&self, key: &str, n: u8) {
        if key.starts_with("cart.") {
            return self.cart.update(|cart| match key {
                "cart.items" => cart.items.push(n),
                "cart.note" => cart.note = n,
                _ => cart.staff = n.is_multiple_of(2),
            });
        }
        self.shop.update(|shop| match key {
            "user" => shop.user = Some(n % 3).filter(|user| *user > 0),
            "admin" => shop.admin = n.is_multiple_of(2),
            "theme" => shop.theme = n,
            "plain" => shop.plain = n,
            "count" => shop.count = shop.count.saturating_add(i8::try_from(n).unwrap() * 9 - 60),
            "high" => shop.high = n,
            "low" => shop.low = n,
            "tags" => {
                if !shop.tags.remove(&(n % 8)) {
                    shop.tags.insert(n % 8);
                }
            }
            "log" if n.is_multiple_of(5) => drop(shop.log.pop()),
            "log" => shop.log.push(n),
            "name" => shop.name = n,
            "votes" => shop.votes += u32::from(n),
            "coupons" => shop.coupons.push(n),
            "notice" if n.is_multiple_of(4) => shop.notice.clear(),
            "notice" => shop.notice.set(n),
            "code" if n.is_multiple_of(4) => shop.code.clear(),
            "code" if n % 4 == 1 => {
                if let Some(code) = shop.code.get_mut() {
                    *code = code.wrapping_add(1);
                }
            }
            "code" => shop.code.set(n),
            other => panic!("there is no field {other}"),
        });
    }

    pub(crate) fn clear(&self) {
        self.shop.update(|shop| *shop = Shop::default());
    }

    /// Shows the message, if there is one.
    pub(crate) fn show(&self) {
        let _ = self.shop.get().notice.get();
    }
}
