//! Fields as values, and what it means when two requests changed one.

use std::collections::{BTreeMap, BTreeSet};

use crate::renewal::Renewed;

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Number(i64),
    Flag(bool),
    Who(Option<u8>),
    List(Vec<u8>),
    Set(BTreeSet<u8>),
    Message(Option<Message>),
    Code(Option<Code>),
    Mark(Option<Box<Mark>>),
}

/// Two messages that say the same are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) says: u8,
    pub(crate) mark: u64,
    pub(crate) shown: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) value: u8,
    pub(crate) expires: u64,
}

/// Who acts as the owner, and what they put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) user: u8,
    pub(crate) since: u64,
    /// As stored; no handler sees it.
    pub(crate) aside: Values,
}

/// Every field of a session; and of a record, those that are stored.
pub(crate) type Values = BTreeMap<&'static str, Value>;

/// What a field is to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Owner,
    Privileged,
    Keep,
    Plain,
    Notice,
    Timed,
    Impersonator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Last,
    Add,
    Max,
    Min,
    Union,
    Append,
    Reject,
    Tally,
}

pub(crate) struct Field {
    pub(crate) key: &'static str,
    pub(crate) role: Role,
    pub(crate) policy: Policy,
    pub(crate) default: Value,
}

const fn field(key: &'static str, role: Role, policy: Policy, default: Value) -> Field {
    Field { key, role, policy, default }
}

pub(crate) static FIELDS: [Field; 18] = [
    field("user", Role::Owner, Policy::Last, Value::Who(None)),
    field("by", Role::Impersonator, Policy::Last, Value::Mark(None)),
    field("admin", Role::Privileged, Policy::Last, Value::Flag(false)),
    field("theme", Role::Keep, Policy::Last, Value::Number(0)),
    field("plain", Role::Plain, Policy::Last, Value::Number(0)),
    field("count", Role::Plain, Policy::Add, Value::Number(0)),
    field("high", Role::Plain, Policy::Max, Value::Number(0)),
    field("low", Role::Plain, Policy::Min, Value::Number(200)),
    field("tags", Role::Plain, Policy::Union, Value::Set(BTreeSet::new())),
    field("log", Role::Plain, Policy::Append, Value::List(Vec::new())),
    field("name", Role::Plain, Policy::Reject, Value::Number(0)),
    field("votes", Role::Plain, Policy::Tally, Value::Number(0)),
    field("coupons", Role::Plain, Policy::Last, Value::List(Vec::new())),
    field("notice", Role::Notice, Policy::Last, Value::Message(None)),
    field("code", Role::Timed, Policy::Last, Value::Code(None)),
    field("cart.items", Role::Plain, Policy::Append, Value::List(Vec::new())),
    field("cart.note", Role::Plain, Policy::Last, Value::Number(0)),
    field("cart.staff", Role::Privileged, Policy::Last, Value::Flag(false)),
];

impl Field {
    pub(crate) fn is_root(&self) -> bool {
        !self.key.starts_with("cart.")
    }

    /// Both changed `base`; `None` if that cannot be.
    pub(crate) fn meet(&self, base: &Value, theirs: &Value, ours: &Value) -> Option<Value> {
        use Value::{List, Number, Set};
        Some(match (self.policy, base, theirs, ours) {
            (Policy::Last, ..) => ours.clone(),
            (Policy::Reject, ..) => return None,
            // an `i8`
            (Policy::Add, Number(base), Number(theirs), Number(ours)) => {
                Number((theirs + ours - base).clamp(-128, 127))
            }
            (Policy::Tally, Number(base), Number(theirs), Number(ours)) => {
                Number((theirs + ours - base).rem_euclid(1 << 32))
            }
            (Policy::Max, _, Number(theirs), Number(ours)) => Number(*theirs.max(ours)),
            (Policy::Min, _, Number(theirs), Number(ours)) => Number(*theirs.min(ours)),
            (Policy::Union, Set(base), Set(theirs), Set(ours)) => {
                let (added, removed) = (ours - base, base - ours);
                Set(&(theirs - &removed) | &added)
            }
            (Policy::Append, List(base), List(theirs), List(ours)) => {
                let tail = ours.strip_prefix(base.as_slice())?;
                List([theirs, tail].concat())
            }
            other => panic!("{}: {other:?}", self.key),
        })
    }
}

