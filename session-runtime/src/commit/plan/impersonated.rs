//! What somebody can ask for who acts as somebody else.

use super::{Facts, OwnerChange};

impl Facts {
    /// Whoever acts as somebody else cannot prove for them who they are, nor choose for how long they stay. Whoever logs in
    /// instead can.
    pub(super) fn of_somebody_else(&self) -> Self {
        let mut facts = Self { impersonated: false, ..*self };
        if facts.summary.owner == OwnerChange::Same {
            facts.intents.rotate |= facts.intents.authenticated;
            facts.intents.authenticated = false;
            facts.intents.remember = None;
        }
        facts
    }

    /// An impersonation must not go on when nobody can tell any more that it is one; if the owner changed with it, it has
    /// ended.
    pub(super) fn loses_its_mark(&self) -> bool {
        self.summary.unmasked && self.summary.owner == OwnerChange::Same
    }
}
