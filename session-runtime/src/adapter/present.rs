//! What a request presents. All of it is read before anything is waited for, so no future borrows the request.

use std::sync::Arc;

use super::{Extracted, Rejected, Rejection};
use crate::cookie::read::{Candidates, candidates};
use crate::data::SessionData;
use crate::edge::csrf::{self, Demand};
use crate::edge::head::Head;
use crate::error::Unavailable;
use crate::event;
use crate::observe::Happened;
use crate::session::cell::Cell;
use crate::session::{Attempt, Session};

/// What a request presents for its session.
pub(crate) struct Presented {
    cell: Arc<Cell>,
    /// `None`: it came over plain http, and must not.
    candidates: Option<Candidates>,
    /// What it must prove, and the token that it sent for that.
    proof: Option<(Demand, Option<Box<[u8]>>)>,
}

/// What a request presents, from the cell that the layer left in it and the request's head. `demand` says what an unsafe
/// request must prove.
#[inline]
pub(crate) fn present<S: SessionData>(
    cell: Option<Arc<Cell>>,
    head: &impl Head,
    demand: Demand,
    fix: &'static str,
) -> Result<Presented, Rejected> {
    let Some(cell) = cell else {
        event::missing_layer(S::NAME, <S::Root as SessionData>::NAME, fix);
        return Err(Rejected::Misconfigured);
    };
    if !cell.engine.types.has::<S>() {
        event::unregistered_section(S::NAME);
        return Err(Rejected::Misconfigured);
    }
    let edge = &cell.engine.edge;
    if edge.refuses(head) {
        return Ok(Presented { cell, candidates: None, proof: None });
    }
    let mut proof = None;
    if demand.is_made_of(edge, head) {
        if csrf::is_cross_site(head) {
            cell.tell(Happened::CsrfRefused { why: "its browser says that another site sent it" });
            return Err(Rejected::Csrf);
        }
        proof = Some((demand, csrf::in_header(edge, head).map(Box::from)));
    }
    let presented = candidates(&cell.engine.cookie_name, head.cookies(), |text| cell.engine.read(text));
    Ok(Presented { cell, candidates: Some(presented), proof })
}

/// What a handler is given, whose request presents this.
pub(super) fn opened<T: Extracted>(
    presented: Result<Presented, Rejected>,
) -> impl Future<Output = Result<T, Rejection>> + Send + use<T> {
    // taken apart out here: the future would hold all of it beside its parts
    let (cell, candidates, proof) = match presented {
        Ok(Presented { cell, candidates, proof }) => (Ok(cell), candidates, proof),
        Err(rejected) => (Err(Rejection(rejected)), None, None),
    };
    async move {
        let cell = cell?;
        let Some(candidates) = candidates else {
            cell.open_insecure();
            return T::of(Attempt(Ok(Session::new(cell))));
        };
        if cell.open(candidates).await.is_err() {
            return T::of(Attempt(Err(Unavailable::answered_with(cell.engine.edge.statuses))));
        }
        if proof.is_some_and(|(demand, sent)| !cell.meets(demand, sent.as_deref())) {
            cell.tell(Happened::CsrfRefused { why: "its header has no token of this session" });
            return Err(Rejection(Rejected::Csrf));
        }
        T::of(Attempt(Ok(Session::new(cell))))
    }
}