/// All fields, with those that are not stored at their defaults. What is over is not there.
pub(crate) fn values(stored: &Values, now: u64) -> Values {
    let value = |field: &Field| {
        let value = stored.get(field.key).unwrap_or(&field.default);
        match value {
            Value::Code(Some(code)) if code.expires <= now => Value::Code(None),
            Value::Mark(Some(mark)) => Value::Mark(Some(Box::new(Mark { aside: Values::new(), ..**mark }))),
            value => value.clone(),
        }
    };
    FIELDS.iter().map(|field| (field.key, value(field))).collect()
}

/// How a change meets another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    ByPolicy,
    /// What others did stands.
    Yield,
}

#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) key: &'static str,
    /// `None` takes the field away.
    pub(crate) value: Option<Value>,
    pub(crate) how: How,
}

/// What `current` becomes by the changes of a request that knows it as `base`; `None` if a policy refuses.
pub(crate) fn apply(changes: &[Change], base: &Values, current: &Values) -> Option<Values> {
    let mut next = current.clone();
    for Change { key, value, how } in changes {
        let field = FIELDS.iter().find(|field| field.key == *key).unwrap();
        let (before, stored) = (base.get(key), current.get(key));
        let value = match (how, value) {
            _ if before == stored => value.clone(),
            (How::Yield, _) => stored.cloned(),
            (How::ByPolicy, Some(ours)) => {
                let or_default = |value: Option<&Value>| value.unwrap_or(&field.default).clone();
                Some(field.meet(&or_default(before), &or_default(stored), ours)?)
            }
            (How::ByPolicy, None) => None,
        };
        match value {
            Some(value) => next.insert(key, value),
            None => next.remove(key),
        };
    }
    Some(next)
}

/// A session as the server keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) fields: Values,
    pub(crate) owner: Option<u8>,
    pub(crate) authenticated: Option<u64>,
    pub(crate) last_seen: u64,
    pub(crate) expires: u64,
    /// When it got the id that it has.
    pub(crate) issued: u64,
    pub(crate) renewed: Option<Renewed>,
}

pub(crate) const IDLE: u64 = 30 * 60_000;
pub(crate) const ABSOLUTE: u64 = 12 * 3_600_000;
pub(crate) const TOMBSTONE: u64 = 120_000;
pub(crate) const TTL: u64 = 5 * 60_000;
pub(crate) const GRACE: u64 = 30_000;
/// Where ids are renewed by themselves: their age.
pub(crate) const RENEW: u64 = 180_000;

impl Kept {
    pub(crate) fn deadline(&self) -> u64 {
        self.expires.min(self.last_seen + IDLE)
    }
}

/// What an id leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Session(usize),
    Moved { to: Id, until: u64 },
    Dead { until: u64 },
}

/// The how manieth id.
pub(crate) type Id = usize;

/// Everything that the server knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) now: u64,
    pub(crate) ids: Vec<Place>,
    /// Of each id, the one that it was renewed from, the first of them.
    pub(crate) lineages: Vec<Id>,
    pub(crate) sessions: Vec<Kept>,
    pub(crate) marks: u64,
    /// Whether ids are renewed every so often.
    pub(crate) periodic: bool,
    /// Ids that CSRF tokens were issued for before there were any, once there are.
    pub(crate) promised: Vec<Option<Id>>,
    pub(crate) renewals: u32,
    pub(crate) followed: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Absent,
    Dead,
    Live(Id),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    New(Id),
    Removed,
}

