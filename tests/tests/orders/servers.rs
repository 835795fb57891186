//! Sessions that the server keeps: memory, files, Redis.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use session_runtime::clock::{Clock as _, ManualClock, SystemClock};
use session_runtime::store::{Durability, Store};
use session_runtime::{FileStore, MemoryStore, RedisStore, Sessions, Token};
use session_tests::redis::{prefix, shared};
use session_tests::{Actor, Folder, Op, Point, Reply, Stepped, call};

use crate::actions::{ACTIONS, Action, Deed, Meaning, Shop};
use crate::app::{act, filled, show};
use crate::enumerate::{Order, every_order};
use crate::expected::{Cookie, Model, Told};

const HOUR: Duration = Duration::from_secs(3600);

/// Half of the idle time: so activity is due to be recorded.
const AWAY: Duration = Duration::from_secs(15 * 60);

/// Whose session it is.
#[derive(Clone, Copy, Debug)]
enum Whose {
    Nobody,
    Ann,
    /// And she acts as `bob`.
    AnnAsBob,
}

struct World<T> {
    name: &'static str,
    store: Stepped<T>,
    sessions: Sessions<Shop>,
    clock: Arc<ManualClock>,
    app: Router,
    /// Whether an answer of the store may be on its way while others go on. That is the core's affair, so one store will do.
    slow_answers: bool,
}

/// A request that is under way, and what is known of it.
struct Running {
    action: Action,
    actor: Actor<Reply>,
    reply: Option<Reply>,
}

/// What happened, in this order: who loaded, who wrote, and who was answered after a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Loaded(usize),
    Wrote(usize),
    Answered(usize),
}

impl<T: Store + Clone> World<T> {
    fn new(name: &'static str, store: T, slow_answers: bool) -> Self {
        // which calls keep account of owners is another test's: `owners/racing.rs`
        let store = Stepped::around(store).passing_indexes();
        // a server that drops what is over does so by its own clock: the records begin in the present
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let builder = Sessions::<Shop>::builder(store.clone()).clock(Arc::clone(&clock)).store_timeout(HOUR);
        let sessions = builder.build().unwrap();
        let routes = Router::new().route("/{action}/{me}", post(act)).route("/", post(show));
        let routes = routes.with_state(sessions.clone());
        Self { name, store, app: routes.layer(sessions.clone()), sessions, clock, slow_answers }
    }

    async fn seen_with(&self, cookie: &str) -> String {
        call(self.app.clone(), "/", cookie).await.body
    }

    async fn begin(&self, whose: Whose) -> (Model, String) {
        // what an earlier order left
        self.sessions.revoke_owner(&"ann".to_owned()).await.unwrap();
        self.store.forget();
        let mut model = Model::of((!matches!(whose, Whose::Nobody)).then_some("ann"));
        let mut cookie = self.sessions.issue(filled(&model)).await.unwrap().cookie().to_owned();
        if matches!(whose, Whose::AnnAsBob) {
            let reply = self.switch(Meaning::Impersonate, &cookie).await;
            reply.pair().expect("a new id").clone_into(&mut cookie);
            let own = model;
            model = Model { count: 1, items: vec![8], name: "his".to_owned(), ..Model::of(Some("bob")) };
            let token = Token::parse(cookie.split_once('=').unwrap().1).unwrap();
            let his = filled(&model);
            let fill = |shop: &mut Shop| *shop = Shop { user: shop.user.clone(), by: shop.by.clone(), ..his };
            self.sessions.edit(&token, fill).await.unwrap();
            (model.by, model.aside) = (Some("ann".to_owned()), Some(Box::new(own)));
        }
        self.clock.advance(AWAY);
        (model, cookie)
    }

    /// Begins or ends an impersonation, while nothing else happens.
    async fn switch(&self, meaning: Meaning, cookie: &str) -> Reply {
        let at = ACTIONS.iter().position(|action| action.meaning == meaning).unwrap();
        call(self.app.clone(), &format!("/{at}/0"), cookie).await
    }

