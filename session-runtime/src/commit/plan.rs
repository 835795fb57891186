//! What follows from what a request did. Pure: no store, no clock, no cookie; the table test is the specification.

mod dead;
mod impersonated;

use std::time::Duration;

use crate::clock::Timestamp;

/// What the request presented, as far as the store knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// No session: no cookie, or one that reaches nothing.
    Absent,
    /// A live session.
    Live(Times),
    /// An id that was deleted or rotated away a short while ago.
    Dead,
    /// It was alive when it was loaded.
    Ended,
    /// A session that cannot be told apart or not be read: the request is anonymous and writes nothing.
    Unusable,
}

/// The times of a live session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) last_seen: Timestamp,
    pub(crate) idle: Duration,
    pub(crate) expires: Timestamp,
    pub(crate) remembered: bool,
    /// The browser has an older cookie of it: under an older key (S59), or with the id from before a renewal (S24).
    pub(crate) stale: bool,
    /// When it got its present id.
    pub(crate) issued: Timestamp,
}

/// How the request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// A status below 500, or an explicit `save`: field changes count.
    Commit,
    /// 5xx, panic, disconnect, inner timeout: field changes are dropped, lost privileges are not regained.
    Drop,
}

/// What became of the owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OwnerChange {
    #[default]
    Same,
    /// From nobody to somebody.
    Taken,
    /// From somebody to somebody else.
    Replaced,
    /// From somebody to nobody.
    Left,
}

impl OwnerChange {
    /// Whether somebody's session must not go on as theirs.
    const fn ends_ownership(self) -> bool {
        matches!(self, Self::Replaced | Self::Left)
    }

    /// Whether somebody proved who they are: `owner` became `Some`.
    const fn authenticates(self) -> bool {
        matches!(self, Self::Taken | Self::Replaced)
    }
}

/// What the handler asked for on the handle.
// each is one method of `Session`, and any of them may come together
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Intents {
    pub(crate) destroy: bool,
    pub(crate) rotate: bool,
    pub(crate) renew: bool,
    pub(crate) restart: bool,
    pub(crate) authenticated: bool,
    /// The declared longer lifetime: chosen, or given up.
    pub(crate) remember: Option<bool>,
    /// A CSRF token was issued where there is no session yet: there must be one, if only an empty one.
    pub(crate) csrf: bool,
}

impl Intents {
    /// What was asked for since.
    pub(crate) fn without(self, done: Self) -> Self {
        Self {
            destroy: self.destroy && !done.destroy,
            rotate: self.rotate && !done.rotate,
            renew: self.renew && !done.renew,
            restart: self.restart && !done.restart,
            authenticated: self.authenticated && !done.authenticated,
            remember: self.remember.filter(|_| self.remember != done.remember),
            csrf: self.csrf && !done.csrf,
        }
    }

    /// Whether the session is to get a new id or another lifetime. A renewal is not among them: it is no reason to refuse a
    /// request.
    fn asks(self) -> bool {
        self.rotate || self.restart || self.authenticated || self.remember.is_some()
    }
}

/// What the handler changed.
// each is one column of the table in DESIGN.md; an enum would have to name the combinations
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Some field has another value, or a message was set.
    pub(crate) changed: bool,
    /// A message was shown.
    pub(crate) consumed: bool,
    pub(crate) owner: OwnerChange,
    /// A privileged field changed.
    pub(crate) privileged: bool,
    /// A privileged field went back to its default.
    pub(crate) dropped: bool,
    /// A privilege was set and now every field is at its default.
    pub(crate) emptied: bool,
    /// It took away who is behind an impersonation.
    pub(crate) unmasked: bool,
}

/// The lifetimes in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetimes {
    pub(crate) idle: Duration,
    pub(crate) absolute: Duration,
    pub(crate) remember: Option<Duration>,
    pub(crate) persistent: bool,
    /// The age at which an id is renewed.
    pub(crate) renew: Option<Duration>,
    /// For how long the id before reaches the session then.
    pub(crate) grace: Duration,
}

/// Everything that a plan is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) standing: Standing,
    /// Whether the request carried our cookie, well formed or not.
    pub(crate) presented: bool,
    pub(crate) intents: Intents,
    pub(crate) summary: Summary,
    pub(crate) ending: Ending,
    pub(crate) lifetimes: Lifetimes,
    /// Whether the request is activity of the session's owner (S20).
    pub(crate) activity: bool,
    /// Somebody acts as the owner that the fields name.
    pub(crate) impersonated: bool,
    pub(crate) now: Timestamp,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) op: Op,
    pub(crate) cookie: CookiePlan,
}

