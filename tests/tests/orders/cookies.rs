//! Sessions in their cookies. What they promise is less: a session ends, and gets another id, exactly once, by the list; of
//! two answers to one browser the later one stands, whole.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::post;
use session_runtime::clock::{Clock as _, ManualClock, SystemClock};
use session_runtime::store::{EncryptedCookieStore, RevocationList, SignedCookieStore};
use session_runtime::{
    KeyRing, MemoryStore, SecretKey, Session, Sessions, SessionsBuilder, session, with_session,
};
use session_tests::{Actor, Op, Point, Reply, Stepped, call, stop};

use crate::actions::Meaning;
use crate::enumerate::{Order, every_order};

const HOUR: Duration = Duration::from_secs(3600);
const AWAY: Duration = Duration::from_secs(15 * 60);

#[session(idle = "30m", absolute = "12h")]
struct Card {
    #[session(owner)]
    user: Option<String>,
    count: u32,
    left: bool,
    right: bool,
    #[session(keep)]
    theme: String,
}

struct Action {
    name: &'static str,
    meaning: Meaning,
    deed: fn(&Session<Card>, u8),
}

const fn now(name: &'static str, meaning: Meaning, deed: fn(&Session<Card>, u8)) -> Action {
    Action { name, meaning, deed }
}

/// A further action is a line here, and what it means one in [`Ground::carry_out`].
const ACTIONS: [Action; 7] = [
    now("touch", Meaning::Touch, |_, _| ()),
    now("change", Meaning::Change, |session, me| session.update(|card| change(card, me))),
    now("rotate", Meaning::Rotate, |session, _| session.rotate()),
    now("login", Meaning::Login, |session, me| session.update(|card| card.user = Some(format!("user {me}")))),
    now("leave", Meaning::Leave, |session, _| session.update(|card| card.user = None)),
    now("clear", Meaning::Clear, |session, _| session.update(|card| *card = Card::default())),
    now("destroy", Meaning::Destroy, |session, _| session.destroy()),
];

fn change(card: &mut Card, me: u8) {
    card.count += 1;
    *if me == 0 { &mut card.left } else { &mut card.right } = true;
}

async fn act(Path((action, me)): Path<(usize, u8)>, session: Session<Card>) {
    stop(Point::Mark).await;
    (ACTIONS[action].deed)(&session, me);
}

#[with_session(activity = false)]
async fn show(session: Option<&Card>) -> String {
    session.map_or("anonymous".to_owned(), shown)
}

fn shown(card: &Card) -> String {
    let Card { user, count, left, right, theme } = card;
    format!("{user:?} {count} {left} {right} {theme}")
}

fn before(user: Option<&str>) -> Card {
    Card { user: user.map(str::to_owned), count: 5, theme: "dark".to_owned(), ..Card::default() }
}

/// What the list knows: whether the session has ended, and how often it got another id.
#[derive(Default)]
struct Ground {
    ended: bool,
    id: u32,
}

/// What a request is answered with: a status, and what its cookie holds, under which id.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    Cookie {
        id: u32,
        shows: String,
    },
    Removed,
    Refused,
    /// A session of its own, for who logged in when the first id was dead.
    Apart,
}

impl Ground {
    fn is_there(&self) -> bool {
        !self.ended && self.id == 0
    }

    /// A request's one moment: it found the session alive or not, and asks the list, or tells it, now.
    fn carry_out(&mut self, meaning: Meaning, me: u8, alive: bool, user: Option<&str>) -> Told {
        let mut card = before(user);
        match meaning {
            Meaning::Destroy if !alive => return Told::Removed,
            Meaning::Destroy => self.ended = true,
            Meaning::Clear if alive && user.is_some() => self.ended = true,
            Meaning::Touch | Meaning::Leave | Meaning::Clear if !alive => return Told::Nothing,
            Meaning::Touch if !self.is_there() => return Told::Nothing,
            Meaning::Login if !alive => return Told::Apart,
            _ if !alive || !self.is_there() => return Told::Refused,
            Meaning::Touch => {}
            Meaning::Change => change(&mut card, me),
            Meaning::Rotate => self.id += 1,
            Meaning::Login => {
                card =
                    Card { user: Some(format!("user {me}")), ..if user.is_some() { wiped() } else { card } };
                self.id += 1;
            }
            Meaning::Leave => {
                card = wiped();
                self.id += 1;
            }
            Meaning::Clear | Meaning::Claim | Meaning::Vote | Meaning::Take => {
                unreachable!("not for cookies")
            }
            Meaning::Impersonate | Meaning::Return | Meaning::Renew | Meaning::Revoke => {
                unreachable!("not here")
            }
        }
        if self.ended { Told::Removed } else { Told::Cookie { id: self.id, shows: shown(&card) } }
    }
}

fn wiped() -> Card {
    Card { theme: "dark".to_owned(), ..Card::default() }
}

struct World {
    name: &'static str,
    sessions: Sessions<Card>,
    clock: Arc<ManualClock>,
    app: Router,
}

struct Running {
    action: usize,
    actor: Actor<Reply>,
    reply: Option<Reply>,
    /// Whether it found the session alive, once it has loaded.
    alive: Option<bool>,
    /// When it asked the list, or told it something: the how manieth moment of the run.
    moment: Option<usize>,
}

impl World {
    fn new(name: &'static str, builder: SessionsBuilder<Card>) -> Self {
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let sessions = builder.clock(Arc::clone(&clock)).store_timeout(HOUR).build().unwrap();
        let routes = Router::new().route("/{action}/{me}", post(act)).route("/", post(show));
        Self { name, app: routes.layer(sessions.clone()), sessions, clock }
    }

