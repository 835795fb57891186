//! Renewed ids, and the CSRF tokens that outlive a renewal and die with a rotation: DESIGN.md, "Renewal" and "Forged requests".

use crate::model::{FIELDS, Id, Model, Place, Request, Role, Seen};

/// The id from before a renewal, and until when it reaches the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Renewed {
    pub(crate) from: Id,
    pub(crate) until: u64,
}

/// What a CSRF token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Issued {
    Nothing,
    For(Id),
    /// An id that the session is to have, by its place in [`Model::promised`].
    Promised(usize),
}

impl Model {
    /// Where the session went that had this id, if the grace of a renewal is not over.
    pub(crate) fn followed(&self, id: Id) -> Option<(Id, usize)> {
        let Place::Moved { to, .. } = self.ids[id] else { return None };
        let Place::Session(at) = self.ids[to] else { return None };
        let session = &self.sessions[at];
        let reaches = session.renewed.is_some_and(|renewed| renewed.from == id && self.now < renewed.until);
        (reaches && self.now < session.deadline()).then_some((to, at))
    }

    /// Issues a CSRF token, for the id that the browser has after the response.
    pub(crate) fn issue(&mut self, request: &mut Request) -> Issued {
        let changes_privilege = FIELDS.iter().any(|field| {
            matches!(field.role, Role::Owner | Role::Privileged)
                && request.loaded[field.key] != request.ours[field.key]
        });
        match request.seen {
            _ if request.destroy => return Issued::Nothing,
            Seen::Dead if !request.came_dead => return Issued::Nothing,
            Seen::Live(_) | Seen::Dead if request.rotate || request.authenticated || changes_privilege => {}
            Seen::Live(id) => return Issued::For(id),
            Seen::Dead => return request.stray.map_or(Issued::Nothing, Issued::For),
            Seen::Absent => request.begins = true,
        }
        Issued::Promised(*request.promise.get_or_insert_with(|| {
            self.promised.push(None);
            self.promised.len() - 1
        }))
    }

    /// Whether a token for that proves the request.
    pub(crate) fn proves(&self, request: &Request, issued: Issued) -> bool {
        let by = if let Seen::Live(id) = request.seen { Some(id) } else { request.stray };
        let of = match issued {
            Issued::Nothing => None,
            Issued::For(id) => Some(id),
            Issued::Promised(at) => self.promised[at],
        };
        of.zip(by).is_some_and(|(of, by)| self.lineages[of] == self.lineages[by])
    }

    /// There is an id, renewed from an earlier one or else what a token was issued for.
    pub(crate) fn keep_promise(&mut self, request: &mut Request, id: Id, from: Option<Id>) {
        self.lineages.push(from.map_or(id, |from| self.lineages[from]));
        if let (Some(at), None) = (request.promise.take(), from) {
            self.promised[at] = Some(id);
        }
    }
}
