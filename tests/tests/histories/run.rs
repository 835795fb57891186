//! A history, on the library and on the model at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use session_runtime::clock::{Clock as _, ManualClock, SystemClock, Timestamp};
use session_runtime::store::{Found, Record, Store};
use session_runtime::{Sessions, Token};
use session_tests::{Actor, Point, Reply, Stepped, call};

use crate::app::{Cart, Desk, Given, Shop, app};
use crate::commit::{Ending, Refused};
use crate::generate::{BROWSERS, DESKS, LONGEST_FLIGHT, Op, Step};
use crate::impersonation::Switched;
use crate::model::{Cookie, Id, Kept, Model, Place, RENEW, Request, Seen, Value, Values};
use crate::renewal::Issued;
use crate::taking::Taken;

/// Why a history is wrong.
pub(crate) type Outcome<T> = Result<T, String>;

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Outcome<()> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?}, expected {expected:?}")) }
}

/// A request that is under way.
struct Running {
    browser: usize,
    actor: Actor<Reply>,
    desk: Desk,
    given: Given,
    request: Request,
    began: u64,
}

pub(crate) struct World<T> {
    store: Stepped<T>,
    sessions: Sessions<Shop>,
    clock: Arc<ManualClock>,
    model: Model,
    /// What each browser held, in the model; the last is what it holds.
    jars: [Vec<Option<Id>>; BROWSERS],
    /// The id's text, once it is known.
    tokens: BTreeMap<Id, Token>,
    cookies: BTreeMap<Id, String>,
    running: [Option<Running>; DESKS],
    /// The CSRF tokens that were issued, and what each is for.
    issued: Vec<(String, Issued)>,
    /// How often each thing happened that the test is about.
    pub(crate) met: BTreeMap<String, u32>,
}

impl<T: Store + Clone> World<T> {
    /// `periodic`: ids are renewed every so often, too.
    pub(crate) fn new(store: T, periodic: bool) -> Self {
        let store = Stepped::around(store);
        // a server that drops what is over does so by its own clock: the records begin in the present
        let now = SystemClock.now();
        let clock = Arc::new(ManualClock::at(now));
        let mut builder = Sessions::<Shop>::builder(store.clone())
            .clock(Arc::clone(&clock))
            .store_timeout(Duration::from_secs(3600));
        if periodic {
            builder = builder.renew(Duration::from_millis(RENEW));
        }
        let sessions = builder.build().unwrap().with::<Cart>().unwrap();
        let model = Model { now: now.as_millis(), periodic, ..Model::default() };
        Self {
            store,
            sessions,
            clock,
            model,
            jars: [const { Vec::new() }; BROWSERS],
            tokens: BTreeMap::new(),
            cookies: BTreeMap::new(),
            running: [const { None }; DESKS],
            issued: Vec::new(),
            met: BTreeMap::new(),
        }
    }

    pub(crate) async fn run(&mut self, steps: &[Step]) -> Outcome<()> {
        for (n, step) in steps.iter().enumerate() {
            self.step(*step).await.map_err(|why| format!("step {n}, {step:?}: {why}"))?;
        }
        for desk in 0..DESKS {
            self.end(desk, 200, true)
                .await
                .map_err(|why| format!("the end of the request at {desk}: {why}"))?;
        }
        for browser in (0..BROWSERS).filter(|browser| !self.jars[*browser].is_empty()).collect::<Vec<_>>() {
            self.begin(0, browser, 0).await.map_err(|why| format!("browser {browser} at last: {why}"))?;
            self.end(0, 200, true).await.map_err(|why| format!("browser {browser} at last: {why}"))?;
        }
        self.met.insert("renewed an id".to_owned(), self.model.renewals);
        self.met.insert("followed a renewal".to_owned(), self.model.followed);
        Ok(())
    }

    async fn step(&mut self, step: Step) -> Outcome<()> {
        match step {
            Step::Begin { desk, browser, ago } => self.begin(desk, browser, ago).await,
            Step::Do(desk, op) => self.act(desk, op).await,
            Step::End(desk, status) => self.end(desk, status, true).await,
            Step::Lose(desk) => self.end(desk, 200, false).await,
            Step::Wait(millis) => {
                let then = self.model.now + millis;
                let in_time = |running: &Running| then - running.began <= LONGEST_FLIGHT;
                if self.running.iter().flatten().all(in_time) {
                    self.model.now = then;
                    self.clock.set(Timestamp::from_millis(then));
                }
                Ok(())
            }
        }
    }

    fn app(&self, desk: &Desk) -> Router {
        app(self.sessions.clone(), desk.clone())
    }