    async fn seen_with(&self, cookie: &str) -> String {
        call(self.app.clone(), "/", cookie).await.body
    }

    fn request(&self, action: usize, me: usize, cookie: &str) -> Running {
        let (app, target, cookie) = (self.app.clone(), format!("/{action}/{me}"), cookie.to_owned());
        let work = async move { call(app, &target, &cookie).await };
        Running { action, actor: Actor::new(at_the_list, work), reply: None, alive: None, moment: None }
    }

    async fn run(&self, actions: [usize; 2], user: Option<&str>, order: &mut Order) {
        let cookie = self.sessions.issue(before(user)).await.unwrap().cookie().to_owned();
        self.clock.advance(AWAY);
        let mut both = [self.request(actions[0], 0, &cookie), self.request(actions[1], 1, &cookie)];
        let (mut moment, mut went) = (0, String::new());
        while both.iter().any(|one| one.reply.is_none()) {
            let who = match both.each_ref().map(|one| one.reply.is_none()) {
                [true, true] => order.who(),
                [first, _] => usize::from(!first),
            };
            went.push(['a', 'b'][who]);
            moment += 1;
            let one = &mut both[who];
            match one.actor.at().and_then(Point::next_call) {
                // what it tells the list counts, and before that, what it asks first
                Some(Op::Create) => one.moment = Some(moment),
                Some(_) => one.moment = one.moment.or(Some(moment)),
                None => {}
            }
            if one.alive.is_none() {
                one.alive = Some(self.seen_with(&cookie).await != "anonymous");
            }
            one.reply = one.actor.step().await;
            if let Some(reply) = &one.reply
                && ends_the_id(&ACTIONS[one.action], reply)
            {
                assert_eq!(self.seen_with(&cookie).await, "anonymous", "{}: {went}", self.name);
            }
        }
        let names = actions.map(|action| ACTIONS[action].name);
        self.check(&both, user, &cookie, &format!("{} {names:?} in {went}", self.name)).await;
    }

    async fn check(&self, both: &[Running; 2], user: Option<&str>, first: &str, what: &str) {
        let mut ground = Ground::default();
        let mut told = [Told::Nothing, Told::Nothing];
        let mut in_turn = [0, 1];
        // who neither asked nor told anything may come at any time
        in_turn.sort_by_key(|&who| both[who].moment.unwrap_or(usize::MAX));
        for who in in_turn {
            let meaning = ACTIONS[both[who].action].meaning;
            told[who] = ground.carry_out(meaning, [0, 1][who], both[who].alive == Some(true), user);
        }
        for (who, (one, told)) in both.iter().zip(told).enumerate() {
            let reply = one.reply.as_ref().unwrap();
            let status = if told == Told::Refused { 409 } else { 200 };
            assert_eq!(reply.status, status, "{what}: {told:?}");
            assert_eq!(reply.removes_cookie(), told == Told::Removed, "{what}: {told:?}");
            if told == Told::Apart {
                let own = Card { user: Some(format!("user {who}")), ..Card::default() };
                assert_eq!(self.seen_with(reply.pair().unwrap()).await, shown(&own), "{what}");
                continue;
            }
            let Told::Cookie { id, shows } = told else {
                assert_eq!(reply.pair(), None, "{what}");
                continue;
            };
            // alive, unless the other ended it after this one had asked
            let alive = !ground.ended && id == ground.id;
            let expected = if alive { shows } else { "anonymous".to_owned() };
            assert_eq!(self.seen_with(reply.pair().unwrap()).await, expected, "{what}");
        }
        if !ground.is_there() {
            assert_eq!(self.seen_with(first).await, "anonymous", "{what}: the old id");
        }
    }

    async fn all(&self) -> usize {
        let mut count = 0;
        for one in 0..ACTIONS.len() {
            for other in one..ACTIONS.len() {
                let any = |meaning| [one, other].iter().any(|action| ACTIONS[*action].meaning == meaning);
                // an owner is one more question to the list, and so many more orders
                let user = (any(Meaning::Leave) || any(Meaning::Clear)).then_some("ann");
                count += every_order(async |order| self.run([one, other], user, order).await).await;
            }
        }
        count
    }
}

fn at_the_list(at: Point) -> bool {
    [Point::Mark, Point::before(Op::Load), Point::before(Op::Create)].contains(&at)
}

/// Whether the old id must be dead from this response on.
fn ends_the_id(action: &Action, reply: &Reply) -> bool {
    let another = matches!(action.meaning, Meaning::Rotate | Meaning::Login | Meaning::Leave);
    reply.removes_cookie() || (another && reply.pair().is_some())
}

fn keys() -> KeyRing {
    KeyRing::new(SecretKey::generate().unwrap())
}

fn list() -> RevocationList {
    RevocationList::new(Stepped::around(MemoryStore::new()).passing_indexes())
}

#[tokio::test]
async fn s14_s69_t2_t10_every_order_of_two_requests_with_a_signed_cookie() {
    let count = World::new("signed", Sessions::builder(SignedCookieStore::new(keys(), list()))).all().await;
    assert!(count > 1_500, "{count}");
}

#[tokio::test]
async fn s14_s69_t2_t10_every_order_of_two_requests_with_an_encrypted_cookie() {
    let count =
        World::new("encrypted", Sessions::builder(EncryptedCookieStore::new(keys(), list()))).all().await;
    assert!(count > 1_500, "{count}");
}
