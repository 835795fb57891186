//! What a request can do that reaches no session which it could change.

use super::{Ending, Facts, Op, OwnerChange, Plan, Standing, absent};

/// Nothing is stored; what wants to store something is refused (T2, T4, T8).
pub(super) fn plan(facts: &Facts) -> Plan {
    let Facts { standing, intents, summary, ending, .. } = facts;
    match ending {
        Ending::Commit if *standing == Standing::Dead && begins_anew(facts) => absent(facts),
        Ending::Commit if summary.changed || intents.asks() => Plan { op: Op::Refuse, ..Plan::NOTHING },
        Ending::Commit | Ending::Drop => Plan::NOTHING,
    }
}

/// A login by an id that was dead when the request came: its user sent the form twice, missed the answer to the first, or
/// was logged out from outside. Whoever proves who they are gets a session; of that which ended, the handler saw nothing.
fn begins_anew(facts: &Facts) -> bool {
    facts.summary.owner == OwnerChange::Taken
}