    async fn begin(&mut self, desk: usize, browser: usize, ago: usize) -> Outcome<()> {
        if self.running[desk].is_some() {
            return Ok(());
        }
        let at = desk;
        let desk = Desk::default();
        let presented = self.jars[browser].iter().rev().nth(ago).copied().flatten();
        let cookie = presented.map_or(String::new(), |id| self.cookies[&id].clone());
        let app = self.app(&desk);
        let mut actor = Actor::new(|at| at == Point::Mark, async move { call(app, "/", &cookie).await });
        if let Some(reply) = actor.step().await {
            return Err(format!("{} before its handler", reply.status));
        }
        let given = desk.given.lock().unwrap().take().expect("the handler runs");
        let request = self.model.begin(presented);
        self.meet(match request.seen {
            Seen::Absent => "found none",
            Seen::Dead => "found a dead one",
            Seen::Live(_) if request.stale => "found one by an old id",
            Seen::Live(_) => "found one",
        });
        let began = self.model.now;
        let running = Running { browser, actor, desk, given, request, began };
        running.sees()?;
        self.running[at] = Some(running);
        Ok(())
    }

    fn meet(&mut self, what: impl Into<String>) {
        *self.met.entry(what.into()).or_default() += 1;
    }

    async fn act(&mut self, desk: usize, op: Op) -> Outcome<()> {
        let Some(mut running) = self.running[desk].take() else { return Ok(()) };
        let outcome = self.carry_out(&mut running, op).await;
        self.running[desk] = Some(running);
        outcome?;
        if matches!(op, Op::Save | Op::Take | Op::Impersonate(_) | Op::Return) {
            self.stored().await
        } else {
            Ok(())
        }
    }

    async fn carry_out(&mut self, running: &mut Running, op: Op) -> Outcome<()> {
        let Running { given, request, .. } = running;
        match op {
            Op::Change(key, n) => {
                given.change(key, n);
                self.model.change(request, key, n);
            }
            Op::Clear => {
                given.clear();
                Model::clear(request);
            }
            Op::Show => {
                given.show();
                Model::show(request);
            }
            Op::Destroy => {
                given.shop.destroy();
                request.destroy = true;
            }
            Op::Rotate => {
                given.shop.rotate();
                request.rotate = true;
            }
            Op::Renew => {
                given.shop.renew();
                request.renew = true;
            }
            Op::Authenticated => {
                given.shop.authenticated();
                request.authenticated = true;
            }
            Op::Issue => {
                let token = given.shop.csrf_token().map_err(|why| why.to_string())?;
                self.issued.push((token.into(), self.model.issue(request)));
            }
            Op::Prove(ago) => {
                let Some((token, of)) = self.issued.iter().rev().nth(ago) else { return Ok(()) };
                let proved = given.shop.verify_csrf(token).is_ok();
                same("proved", &proved, &self.model.proves(request, *of))?;
                self.meet(format!("proved {proved}"));
            }
            Op::Save => {
                let found = given.shop.save().await.map_err(|error| {
                    if error.is_gone() {
                        Some(Refused::Gone)
                    } else {
                        error.is_conflict().then_some(Refused::Conflict)
                    }
                });
                let expected = self.model.commit(request, Ending::Commit).map_err(Some);
                same("saved", &found, &expected)?;
                self.meet(format!("saved {expected:?}"));
                if let (Seen::Live(id), Some(token)) = (request.seen, given.shop.token()) {
                    self.tokens.insert(id, token);
                }
            }
            Op::Impersonate(_) | Op::Return => {
                let (user, found) = match op {
                    Op::Impersonate(user) => (Some(user), given.shop.impersonate(&user).await),
                    _ => (None, given.shop.stop_impersonating().await),
                };
                let found = Switched::of(found);
                let expected = self.model.switch(request, user);
                same("switched", &found, &Some(expected))?;
                let what = if user.is_some() { "impersonated" } else { "returned" };
                self.meet(format!("{what} {expected:?}"));
                if let (Seen::Live(id), Some(token)) = (request.seen, given.shop.token()) {
                    self.tokens.insert(id, token);
                }
            }
            Op::Take => {
                let found = match given.shop.take_once(Shop::take_coupon).await {
                    Ok(None) => Taken::Nothing,
                    Ok(Some(coupon)) => Taken::Something(coupon),
                    Err(error) if error.is_gone() => Taken::Gone,
                    Err(error) if error.is_config() => Taken::Misused,
                    Err(error) => return Err(format!("took {error:?}")),
                };
                let expected = self.model.take(request);
                same("took", &found, &expected)?;
                if let Taken::Something(_) = expected {
                    self.meet("took something");
                } else {
                    self.meet(format!("took {expected:?}"));
                }
            }
        }
        running.sees()
    }

