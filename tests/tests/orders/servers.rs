//! Sessions that the server keeps: memory, files, Redis.

use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::post;
use session_runtime::clock::{Clock as _, ManualClock, SystemClock};
use session_runtime::store::{Durability, Store};
use session_runtime::{Error, FileStore, MemoryStore, RedisStore, Session, Sessions, with_session};
use session_tests::redis::{prefix, shared};
use session_tests::{Actor, Op, Point, Reply, Stepped, call, stop};

use crate::actions::{ACTIONS, Action, Deed, Meaning, Shop};
use crate::enumerate::{Order, every_order};
use crate::expected::{Cookie, Model, Told};

const HOUR: Duration = Duration::from_secs(3600);

/// Half of the idle time: so activity is due to be recorded.
const AWAY: Duration = Duration::from_secs(15 * 60);

async fn act(Path((action, me)): Path<(usize, u8)>, session: Session<Shop>) -> Result<String, Error> {
    stop(Point::Mark).await;
    match ACTIONS[action].deed {
        Deed::Now(deed) => deed(&session, me),
        Deed::Later(deed) => return deed(session).await,
    }
    Ok(String::new())
}

/// What a page shows. Looking is no activity.
#[with_session(activity = false)]
async fn show(session: Option<&Shop>) -> String {
    session.map_or("anonymous".to_owned(), |shop| {
        shown(&Model {
            ended: false,
            id: 0,
            user: shop.user.clone(),
            count: shop.count,
            items: shop.items.clone(),
            name: shop.name.clone(),
            votes: shop.votes,
            coupon: shop.coupon,
            last: shop.last,
            done: [shop.left, shop.right],
            theme: shop.theme.clone(),
        })
    })
}

fn shown(model: &Model) -> String {
    format!("{:?}", Model { ended: false, id: 0, ..model.clone() })
}

fn before(user: Option<&str>) -> Model {
    Model {
        ended: false,
        id: 0,
        user: user.map(str::to_owned),
        count: 5,
        items: vec![9],
        name: "before".to_owned(),
        votes: 3,
        coupon: Some(7),
        last: None,
        done: [false; 2],
        theme: "dark".to_owned(),
    }
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

/// What happened, in this order: who loaded, and who wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Loaded(usize),
    Wrote(usize),
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
        Self { name, store, app: routes.layer(sessions.clone()), sessions, clock, slow_answers }
    }

    async fn seen_with(&self, cookie: &str) -> String {
        call(self.app.clone(), "/", cookie).await.body
    }

    async fn begin(&self, user: Option<&str>) -> (Model, String) {
        self.store.forget();
        let model = before(user);
        let shop = Shop {
            user: model.user.clone(),
            count: model.count,
            items: model.items.clone(),
            name: model.name.clone(),
            votes: model.votes,
            coupon: model.coupon,
            theme: model.theme.clone(),
            ..Shop::default()
        };
        let cookie = self.sessions.issue(shop).await.unwrap().cookie().to_owned();
        self.clock.advance(AWAY);
        (model, cookie)
    }

    fn request(&self, action: usize, me: usize, cookie: &str) -> Running {
        let (app, target, cookie) = (self.app.clone(), format!("/{action}/{me}"), cookie.to_owned());
        let work = async move { call(app, &target, &cookie).await };
        let action = ACTIONS[action];
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
    async fn run(&self, actions: [usize; 2], user: Option<&str>, order: &mut Order) {
        let (before, cookie) = self.begin(user).await;
        let mut both = [self.request(actions[0], 0, &cookie), self.request(actions[1], 1, &cookie)];
        let (mut events, mut went) = (Vec::new(), String::new());
        while both.iter().any(|one| one.reply.is_none()) {
            let who = match both.each_ref().map(|one| one.reply.is_none()) {
                [true, true] => order.who(),
                [first, _] => usize::from(!first),
            };
            went.push(['a', 'b'][who]);
            let (one, loads) = (&mut both[who], !events.contains(&Event::Loaded(who)));
            let writes = one.actor.at().and_then(Point::next_call).is_some_and(|op| op != Op::Load);
            if writes {
                // one that was refused and tries again has written when it does so last
                events.retain(|event| *event != Event::Wrote(who));
            }
            events.extend(loads.then_some(Event::Loaded(who)).or(writes.then_some(Event::Wrote(who))));
            one.reply = one.actor.step().await;
            if let Some(reply) = &one.reply
                && ends_the_id(reply)
            {
                let seen = self.seen_with(&cookie).await;
                assert_eq!(seen, "anonymous", "{}: after {} in {went}", self.name, one.action.name);
            }
        }
        let what = format!("{}: {} and {} in {went}", self.name, both[0].action.name, both[1].action.name);
        let (model, told) = expect(before, &both, &events);
        for (one, told) in both.iter().zip(&told) {
            assert_eq!(&as_told(one.reply.as_ref().unwrap()), told, "{what}: {}", one.action.name);
        }
        self.check(&model, &both, &cookie, &what).await;
    }

    /// What must hold whatever happened, and that the session is what it must be.
    async fn check(&self, model: &Model, both: &[Running; 2], first: &str, what: &str) {
        let replies = both.each_ref().map(|one| one.reply.as_ref().unwrap());
        let given: Vec<_> = replies.iter().filter_map(|reply| reply.pair()).collect();
        assert!(given.len() <= 1, "{what}: one cookie would take the place of the other");
        let present = given.first().copied().unwrap_or(first);
        let expected = if model.ended { "anonymous".to_owned() } else { shown(model) };
        assert_eq!(self.seen_with(present).await, expected, "{what}");
        if model.ended || model.id > 0 {
            assert_eq!(self.seen_with(first).await, "anonymous", "{what}: the old id");
        }
        // every record is one that somebody has the cookie of
        assert_eq!(self.store.records().await.unwrap().len(), usize::from(!model.ended), "{what}: records");
    }

    /// Every two actions, in every order. `both` sessions: a visitor's, too, where being logged in matters not.
    async fn all(&self, both: bool) -> usize {
        let mut count = 0;
        for (one, first) in ACTIONS.into_iter().enumerate() {
            for (other, second) in ACTIONS.into_iter().enumerate().skip(one) {
                for user in users([first, second], both) {
                    count += every_order(async |order| self.run([one, other], user, order).await).await;
                }
            }
        }
        count
    }
}

