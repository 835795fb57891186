//! A commit, as the tables of DESIGN.md have it: "What follows from what a handler did" and "How a request ends".

use crate::model::{
    ABSOLUTE, Change, Cookie, FIELDS, Field, GRACE, How, IDLE, Id, Kept, Model, Place, RENEW, Request, Role,
    Seen, TOMBSTONE, Value, Values, apply, values,
};
use crate::renewal::Renewed;

/// Why a request is answered with 409.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Gone,
    Conflict,
}

/// Whether what was changed counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Commit,
    Drop,
}

/// What a request changed.
#[allow(clippy::struct_excessive_bools, reason = "each is one column of the table")]
#[derive(Clone, Debug, Default)]
struct Diff {
    changes: Vec<Change>,
    /// Something was changed, and not only shown or over.
    changed: bool,
    /// The owner became another one or nobody.
    abandoned: bool,
    /// The owner became somebody.
    login: bool,
    privileged: bool,
    dropped: bool,
    emptied: bool,
    /// Who is behind an impersonation was taken away.
    unmasked: bool,
}

fn is_default(key: &str, of: &Values) -> bool {
    FIELDS.iter().any(|field| field.key == key && of[key] == field.default)
}

impl Diff {
    fn of(request: &Request) -> Self {
        let mut diff = Self::default();
        let Request { loaded, ours, base, .. } = request;
        for field in &FIELDS {
            let (key, before, now) = (field.key, &loaded[field.key], &ours[field.key]);
            if before == now {
                continue;
            }
            match (field.role, before, now) {
                (Role::Notice, Value::Message(before), Value::Message(now)) => {
                    let is_new =
                        now.is_some_and(|now| !now.shown && before.is_none_or(|b| b.mark != now.mark));
                    if is_new {
                        diff.add(key, Some(Value::Message(*now)), How::ByPolicy);
                    } else if before.is_some() {
                        diff.changes.push(Change { key, value: None, how: How::Yield });
                    }
                    continue;
                }
                (Role::Impersonator, ..) => {
                    diff.unmasked = true;
                    continue;
                }
                (Role::Owner, ..) => {
                    diff.abandoned = !is_default(key, loaded);
                    diff.login = !is_default(key, ours);
                }
                (Role::Privileged, ..) => {
                    diff.privileged = true;
                    diff.dropped |= is_default(key, ours);
                }
                _ => {}
            }
            diff.add(key, Some(now.clone()), How::ByPolicy);
        }
        let root = || FIELDS.iter().filter(|field| field.is_root());
        if root().any(|field| diff.changes.iter().any(|change| change.key == field.key)) {
            // what is over goes with the next write of the session
            let is_over = is_default("code", loaded) && is_default("code", ours);
            if is_over && base.fields.contains_key("code") {
                diff.changes.push(Change { key: "code", value: None, how: How::Yield });
            }
            let had = |key| !is_default(key, loaded);
            // who is behind an impersonation is behind nothing then
            let is_nothing = |field: &Field| field.role == Role::Impersonator || is_default(field.key, ours);
            diff.emptied = (had("user") || had("admin")) && root().all(is_nothing);
        }
        diff
    }

    fn add(&mut self, key: &'static str, value: Option<Value>, how: How) {
        self.changed = true;
        self.changes.push(Change { key, value, how });
    }

    /// What outlives a change of owner.
    fn surviving(&self) -> Vec<Change> {
        let survives = |change: &&Change| {
            let role = FIELDS.iter().find(|field| field.key == change.key).map(|field| field.role);
            match role {
                Some(Role::Owner | Role::Privileged | Role::Keep) => true,
                Some(Role::Notice) => change.how == How::ByPolicy,
                _ => false,
            }
        };
        self.changes.iter().filter(survives).cloned().collect()
    }

    /// The privileges that were given up.
    fn dropped(&self) -> Vec<Change> {
        let is_dropped = |change: &&Change| {
            FIELDS.iter().any(|field| {
                field.key == change.key
                    && field.role == Role::Privileged
                    && change.value.as_ref() == Some(&field.default)
            })
        };
        self.changes.iter().filter(is_dropped).cloned().collect()
    }
}

/// The one store call of a commit.
#[allow(
    clippy::struct_excessive_bools,
    clippy::option_option,
    reason = "each is one thing that is done or not"
)]
struct Write {
    changes: Vec<Change>,
    /// Only `keep` fields are left of what there was.
    wipes: bool,
    rotates: bool,
    /// A new id, and the old one is good for a while.
    renews: bool,
    authenticates: bool,
    /// The owner that it changes to, if it does.
    owner: Option<Option<u8>>,
    seen: bool,
}