/// The one store call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Nothing,
    /// The request changed what it must not: 409, and nothing is stored.
    Refuse,
    Create(Stamp),
    Update {
        select: Select,
        stamp: Stamp,
    },
    Touch,
    Rotate {
        select: Select,
        wipe: Wipe,
        stamp: Stamp,
    },
    /// All changes, under a new id; for a grace, the old one reaches the session, too.
    Renew(Stamp),
    Delete,
}

/// Which of the changes are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Select {
    All,
    /// Those that outlive a change of owner: `keep`, `owner`, `privileged`, and messages set in this request.
    Surviving,
    /// Those that take a privilege away.
    DroppedPrivileges,
    None,
}

/// What goes before the changes are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wipe {
    Nothing,
    /// Everything but `keep` fields.
    OwnerChanged,
    /// Everything.
    Restarted,
}

/// How the metadata changes; `None` leaves a part as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp {
    // the outer `None` leaves it, the inner one says that nobody is authenticated any more
    #[allow(clippy::option_option)]
    pub(crate) authenticated: Option<Option<Timestamp>>,
    pub(crate) last_seen: Option<Timestamp>,
    pub(crate) idle: Option<Duration>,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) remembered: Option<bool>,
}

/// What the response says about the cookie, if the store call succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CookiePlan {
    Leave,
    Set,
    Remove,
}

impl Op {
    /// Whether it writes the record's fields, rather than its activity or nothing.
    pub(crate) const fn writes_fields(self) -> bool {
        matches!(self, Self::Create(_) | Self::Update { .. } | Self::Rotate { .. } | Self::Renew(_))
    }
}

impl Plan {
    pub(crate) const NOTHING: Self = Self { op: Op::Nothing, cookie: CookiePlan::Leave };
    const REFUSE: Self = Self { op: Op::Refuse, cookie: CookiePlan::Leave };
}

/// The plan for `facts`, by the table in DESIGN.md, "What follows from what a handler did".
pub(crate) fn plan(facts: &Facts) -> Plan {
    if facts.impersonated {
        return plan(&facts.of_somebody_else());
    }
    if destroys(facts) {
        return destroy(facts);
    }
    match &facts.standing {
        Standing::Dead | Standing::Ended | Standing::Unusable => dead::plan(facts),
        Standing::Absent => absent(facts),
        Standing::Live(times) => live(facts, times),
    }
}

/// Row 1: asked for, or a privilege was given up with everything else; and what a failed change of owner becomes.
fn destroys(facts: &Facts) -> bool {
    let Facts { intents, summary, ending, .. } = facts;
    let failed_switch = *ending == Ending::Drop && summary.owner.ends_ownership();
    intents.destroy || summary.emptied || facts.loses_its_mark() || failed_switch
}

fn destroy(facts: &Facts) -> Plan {
    let op = match facts.standing {
        Standing::Live(_) | Standing::Unusable => Op::Delete,
        Standing::Absent | Standing::Dead | Standing::Ended => Op::Nothing,
    };
    // without our cookie there is nothing to take away in the browser (D15)
    let cookie = if facts.presented { CookiePlan::Remove } else { CookiePlan::Leave };
    Plan { op, cookie }
}

/// A record is never created empty, unless a CSRF token is bound to it, and never by a request that failed.
fn absent(facts: &Facts) -> Plan {
    if facts.ending == Ending::Drop || !(facts.summary.changed || facts.intents.csrf) {
        return Plan::NOTHING;
    }
    Plan { op: Op::Create(fresh(facts)), cookie: CookiePlan::Set }
}

fn live(facts: &Facts, times: &Times) -> Plan {
    let Facts { intents, summary, now, .. } = facts;
    if *now >= times.expires {
        // idle is decided at load, the absolute deadline also here (S21)
        let refused = facts.ending == Ending::Commit && (summary.changed || intents.asks());
        return if refused { Plan::REFUSE } else { Plan::NOTHING };
    }
    let stamp = stamp(facts, times);
    match wants(facts, times) {
        Wants::Wipe(wipe) => {
            let select = if wipe == Wipe::Restarted { Select::All } else { Select::Surviving };
            Plan { op: Op::Rotate { select, wipe, stamp }, cookie: CookiePlan::Set }
        }
        Wants::Rotate(select) => {
            Plan { op: Op::Rotate { select, wipe: Wipe::Nothing, stamp }, cookie: CookiePlan::Set }
        }
        Wants::Renew => Plan { op: Op::Renew(stamp), cookie: CookiePlan::Set },
        Wants::Commit => {
            let writes = summary.changed || summary.consumed || intents.remember.is_some();
            let op = match (writes, stamp.last_seen) {
                (true, _) => Op::Update { select: Select::All, stamp },
                (false, Some(_)) => Op::Touch,
                (false, None) => Op::Nothing,
            };
            let persistent = facts.lifetimes.persistent || times.remembered || intents.remember.is_some();
            let renews = stamp.last_seen.is_some() && persistent;
            Plan { op, cookie: if renews || times.stale { CookiePlan::Set } else { CookiePlan::Leave } }
        }
        Wants::Nothing => Plan::NOTHING,
    }
}