    fn request(&self, action: usize, me: usize, cookie: &str) -> Running {
        let (app, target, cookie) = (self.app.clone(), format!("/{action}/{me}"), cookie.to_owned());
        let action = ACTIONS[action];
        let cookie = if matches!(action.deed, Deed::Outside(_)) { String::new() } else { cookie };
        let work = async move { call(app, &target, &cookie).await };
        let stops = match (action.meaning, self.slow_answers) {
            // that the request was there is recorded after its take, and is nothing to it
            (Meaning::Take, false) => before_a_take,
            (Meaning::Take, true) => around_a_take,
            (_, false) => before_a_write,
            (_, true) => around_a_write,
        };
        Running { action, actor: Actor::new(stops, work), reply: None }
    }

    /// Both actions in one order.
    async fn run(&self, actions: [usize; 2], whose: Whose, order: &mut Order) {
        let (before, cookie) = self.begin(whose).await;
        let mut both = [self.request(actions[0], 0, &cookie), self.request(actions[1], 1, &cookie)];
        let (mut events, mut went) = (Vec::new(), String::new());
        while both.iter().any(|one| one.reply.is_none()) {
            let who = match both.each_ref().map(|one| one.reply.is_none()) {
                [true, true] => order.who(),
                [first, _] => usize::from(!first),
            };
            went.push(['a', 'b'][who]);
            let (one, loads) = (&mut both[who], !events.contains(&Event::Loaded(who)));
            let switches = one.action.meaning.switches();
            // what can be begun or ended is found out when it is asked for
            let asks = switches && one.actor.at() == Some(Point::Mark);
            let writes = asks || one.actor.at().and_then(Point::next_call).is_some_and(|op| op != Op::Load);
            if writes {
                // one that was refused and tries again has written when it does so last
                events.retain(|event| *event != Event::Wrote(who));
            }
            events.extend(loads.then_some(Event::Loaded(who)).or(writes.then_some(Event::Wrote(who))));
            one.reply = one.actor.step().await;
            if switches && !writes && one.reply.as_ref().is_some_and(|reply| reply.status == 409) {
                // the store has refused it, and this is where it looked why
                events.retain(|event| *event != Event::Wrote(who));
                events.push(Event::Wrote(who));
            }
            if switches && one.reply.is_some() {
                events.push(Event::Answered(who));
            }
            if let Some(reply) = &one.reply
                && ends_the_id(one.action.meaning, reply)
            {
                let seen = self.seen_with(&cookie).await;
                assert_eq!(seen, "anonymous", "{}: after {} in {went}", self.name, one.action.name);
            }
        }
        let what = format!(
            "{}: {} and {} of {whose:?} in {went}",
            self.name, both[0].action.name, both[1].action.name
        );
        if let Some(revoking) = both.iter().position(|one| one.action.meaning == Meaning::Revoke) {
            return self.check_revoked(before, &both, revoking, &cookie, &went, &what).await;
        }
        let (model, told) = expect(before, &both, &events);
        for (one, told) in both.iter().zip(&told) {
            assert_eq!(&as_told(one.reply.as_ref().unwrap()), told, "{what}: {}", one.action.name);
        }
        self.check(&model, &both, &cookie, &what).await;
    }