impl Model {
    /// Commits what the request did so far.
    pub(crate) fn commit(&mut self, request: &mut Request, ending: Ending) -> Result<(), Refused> {
        let diff = if request.destroy { Diff::default() } else { Diff::of(request) };
        // nobody could tell any more that it is somebody else's
        let unmasked = diff.unmasked && !diff.abandoned;
        if request.destroy || diff.emptied || unmasked || (ending == Ending::Drop && diff.abandoned) {
            self.end(request);
            return Ok(());
        }
        let commits = ending == Ending::Commit;
        let wants = commits && (diff.changed || request.rotate || request.authenticated);
        match request.seen {
            // whoever proves who they are gets a session, of their own
            Seen::Dead if commits && request.came_dead && diff.login => {
                self.create(request, &diff);
                Ok(())
            }
            Seen::Dead if wants => Err(Refused::Gone),
            Seen::Absent if commits && (diff.changed || request.begins) => {
                self.create(request, &diff);
                Ok(())
            }
            Seen::Dead | Seen::Absent => Ok(()),
            Seen::Live(_) if self.now >= request.base.expires => {
                if wants {
                    Err(Refused::Gone)
                } else {
                    Ok(())
                }
            }
            Seen::Live(id) => match self.write_for(request, &diff, ending) {
                Some(write) => self.write(request, id, &write, diff.changed),
                None => Ok(()),
            },
        }
    }

    fn end(&mut self, request: &mut Request) {
        if let Seen::Live(id) = request.seen {
            self.delete(id);
            request.seen = Seen::Dead;
            request.cookie = None;
        }
        if request.presented {
            request.cookie = Some(Cookie::Removed);
        }
        if request.destroy {
            // what was changed before the end has nothing left that it could be a change of
            request.ours = values(&Values::new(), self.now);
            request.loaded = request.ours.clone();
        }
        request.settle();
    }

    /// The session ends wherever it went.
    fn delete(&mut self, mut id: Id) {
        while let Place::Moved { to, .. } = self.ids[id] {
            id = to;
        }
        if let Place::Session(_) = self.ids[id] {
            self.ids[id] = Place::Dead { until: self.now + TOMBSTONE };
        }
    }

    fn create(&mut self, request: &mut Request, diff: &Diff) {
        let fields = apply(&diff.changes, &Values::new(), &Values::new()).unwrap();
        let kept = Kept {
            owner: if let Some(Value::Who(user)) = fields.get("user") { *user } else { None },
            authenticated: (diff.login || request.authenticated).then_some(self.now),
            last_seen: self.now,
            expires: self.now + ABSOLUTE,
            issued: self.now,
            renewed: None,
            fields,
        };
        self.sessions.push(kept.clone());
        self.ids.push(Place::Session(self.sessions.len() - 1));
        let id = self.ids.len() - 1;
        (request.seen, request.base, request.cookie) = (Seen::Live(id), kept, Some(Cookie::New(id)));
        self.keep_promise(request, id, None);
        request.settle();
    }

    /// What a live session's commit writes; nothing, if nothing happened.
    fn write_for(&self, request: &Request, diff: &Diff, ending: Ending) -> Option<Write> {
        let seen = self.now - request.base.last_seen.min(self.now) >= IDLE / 10;
        let commits = ending == Ending::Commit;
        // whoever acts as somebody else proves nothing of them: it is a new id
        let is_somebody_else = !is_default("by", &request.loaded) && !diff.abandoned;
        let rotates = request.rotate || (is_somebody_else && request.authenticated);
        let authenticates = commits && (diff.login || (request.authenticated && !is_somebody_else));
        let owner = match request.ours["user"] {
            Value::Who(user) if commits && (diff.login || diff.abandoned) => Some(user),
            _ => None,
        };
        let changes = diff.changes.clone();
        let write = Write { changes, wipes: false, rotates: true, renews: false, authenticates, owner, seen };
        let age = self.now - request.base.issued;
        let is_due = (self.periodic && age >= RENEW) || (request.renew && age >= GRACE);
        match ending {
            Ending::Commit if diff.abandoned => {
                Some(Write { changes: diff.surviving(), wipes: true, ..write })
            }
            Ending::Commit if authenticates || diff.privileged || rotates => Some(write),
            Ending::Commit if is_due => Some(Write { rotates: false, renews: true, ..write }),
            Ending::Commit if !diff.changes.is_empty() || seen || request.stale => {
                Some(Write { rotates: false, ..write })
            }
            Ending::Drop if diff.dropped => Some(Write { changes: diff.dropped(), ..write }),
            Ending::Drop if rotates => Some(Write { changes: Vec::new(), ..write }),
            Ending::Commit | Ending::Drop => None,
        }
    }