/// Rows 2 to 6 for a live session.
enum Wants {
    Wipe(Wipe),
    Rotate(Select),
    Renew,
    Commit,
    Nothing,
}

fn wants(facts: &Facts, times: &Times) -> Wants {
    let Facts { intents, summary, ending, .. } = facts;
    match ending {
        Ending::Commit if intents.restart => Wants::Wipe(Wipe::Restarted),
        Ending::Commit if summary.owner.ends_ownership() => Wants::Wipe(Wipe::OwnerChanged),
        Ending::Commit if authenticates(facts) || summary.privileged || intents.rotate => {
            Wants::Rotate(Select::All)
        }
        Ending::Commit if renews(facts, times) => Wants::Renew,
        Ending::Commit => Wants::Commit,
        Ending::Drop if summary.dropped => Wants::Rotate(Select::DroppedPrivileges),
        Ending::Drop if intents.rotate => Wants::Rotate(Select::None),
        Ending::Drop => Wants::Nothing,
    }
}

/// Asked for, or due (S24). An id younger than the grace is not renewed: so no more than one old id reaches the session, and
/// of two requests that renew one after the other the second has the new id already.
fn renews(facts: &Facts, times: &Times) -> bool {
    let Facts { intents, lifetimes, .. } = facts;
    let age = facts.now.since(times.issued);
    let is_due = facts.activity && lifetimes.renew.is_some_and(|most| age >= most);
    is_due || (intents.renew && age >= lifetimes.grace)
}

fn authenticates(facts: &Facts) -> bool {
    facts.ending == Ending::Commit && (facts.intents.authenticated || facts.summary.owner.authenticates())
}

/// Idle and absolute lifetime from now on: the declared longer one, or the ordinary ones.
fn lifetime(lifetimes: &Lifetimes, remembered: bool) -> (Duration, Duration) {
    match lifetimes.remember {
        Some(longer) if remembered => (longer, longer),
        _ => (lifetimes.idle, lifetimes.absolute),
    }
}

/// A new session's metadata.
fn fresh(facts: &Facts) -> Stamp {
    let stamp = begin(facts, facts.intents.remember.unwrap_or(false));
    Stamp { authenticated: Some(authenticates(facts).then_some(facts.now)), ..stamp }
}

/// Both deadlines begin now.
fn begin(facts: &Facts, remembered: bool) -> Stamp {
    let (idle, absolute) = lifetime(&facts.lifetimes, remembered);
    Stamp {
        authenticated: None,
        last_seen: Some(facts.now),
        idle: Some(idle),
        expires: Some(facts.now.after(absolute)),
        remembered: Some(remembered),
    }
}

/// Authentication begins both deadlines anew, and so does choosing a lifetime; nothing else extends the absolute one
/// (S21, S22). Activity is recorded at most once per tenth of the idle time: a session may end up to a tenth early,
/// never late (S20).
fn stamp(facts: &Facts, times: &Times) -> Stamp {
    let Facts { intents, summary, now, ending, .. } = facts;
    let chosen = if *ending == Ending::Commit { intents.remember } else { None };
    if authenticates(facts) {
        // a choice holds for the owner who made it
        let kept = times.remembered && summary.owner == OwnerChange::Same;
        return Stamp { authenticated: Some(Some(*now)), ..begin(facts, chosen.unwrap_or(kept)) };
    }
    if let Some(remembered) = chosen {
        return begin(facts, remembered);
    }
    let due = facts.activity && now.since(times.last_seen) >= times.idle / 10;
    Stamp {
        authenticated: summary.owner.ends_ownership().then_some(None),
        last_seen: due.then_some(*now),
        ..Stamp::default()
    }
}

#[cfg(test)]
mod tests;