/// Whose session it is: who logs in is mostly nobody yet, who leaves is somebody.
fn users(actions: [Action; 2], both: bool) -> Vec<Option<&'static str>> {
    let any = |meanings: &[Meaning]| actions.iter().any(|action| meanings.contains(&action.meaning));
    match (any(&[Meaning::Clear]), any(&[Meaning::Leave]), any(&[Meaning::Login])) {
        (true, ..) => vec![Some("ann")],
        _ if both => vec![None, Some("ann")],
        (_, true, _) | (_, _, false) => vec![Some("ann")],
        (_, false, true) => vec![None],
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

fn ends_the_id(reply: &Reply) -> bool {
    reply.status == 200 && (reply.pair().is_some() || reply.removes_cookie())
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
    let mut seen = [Err(Cookie::None), Err(Cookie::None)];
    let mut told = [None, None];
    for event in events {
        match *event {
            Event::Loaded(who) => seen[who] = model.load(),
            Event::Wrote(who) => told[who] = Some(tell(&mut model, both, who, &seen[who])),
        }
    }
    // who wrote nothing had nothing to write, whenever that was
    let told = [0, 1].map(|who| told[who].take().unwrap_or_else(|| tell(&mut model, both, who, &seen[who])));
    (model, told)
}

fn tell(model: &mut Model, both: &[Running; 2], who: usize, seen: &Result<Model, Cookie>) -> Told {
    model.carry_out(both[who].action.meaning, [0, 1][who], seen)
}

#[tokio::test]
async fn s69_t2_t4_t33_t34_t39_every_order_of_two_requests_in_memory() {
    let count = World::new("memory", MemoryStore::new(), true).all(true).await;
    assert!(count > 6_000, "{count}");
}

#[tokio::test]
async fn s69_t2_t4_t33_t34_t39_every_order_of_two_requests_on_files() {
    let path = std::env::temp_dir().join(format!("orders-{}", std::process::id()));
    std::fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
    let store = FileStore::builder(&path).durability(Durability::Process).open().unwrap();
    let count = World::new("files", store, false).all(false).await;
    std::fs::remove_dir_all(&path).unwrap();
    assert!(count > 1_000, "{count}");
}

#[tokio::test]
async fn s69_t2_t4_t33_t34_t39_every_order_of_two_requests_on_redis() {
    let store = RedisStore::builder(shared().url()).prefix(prefix()).build().unwrap();
    let count = World::new("redis", store, false).all(false).await;
    assert!(count > 1_000, "{count}");
}
