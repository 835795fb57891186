//! What is taken once.

use crate::model::{Model, Place, Request, Seen, Value, Values};

/// What a take comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Nothing,
    Something(u8),
    Gone,
    /// It would take from what this request changed itself.
    Misused,
}

impl Model {
    /// Takes the last coupon, in the store.
    pub(crate) fn take(&mut self, request: &mut Request) -> Taken {
        let Seen::Live(id) = request.seen else { return Taken::Nothing };
        let coupons = |fields: &Values| match fields.get("coupons") {
            Some(Value::List(coupons)) => coupons.clone(),
            _ => Vec::new(),
        };
        if coupons(&request.base.fields).is_empty() {
            return Taken::Nothing;
        }
        if self.now >= request.base.expires {
            return Taken::Gone;
        }
        if request.ours["coupons"] != request.loaded["coupons"] {
            return Taken::Misused;
        }
        let at = match (self.ids[id], self.followed(id)) {
            (Place::Session(at), _) => at,
            (_, Some((to, at))) => {
                (request.seen, request.stale) = (Seen::Live(to), true);
                let session = &self.sessions[at];
                (request.base.issued, request.base.renewed) = (session.issued, session.renewed);
                at
            }
            _ => return Taken::Gone,
        };
        // what is over goes with it
        let is_over = |fields: &Values| match fields.get("code") {
            Some(Value::Code(code)) => code.is_none_or(|code| code.expires <= self.now),
            _ => false,
        };
        let (known, stored) = (&request.base.fields, &self.sessions[at].fields);
        let others_changed = known.get("coupons") != stored.get("coupons")
            || (is_over(known) && known.get("code") != stored.get("code"));
        if others_changed && self.now >= self.sessions[at].deadline() {
            return Taken::Gone;
        }
        let over = is_over(if others_changed { stored } else { known });
        let mut left = coupons(stored);
        let Some(taken) = left.pop() else { return Taken::Nothing };
        for fields in [&mut self.sessions[at].fields, &mut request.base.fields] {
            fields.insert("coupons", Value::List(left.clone()));
            if over {
                fields.remove("code");
            }
        }
        for values in [&mut request.loaded, &mut request.ours] {
            values.insert("coupons", Value::List(left.clone()));
        }
        Taken::Something(taken)
    }
}
