//! What follows while somebody acts as somebody else.

use super::*;

fn impersonated(change: impl FnOnce(&mut Facts)) -> Plan {
    plan(&with(|f| {
        f.impersonated = true;
        change(f);
    }))
}

#[test]
fn s19_s21_s45_nobody_proves_or_prolongs_anything_as_somebody_else() {
    let plan = impersonated(|f| (f.intents.authenticated, f.intents.remember) = (true, Some(true)));
    let Op::Rotate { select: Select::All, wipe: Wipe::Nothing, stamp } = plan.op else { panic!("{plan:?}") };
    assert_eq!(stamp, Stamp::default());
    assert_eq!(plan.cookie, CookiePlan::Set);
    assert_eq!(impersonated(|f| f.intents.remember = Some(false)), Plan::NOTHING);
}

#[test]
fn s21_who_logs_in_instead_begins_anew() {
    for restart in [false, true] {
        let plan = impersonated(|f| {
            f.intents.restart = restart;
            f.intents.remember = Some(true);
            f.summary = Summary { changed: true, owner: OwnerChange::Replaced, ..Summary::default() };
        });
        let Op::Rotate { wipe, stamp, .. } = plan.op else { panic!("{plan:?}") };
        assert_ne!(wipe, Wipe::Nothing);
        assert_eq!((stamp.authenticated, stamp.remembered), (Some(Some(NOW)), Some(true)));
        assert_eq!(stamp.expires, Some(NOW.after(MONTH)));
    }
}

#[test]
fn without_its_mark_an_impersonation_is_over_and_so_is_the_session() {
    let unmasked = Summary { privileged: true, unmasked: true, ..Summary::default() };
    for ending in [Ending::Commit, Ending::Drop] {
        let plan = impersonated(|f| (f.summary, f.ending) = (unmasked, ending));
        assert_eq!(plan, Plan { op: Op::Delete, cookie: CookiePlan::Remove }, "{ending:?}");
    }
    // the owner went with it: that is a logout or a login as any other
    let login = Summary { changed: true, owner: OwnerChange::Replaced, ..unmasked };
    assert!(matches!(impersonated(|f| f.summary = login).op, Op::Rotate { wipe: Wipe::OwnerChanged, .. }));
}