    /// What must hold whatever happened, and that the session is what it must be.
    async fn check(&self, model: &Model, both: &[Running; 2], first: &str, what: &str) {
        let replies = both.each_ref().map(|one| one.reply.as_ref().unwrap());
        for &who in &model.apart {
            let seen = self.seen_with(replies[usize::from(who)].pair().unwrap()).await;
            assert_eq!(seen, Model::apart(who).shown(), "{what}: who logged in apart");
        }
        let is_apart = |who: usize| model.apart.iter().any(|apart| usize::from(*apart) == who);
        let mut given: Vec<_> =
            (0..2).filter(|who| !is_apart(*who)).filter_map(|who| replies[who].pair()).collect();
        if model.renewed && model.id > 0 && given.len() == 2 {
            // the renewal was first: no id from before the switch reaches what comes after it
            let renewed =
                given.remove(both.iter().position(|one| one.action.meaning == Meaning::Renew).unwrap());
            assert_eq!(self.seen_with(renewed).await, "anonymous", "{what}: the renewed id");
        }
        given.dedup();
        assert!(given.len() <= 1, "{what}: one cookie would take the place of the other");
        let present = given.first().copied().unwrap_or(first);
        let expected = if model.ended { "anonymous".to_owned() } else { model.shown() };
        assert_eq!(self.seen_with(present).await, expected, "{what}");
        if model.ended || model.id > 0 {
            assert_eq!(self.seen_with(first).await, "anonymous", "{what}: the old id");
        } else if model.renewed {
            assert_eq!(self.seen_with(first).await, expected, "{what}: the old id");
        }
        // every record is one that somebody has the cookie of
        let records = usize::from(!model.ended) + model.apart.len();
        assert_eq!(self.store.records().await.unwrap().len(), records, "{what}: records");
        if model.aside.is_some() && !model.ended {
            let mut own = model.clone();
            own.come_back();
            let reply = self.switch(Meaning::Return, present).await;
            let seen = self.seen_with(reply.pair().expect("a new id")).await;
            assert_eq!(seen, own.shown(), "{what}: what was put aside");
        }
    }

    /// Whatever else happened, the session is gone. Who came between the two steps of a revocation, which notes and deletes, may be
    /// told either.
    async fn check_revoked(
        &self,
        mut model: Model,
        both: &[Running; 2],
        revoking: usize,
        first: &str,
        went: &str,
        what: &str,
    ) {
        let told = both.each_ref().map(|one| as_told(one.reply.as_ref().unwrap()));
        let [revocation, other] = [revoking, 1 - revoking].map(|who| &told[who]);
        assert_eq!((revocation.status, revocation.cookie), (200, Cookie::None), "{what}");
        let seen = model.load();
        let of = |model: &mut Model, seen: Option<&Model>| tell(model, both, 1 - revoking, seen);
        let name = |who: usize| ['a', 'b'][who];
        let is_before = |one, other| went.rfind(name(one)).unwrap() < went.find(name(other)).unwrap();
        if is_before(revoking, 1 - revoking) {
            assert_eq!(*other, of(&mut model, None), "{what}");
        } else if is_before(1 - revoking, revoking) {
            assert_eq!(*other, of(&mut model, seen.as_ref()), "{what}");
        } else {
            assert!([200, 409].contains(&other.status), "{what}: {other:?}");
        }
        for (who, one) in [0, 1].into_iter().zip(both) {
            let Some(cookie) = one.reply.as_ref().unwrap().pair() else { continue };
            let seen = self.seen_with(cookie).await;
            // who logged in apart is not the owner whose sessions ended
            let is_theirs = one.action.meaning == Meaning::Login && seen == Model::apart(who).shown();
            assert!(seen == "anonymous" || is_theirs, "{what}: {seen}");
        }
        assert_eq!(self.seen_with(first).await, "anonymous", "{what}");
        // a grave, where one might still have come, is nobody's
        let left = self.store.records().await.unwrap();
        assert!(
            left.iter().all(|record| record.meta().owner.as_deref() != Some("\"ann\"")),
            "{what}: records"
        );
    }

    /// Every two actions, in every order. `both` sessions: a visitor's, too, where being logged in matters not.
    async fn all(&self, both: bool) -> usize {
        let mut count = 0;
        for (one, first) in ACTIONS.into_iter().enumerate() {
            let meets = |second: &Action| first.meaning.meets(second.meaning);
            for (other, second) in ACTIONS.into_iter().enumerate().skip(one).filter(|(_, other)| meets(other))
            {
                for whose in users([first, second], both) {
                    count += every_order(async |order| self.run([one, other], whose, order).await).await;
                }
            }
        }
        count
    }
}

