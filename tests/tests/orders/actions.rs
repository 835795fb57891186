//! What a request does. A further action is a line here, and what it means a line in `expected.rs`.

use std::pin::Pin;

use session_runtime::{Error, Session, session};

/// Every kind of field that two requests can meet in.
#[session(idle = "30m", absolute = "12h")]
pub(crate) struct Shop {
    #[session(owner)]
    pub(crate) user: Option<String>,
    #[session(merge = add)]
    pub(crate) count: u32,
    #[session(merge = append)]
    pub(crate) items: Vec<u8>,
    #[session(merge = reject)]
    pub(crate) name: String,
    #[session(merge = with(tally))]
    pub(crate) votes: u32,
    pub(crate) coupon: Option<u32>,
    pub(crate) last: Option<u8>,
    pub(crate) left: bool,
    pub(crate) right: bool,
    #[session(keep)]
    pub(crate) theme: String,
}

/// Not `add`: a store leaves it to the core, which loads once more.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature of every such function")]
fn tally(base: &u32, theirs: &u32, ours: &u32) -> u32 {
    theirs.wrapping_add(ours.wrapping_sub(*base))
}

/// What an action is to the session, whatever the code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Nothing: what the request records is that it was there.
    Touch,
    /// Fields that merge, one of its own, and one where the later stands.
    Change,
    /// A field that only one of two may change.
    Claim,
    /// A field that a function merges.
    Vote,
    /// Takes what there is one of.
    Take,
    /// Another id.
    Rotate,
    /// Another owner.
    Login,
    /// No owner any more.
    Leave,
    /// Everything at its default.
    Clear,
    /// The end.
    Destroy,
}

type Later = Pin<Box<dyn Future<Output = Result<String, Error>> + Send>>;

#[derive(Clone, Copy)]
pub(crate) enum Deed {
    /// What a handler does at once. The number says which of the two it is.
    Now(fn(&Session<Shop>, u8)),
    /// What it waits for.
    Later(fn(Session<Shop>) -> Later),
}

#[derive(Clone, Copy)]
pub(crate) struct Action {
    pub(crate) name: &'static str,
    pub(crate) meaning: Meaning,
    pub(crate) deed: Deed,
}

const fn now(name: &'static str, meaning: Meaning, deed: fn(&Session<Shop>, u8)) -> Action {
    Action { name, meaning, deed: Deed::Now(deed) }
}

/// `revoke`, `revoke_owner` and `renew` belong here as soon as there are such.
pub(crate) const ACTIONS: [Action; 10] = [
    now("touch", Meaning::Touch, |_, _| ()),
    now("change", Meaning::Change, |session, me| session.update(|shop| change(shop, me))),
    now("claim", Meaning::Claim, |session, me| session.update(|shop| shop.name = format!("claimed by {me}"))),
    now("vote", Meaning::Vote, |session, me| session.update(|shop| shop.votes += 10 + u32::from(me))),
    Action { name: "take", meaning: Meaning::Take, deed: Deed::Later(|session| Box::pin(take(session))) },
    now("rotate", Meaning::Rotate, |session, _| session.rotate()),
    now("login", Meaning::Login, |session, me| session.update(|shop| shop.user = Some(format!("user {me}")))),
    now("leave", Meaning::Leave, |session, _| session.update(|shop| shop.user = None)),
    now("clear", Meaning::Clear, |session, _| session.update(|shop| *shop = Shop::default())),
    now("destroy", Meaning::Destroy, |session, _| session.destroy()),
];

pub(crate) fn change(shop: &mut Shop, me: u8) {
    shop.count += 1;
    shop.items.push(me);
    shop.last = Some(me);
    *if me == 0 { &mut shop.left } else { &mut shop.right } = true;
}

async fn take(session: Session<Shop>) -> Result<String, Error> {
    session.take_once(|shop| shop.coupon.take()).await.map(|taken| format!("{taken:?}"))
}