    async fn end(&mut self, desk: usize, status: u16, heard: bool) -> Outcome<()> {
        let Some(running) = self.running[desk].take() else { return Ok(()) };
        let Running { browser, mut actor, desk, given, mut request, .. } = running;
        *desk.status.lock().unwrap() = status;
        drop(given);
        let Some(reply) = actor.step().await else { return Err("stopped after its handler".to_owned()) };
        let (status, cookie) = self.model.close(&mut request, status);
        self.meet(format!("answered with {status}"));
        self.meet(match cookie {
            Some(Cookie::New(_)) => "a cookie came",
            Some(Cookie::Removed) => "a cookie went",
            None => "no cookie",
        });
        same("status", &reply.status, &status)?;
        match (cookie, reply.pair(), reply.removes_cookie()) {
            (Some(Cookie::New(id)), Some(pair), _) => {
                let (_, text) = pair.split_once('=').unwrap();
                self.tokens.insert(id, Token::parse(text).ok_or("a cookie that is no id")?);
                let known = self.cookies.insert(id, pair.to_owned());
                if known.is_some_and(|known| known != pair) {
                    return Err(format!("two texts for id {id}"));
                }
            }
            (Some(Cookie::Removed), None, true) | (None, None, false) => {}
            (expected, ..) => return Err(format!("{:?}, expected {expected:?}", reply.set_cookies())),
        }
        let holds = match cookie {
            Some(Cookie::New(id)) => Some(Some(id)),
            Some(Cookie::Removed) => Some(None),
            None => None,
        };
        self.jars[browser].extend(holds.filter(|_| heard));
        self.stored().await
    }

    /// The store holds what the model holds.
    async fn stored(&self) -> Outcome<()> {
        for (id, place) in self.model.ids.iter().enumerate() {
            let Some(token) = self.tokens.get(&id) else { continue };
            let found = self.store.load(&self.sessions.key(token)).await.map_err(|why| why.to_string())?;
            match (place, found) {
                // what is over may be gone, or not yet
                (Place::Session(at), _) if self.model.sessions[*at].deadline() <= self.model.now => {}
                (Place::Session(at), Found::Record(record)) => {
                    let kept = &self.model.sessions[*at];
                    same_record(id, &record, kept)?;
                    let from = kept.renewed.and_then(|renewed| self.tokens.get(&renewed.from));
                    if let (Some(from), Some(renewed)) = (from, &record.meta().renewed) {
                        same("renewed from", &renewed.from.to_hex(), &self.sessions.key(from).to_hex())?;
                    }
                }
                (Place::Moved { .. } | Place::Dead { .. }, Found::Tombstone { .. } | Found::Nothing) => {}
                (place, found) => return Err(format!("id {id}: {found:?}, expected {place:?}")),
            }
        }
        // no record is nobody's
        let records = self.store.records().await.map_err(|why| why.to_string())?.len();
        let places = self.model.ids.iter().filter(|place| matches!(place, Place::Session(_))).count();
        if records <= places { Ok(()) } else { Err(format!("{records} records, expected {places}")) }
    }
}

impl Running {
    fn sees(&self) -> Outcome<()> {
        let mut expected = self.request.ours.clone();
        if let Some(Value::Message(Some(message))) = expected.get_mut("notice") {
            (message.mark, message.shown) = (0, false);
        }
        let found = self.given.values();
        for (key, value) in &expected {
            same(&format!("the handler's {key}"), &found[key], value)?;
        }
        Ok(())
    }
}

fn same_record(id: Id, record: &Record, kept: &Kept) -> Outcome<()> {
    let found: BTreeMap<String, serde_json::Value> = record
        .fields()
        .iter()
        .map(|(key, json)| (key.to_owned(), serde_json::from_slice::<serde_json::Value>(json).expect("JSON")))
        .map(|(key, mut json)| {
            forget_numbers(&mut json);
            (key, json)
        })
        .collect();
    same(&format!("fields under id {id}"), &found, &json_of(&kept.fields))?;
    let meta = record.meta();
    let millis = |at: Timestamp| at.as_millis();
    let owner = kept.owner.map(|owner| owner.to_string());
    same("owner", &meta.owner.as_deref().map(str::to_owned), &owner)?;
    same("authenticated", &meta.authenticated.map(millis), &kept.authenticated)?;
    same("last seen", &millis(meta.last_seen), &kept.last_seen)?;
    same("expires", &millis(meta.expires), &kept.expires)?;
    same("issued", &millis(meta.issued), &kept.issued)?;
    let until = meta.renewed.as_ref().map(|renewed| millis(renewed.until));
    same("the grace", &until, &kept.renewed.map(|renewed| renewed.until))
}

/// Which number a message has is the library's affair.
fn forget_numbers(json: &mut serde_json::Value) {
    if let Some(number) = json.get_mut("id") {
        number.take();
    }
    if let Some(aside) = json.get_mut("values").and_then(serde_json::Value::as_object_mut) {
        aside.values_mut().for_each(forget_numbers);
    }
}

fn json_of(fields: &Values) -> BTreeMap<String, serde_json::Value> {
    use serde_json::json;
    let of = |value: &Value| match value {
        Value::Number(number) => json!(number),
        Value::Flag(flag) => json!(flag),
        Value::Who(user) => json!(user),
        Value::List(list) => json!(list),
        Value::Set(set) => json!(set),
        Value::Message(message) => message.map_or(json!(null), |m| json!({ "id": null, "message": m.says })),
        Value::Mark(mark) => mark.as_ref().map_or(
            json!(null),
            |mark| json!({ "user": mark.user, "since": mark.since, "values": json_of(&mark.aside) }),
        ),
        Value::Code(code) => code.map_or(json!(null), |c| json!({ "value": c.value, "expires": c.expires })),
    };
    fields.iter().map(|(key, value)| ((*key).to_owned(), of(value))).collect()
}