/// A request: what it found, what it made of it, and what it asked for.
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that a handler may ask for")]
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) seen: Seen,
    pub(crate) presented: bool,
    /// The session as far as this request knows it.
    pub(crate) base: Kept,
    pub(crate) loaded: Values,
    pub(crate) ours: Values,
    pub(crate) destroy: bool,
    pub(crate) rotate: bool,
    pub(crate) authenticated: bool,
    pub(crate) renew: bool,
    pub(crate) cookie: Option<Cookie>,
    /// The id that it came by, if that reaches nothing (any more).
    pub(crate) stray: Option<Id>,
    /// That id had ended, or was another one by now, when it came.
    pub(crate) came_dead: bool,
    /// Its browser does not know the id that the session has.
    pub(crate) stale: bool,
    /// It issued a token where there was no session: there is to be one.
    pub(crate) begins: bool,
    pub(crate) promise: Option<usize>,
}

impl Model {
    /// A request that comes with this id.
    pub(crate) fn begin(&self, presented: Option<Id>) -> Request {
        let mut base = Kept::default();
        let followed = presented.and_then(|id| self.followed(id));
        let seen = match (followed, presented.map(|id| (id, self.ids[id]))) {
            (Some((to, at)), _) => {
                base = self.sessions[at].clone();
                Seen::Live(to)
            }
            (None, Some((id, Place::Session(at)))) if self.now < self.sessions[at].deadline() => {
                base = self.sessions[at].clone();
                Seen::Live(id)
            }
            (None, Some((_, Place::Moved { until, .. } | Place::Dead { until }))) if self.now < until => {
                Seen::Dead
            }
            (None, Some(_) | None) => Seen::Absent,
        };
        let loaded = values(&base.fields, self.now);
        Request {
            stray: presented.filter(|_| !matches!(seen, Seen::Live(_))),
            came_dead: seen == Seen::Dead,
            seen,
            presented: presented.is_some(),
            ours: loaded.clone(),
            loaded,
            base,
            destroy: false,
            rotate: false,
            authenticated: false,
            renew: false,
            cookie: None,
            stale: followed.is_some(),
            begins: false,
            promise: None,
        }
    }

    /// Changes a field in the request's value.
    pub(crate) fn change(&mut self, request: &mut Request, key: &'static str, n: u8) {
        self.marks += 1;
        let (mark, expires) = (self.marks, self.now + TTL);
        let value = request.ours.get_mut(key).unwrap();
        match (key, &mut *value) {
            ("user", Value::Who(user)) => *user = Some(n % 3).filter(|user| *user > 0),
            ("admin" | "cart.staff", Value::Flag(flag)) => *flag = n.is_multiple_of(2),
            ("count", Value::Number(count)) => *count = (*count + i64::from(n) * 9 - 60).clamp(-128, 127),
            ("votes", Value::Number(votes)) => *votes += i64::from(n),
            (_, Value::Number(number)) => *number = i64::from(n),
            ("log", Value::List(list)) if n.is_multiple_of(5) => drop(list.pop()),
            (_, Value::List(list)) => list.push(n),
            (_, Value::Set(set)) => {
                if !set.remove(&(n % 8)) {
                    set.insert(n % 8);
                }
            }
            (_, Value::Message(message)) => {
                *message = (!n.is_multiple_of(4)).then_some(Message { says: n, mark, shown: false });
            }
            (_, Value::Code(code)) => match (n % 4, code) {
                (0, code) => *code = None,
                (1, Some(code)) => code.value = code.value.wrapping_add(1),
                (1, None) => {}
                (_, code) => *code = Some(Code { value: n, expires }),
            },
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn clear(request: &mut Request) {
        for field in FIELDS.iter().filter(|field| field.is_root()) {
            request.ours.insert(field.key, field.default.clone());
        }
    }

    pub(crate) fn show(request: &mut Request) {
        if let Some(Value::Message(Some(message))) = request.ours.get_mut("notice") {
            message.shown = true;
        }
    }
}