    fn write(&mut self, request: &mut Request, id: Id, write: &Write, changed: bool) -> Result<(), Refused> {
        let (here, followed) = (self.ids[id], self.followed(id));
        let (id, at) = if let Place::Session(at) = here {
            (id, at)
        } else if let Some(there) = followed {
            there
        } else {
            if changed || write.rotates {
                return Err(Refused::Gone);
            }
            // it only looked
            (request.seen, request.cookie) = (Seen::Dead, None);
            request.settle();
            return Ok(());
        };
        let next = self.written(write, &request.base.fields, &self.sessions[at]).ok_or(Refused::Conflict)?;
        self.sessions[at] = next;
        // what others did meanwhile is theirs
        let own = self.written(write, &request.base.fields, &request.base).ok_or(Refused::Conflict)?;
        request.base = own;
        request.seen = Seen::Live(id);
        if followed.is_some() {
            self.followed += 1;
            request.stale = true;
        }
        // of two renewals, the second is none
        if write.rotates || (write.renews && followed.is_none()) {
            self.ids.push(Place::Session(at));
            let to = self.ids.len() - 1;
            self.ids[id] = Place::Moved { to, until: self.now + TOMBSTONE };
            let renewed = Renewed { from: id, until: self.now + GRACE };
            self.sessions[at].issued = self.now;
            self.sessions[at].renewed = write.renews.then_some(renewed);
            self.renewals += u32::from(write.renews);
            (request.seen, request.cookie) = (Seen::Live(to), Some(Cookie::New(to)));
            self.keep_promise(request, to, write.renews.then_some(id));
        } else if request.stale {
            request.cookie = Some(Cookie::New(id));
        }
        request.stale = false;
        (request.base.issued, request.base.renewed) = (self.sessions[at].issued, self.sessions[at].renewed);
        request.settle();
        if write.wipes {
            request.ours = values(&request.base.fields, self.now);
            request.loaded = request.ours.clone();
        }
        Ok(())
    }

    fn written(&self, write: &Write, base: &Values, current: &Kept) -> Option<Kept> {
        let left = |fields: &Values| -> Values {
            let kept = |key: &str| !write.wipes || key == "theme";
            fields.iter().filter(|(key, _)| kept(key)).map(|(key, value)| (*key, value.clone())).collect()
        };
        let begins = write.authenticates;
        let seen = if begins || write.seen { self.now } else { 0 };
        Some(Kept {
            fields: apply(&write.changes, &left(base), &left(&current.fields))?,
            owner: write.owner.unwrap_or(current.owner),
            authenticated: match (begins, write.wipes) {
                (true, _) => Some(self.now),
                (false, true) => None,
                (false, false) => current.authenticated,
            },
            last_seen: current.last_seen.max(seen),
            expires: if begins { self.now + ABSOLUTE } else { current.expires },
            issued: current.issued,
            renewed: current.renewed,
        })
    }

    /// The response is made: its status, and what it says of the cookie.
    pub(crate) fn close(&mut self, request: &mut Request, status: u16) -> (u16, Option<Cookie>) {
        let ending = if status >= 500 { Ending::Drop } else { Ending::Commit };
        let saved = request.cookie.is_some();
        let outcome = self.commit(request, ending);
        if (ending, outcome) == (Ending::Commit, Err(Refused::Conflict)) {
            // a privilege that was given up is given up
            let _ = self.commit(request, Ending::Drop);
        }
        // a cookie of an earlier save, whose session has ended since, would only be in the place of another one
        if let Seen::Live(id) = request.seen
            && saved
            && !matches!(self.ids[id], Place::Session(at) if self.now < self.sessions[at].deadline())
        {
            request.cookie = None;
        }
        let refused = ending == Ending::Commit && outcome.is_err();
        (if refused { 409 } else { status }, request.cookie.take())
    }
}

impl Request {
    /// What was sent is stored, and later changes are compared with it.
    fn settle(&mut self) {
        (self.destroy, self.rotate, self.authenticated) = (false, false, false);
        (self.renew, self.begins) = (false, false);
        if let (Value::Message(before), Value::Message(now)) = (&self.loaded["notice"], &self.ours["notice"])
        {
            let shown = now.is_some_and(|now| now.shown) || (before.is_some() && now.is_none());
            if shown {
                self.ours.insert("notice", Value::Message(None));
            }
        }
        self.loaded = self.ours.clone();
    }
}