/// Whose session it is: who logs in is mostly nobody yet, who leaves is somebody.
fn users(actions: [Action; 2], both: bool) -> Vec<Whose> {
    let any = |meanings: &[Meaning]| actions.iter().any(|action| meanings.contains(&action.meaning));
    match (any(&[Meaning::Impersonate]), any(&[Meaning::Return])) {
        (false, false) => {}
        (begins, ends) if both || begins == ends => return vec![Whose::Ann, Whose::AnnAsBob],
        (true, _) => return vec![Whose::Ann],
        (false, _) => return vec![Whose::AnnAsBob],
    }
    match (any(&[Meaning::Clear]), any(&[Meaning::Leave]), any(&[Meaning::Login])) {
        (true, ..) => vec![Whose::Ann],
        _ if both => vec![Whose::Nobody, Whose::Ann],
        (_, true, _) | (_, _, false) => vec![Whose::Ann],
        (_, false, true) => vec![Whose::Nobody],
    }
}

fn before_a_write(at: Point) -> bool {
    at == Point::Mark || WRITES.iter().any(|op| at == Point::before(*op))
}

fn around_a_write(at: Point) -> bool {
    before_a_write(at) || WRITES.iter().any(|op| at == Point::after(*op))
}

fn before_a_take(at: Point) -> bool {
    at == Point::Mark || at == Point::before(Op::Update)
}

fn around_a_take(at: Point) -> bool {
    before_a_take(at) || at == Point::after(Op::Update)
}

const WRITES: [Op; 5] = [Op::Create, Op::Update, Op::Rotate, Op::Touch, Op::Delete];

fn ends_the_id(meaning: Meaning, reply: &Reply) -> bool {
    // or a renewal has given it one, by which the old one is followed
    let renewed = meaning == Meaning::Renew || meaning.switches() && !reply.body.is_empty();
    let another = !renewed && reply.pair().is_some();
    reply.status == 200 && (another || reply.removes_cookie())
}

fn as_told(reply: &Reply) -> Told {
    let cookie = match (reply.pair(), reply.removes_cookie()) {
        (Some(_), _) => Cookie::New,
        (None, true) => Cookie::Removed,
        (None, false) => Cookie::None,
    };
    Told { status: reply.status, cookie, body: reply.body.clone() }
}

/// What the model says: each request at the moments when it loaded and wrote.
fn expect(mut model: Model, both: &[Running; 2], events: &[Event]) -> (Model, [Told; 2]) {
    let mut seen = [None, None];
    let mut told = [None, None];
    for event in events {
        match *event {
            Event::Loaded(who) => seen[who] = model.load(),
            Event::Wrote(who) => told[who] = Some(tell(&mut model, both, who, seen[who].as_ref())),
            // the response is made after the switch, and has no cookie of what has ended meanwhile
            Event::Answered(who) if model.ended => told[who].iter_mut().for_each(|told: &mut Told| {
                told.cookie = Cookie::None;
            }),
            Event::Answered(_) => {}
        }
    }
    // who wrote nothing had nothing to write, whenever that was
    let told =
        [0, 1].map(|who| told[who].take().unwrap_or_else(|| tell(&mut model, both, who, seen[who].as_ref())));
    (model, told)
}

fn tell(model: &mut Model, both: &[Running; 2], who: usize, seen: Option<&Model>) -> Told {
    model.carry_out(both[who].action.meaning, [0, 1][who], seen)
}

#[tokio::test]
async fn s69_t2_t4_t33_t34_t39_every_order_of_two_requests_in_memory() {
    let count = World::new("memory", MemoryStore::new(), true).all(true).await;
    assert!(count > 6_000, "{count}");
}

#[tokio::test]
async fn s69_t2_t4_t33_t34_t39_every_order_of_two_requests_on_files() {
    let folder = Folder::new();
    let store = FileStore::builder(&folder.0).durability(Durability::Process).open().unwrap();
    let count = World::new("files", store, false).all(false).await;
    assert!(count > 1_000, "{count}");
}

#[tokio::test]
async fn s69_t2_t4_t33_t34_t39_every_order_of_two_requests_on_redis() {
    let store = RedisStore::builder(shared().url()).prefix(prefix()).build().unwrap();
    let count = World::new("redis", store, false).all(false).await;
    assert!(count > 1_000, "{count}");
}
