//! An owner acts as another one, and comes back: DESIGN.md, "Impersonation".

use session_runtime::{CannotImpersonate, Error};

use crate::commit::{Ending, Refused};
use crate::model::{Cookie, FIELDS, Id, Mark, Model, Place, Request, Role, Seen, Value, Values, values};

/// What a switch comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switched {
    Done,
    /// What was changed before could not be saved, or the session is gone.
    Refused(Refused),
    Cannot(CannotImpersonate),
}

impl Switched {
    /// As the library has it; `None` for what must not be.
    pub(crate) fn of(outcome: Result<(), Error>) -> Option<Self> {
        let Err(error) = outcome else { return Some(Self::Done) };
        match error.cannot_impersonate() {
            Some(why) => Some(Self::Cannot(why)),
            None if error.is_gone() => Some(Self::Refused(Refused::Gone)),
            None => error.is_conflict().then_some(Self::Refused(Refused::Conflict)),
        }
    }
}

/// The fields of somebody's that go when another one comes: all but what is the browser's, and who is behind it.
fn own(fields: &Values) -> Values {
    let goes = |key: &str| {
        FIELDS.iter().any(|field| field.key == key && !matches!(field.role, Role::Keep | Role::Impersonator))
    };
    fields.iter().filter(|(key, _)| goes(key)).map(|(key, value)| (*key, value.clone())).collect()
}

impl Model {
    /// Acts as `user`, or as themselves again. What was done before is saved first.
    pub(crate) fn switch(&mut self, request: &mut Request, user: Option<u8>) -> Switched {
        if let Err(refused) = self.commit(request, Ending::Commit) {
            return Switched::Refused(refused);
        }
        let id = match request.seen {
            Seen::Live(id) => id,
            Seen::Absent if user.is_some() => return Switched::Cannot(CannotImpersonate::NotLoggedIn),
            Seen::Absent => return Switched::Cannot(CannotImpersonate::NotImpersonating),
            Seen::Dead => return Switched::Refused(Refused::Gone),
        };
        let there = match self.ids[id] {
            Place::Session(at) => Some((id, at)),
            Place::Moved { .. } | Place::Dead { .. } => self.followed(id),
        };
        let Some((id, at)) = there.filter(|(_, at)| self.now < self.sessions[*at].expires) else {
            return Switched::Refused(Refused::Gone);
        };
        match self.exchanged(at, user) {
            Ok(fields) => self.sessions[at].fields = fields,
            Err(why) => return Switched::Cannot(why),
        }
        self.move_on(request, id, at);
        Switched::Done
    }

    /// The fields of one for those of the other.
    fn exchanged(&self, at: usize, user: Option<u8>) -> Result<Values, CannotImpersonate> {
        let session = &self.sessions[at];
        let mark = match session.fields.get("by") {
            Some(Value::Mark(mark)) => mark.as_deref(),
            _ => None,
        };
        let own = own(&session.fields);
        let mut fields = session.fields.clone();
        fields.retain(|key, _| *key != "by" && !own.contains_key(key));
        match (user, session.owner, mark) {
            (Some(_), None, _) => return Err(CannotImpersonate::NotLoggedIn),
            (Some(_), _, Some(_)) => return Err(CannotImpersonate::AlreadyImpersonating),
            (Some(user), Some(owner), None) if user == owner => return Err(CannotImpersonate::SameUser),
            (Some(user), Some(owner), None) => {
                let mark = Mark { user: owner, since: self.now, aside: own };
                fields.insert("by", Value::Mark(Some(Box::new(mark))));
                fields.insert("user", Value::Who(Some(user)));
            }
            (None, _, None) => return Err(CannotImpersonate::NotImpersonating),
            (None, owner, Some(mark)) => {
                fields.extend(mark.aside.clone());
                fields.insert("user", Value::Who(owner));
            }
        }
        Ok(fields)
    }

    /// The session has another id, and the request goes on with what it holds now.
    fn move_on(&mut self, request: &mut Request, id: Id, at: usize) {
        self.ids.push(Place::Session(at));
        let to = self.ids.len() - 1;
        self.ids[id] = Place::Moved { to, until: self.now + crate::model::TOMBSTONE };
        let session = &mut self.sessions[at];
        (session.issued, session.renewed) = (self.now, None);
        session.last_seen = session.last_seen.max(self.now);
        request.base = session.clone();
        (request.seen, request.cookie, request.stale) = (Seen::Live(to), Some(Cookie::New(to)), false);
        self.keep_promise(request, to, None);
        request.ours = values(&request.base.fields, self.now);
        request.loaded = request.ours.clone();
    }
}
