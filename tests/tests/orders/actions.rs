//! What a request does. A further action is a line here, and what it means a line in `expected.rs`.

use std::pin::Pin;

use session_runtime::{Error, Impersonator, Session, Sessions, session};

/// Every kind of field that two requests can meet in.
#[session(idle = "30m", absolute = "12h")]
pub(crate) struct Shop {
    #[session(owner)]
    pub(crate) user: Option<String>,
    #[session(impersonator)]
    pub(crate) by: Option<Impersonator<String>>,
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
    /// Its owner acts as `bob`.
    Impersonate,
    /// Its owner acts as themselves again.
    Return,
    /// Another id, and for a while the one before, too.
    Renew,
    /// The end of all sessions of `ann`, from outside.
    Revoke,
}

impl Meaning {
    /// Whether it begins or ends an impersonation.
    pub(crate) fn switches(self) -> bool {
        matches!(self, Self::Impersonate | Self::Return)
    }

    /// Whether two such meet here. How a renewal and a revocation meet anything else is `renewal/races.rs` and
    /// `owners/racing.rs`.
    pub(crate) fn meets(self, other: Self) -> bool {
        let has_its_own = |one| matches!(one, Self::Renew | Self::Revoke);
        !has_its_own(self) && !has_its_own(other) || self.switches() || other.switches()
    }
}

type Later = Pin<Box<dyn Future<Output = Result<String, Error>> + Send>>;

#[derive(Clone, Copy)]
pub(crate) enum Deed {
    /// What a handler does at once. The number says which of the two it is.
    Now(fn(&Session<Shop>, u8)),
    /// What it waits for.
    Later(fn(Session<Shop>) -> Later),
    /// What is done without the session's cookie.
    Outside(fn(Sessions<Shop>) -> Later),
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

const fn later(name: &'static str, meaning: Meaning, deed: fn(Session<Shop>) -> Later) -> Action {
    Action { name, meaning, deed: Deed::Later(deed) }
}

pub(crate) const ACTIONS: [Action; 14] = [
    now("touch", Meaning::Touch, |_, _| ()),
    now("change", Meaning::Change, |session, me| session.update(|shop| change(shop, me))),
    now("claim", Meaning::Claim, |session, me| session.update(|shop| shop.name = format!("claimed by {me}"))),
    now("vote", Meaning::Vote, |session, me| session.update(|shop| shop.votes += 10 + u32::from(me))),
    later("take", Meaning::Take, |session| Box::pin(take(session))),
    now("rotate", Meaning::Rotate, |session, _| session.rotate()),
    now("login", Meaning::Login, |session, me| session.update(|shop| shop.user = Some(format!("user {me}")))),
    now("leave", Meaning::Leave, |session, _| session.update(|shop| shop.user = None)),
    now("clear", Meaning::Clear, |session, _| session.update(|shop| *shop = Shop::default())),
    now("destroy", Meaning::Destroy, |session, _| session.destroy()),
    later("impersonate", Meaning::Impersonate, |session| {
        Box::pin(switched(async move { session.impersonate(&"bob".to_owned()).await }))
    }),
    later("return", Meaning::Return, |session| {
        Box::pin(switched(async move { session.stop_impersonating().await }))
    }),
    now("renew", Meaning::Renew, |session, _| session.renew()),
    Action {
        name: "revoke",
        meaning: Meaning::Revoke,
        deed: Deed::Outside(|sessions| Box::pin(revoke(sessions))),
    },
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

/// What is no conflict with others is told in the body.
async fn switched(switch: impl Future<Output = Result<(), Error>>) -> Result<String, Error> {
    match switch.await {
        Ok(()) => Ok(String::new()),
        Err(error) => error.cannot_impersonate().map(|why| format!("{why:?}")).ok_or(error),
    }
}

async fn revoke(sessions: Sessions<Shop>) -> Result<String, Error> {
    sessions.revoke_owner(&"ann".to_owned()).await.map(|_| String::new())
}
