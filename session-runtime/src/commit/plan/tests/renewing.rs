//! When a session gets a new id without a reason of its own, and when not.

use super::*;

/// A request whose id has this age, where ids are renewed after an hour.
fn aged(age: Duration, change: impl FnOnce(&mut Facts)) -> Plan {
    plan(&with(|f| {
        f.lifetimes.renew = Some(HOUR);
        f.now = NOW.after(age);
        let times = Times { issued: NOW, last_seen: f.now, ..times() };
        f.standing = Standing::Live(times);
        change(f);
    }))
}

const RENEWED: Plan = Plan { op: Op::Renew(NO_STAMP), cookie: CookiePlan::Set };
const NO_STAMP: Stamp =
    Stamp { authenticated: None, last_seen: None, idle: None, expires: None, remembered: None };

#[test]
fn s24_an_id_is_renewed_when_it_is_old_enough_with_the_changes_or_alone() {
    for changed in [false, true] {
        assert_eq!(aged(HOUR, |f| f.summary.changed = changed), RENEWED);
        assert!(!matches!(
            aged(Duration::from_millis(3_599_999), |f| f.summary.changed = changed).op,
            Op::Renew(_)
        ));
    }
    assert_eq!(aged(HOUR, |f| f.lifetimes.renew = None), Plan::NOTHING, "where nothing is declared, never");
}

#[test]
fn s21_s19_a_renewal_extends_nothing_and_authenticates_nobody() {
    let plan = aged(2 * HOUR, |f| {
        f.standing = Standing::Live(times());
        f.summary.changed = true;
    });
    let Op::Renew(stamp) = plan.op else { panic!("{plan:?}") };
    assert_eq!(
        stamp,
        Stamp { last_seen: Some(NOW.after(2 * HOUR)), ..NO_STAMP },
        "activity, and nothing else"
    );
}

#[test]
fn s24_who_is_no_activity_renews_nothing_unless_asked_to() {
    assert_eq!(aged(HOUR, |f| f.activity = false), Plan::NOTHING);
    assert_eq!(aged(HOUR, |f| (f.activity, f.intents.renew) = (false, true)), RENEWED);
}

#[test]
fn s24_an_id_younger_than_the_grace_is_not_renewed() {
    let asked = |age| aged(age, |f| f.intents.renew = true);
    assert_eq!(asked(Duration::from_millis(29_999)), Plan::NOTHING);
    assert_eq!(asked(Duration::from_secs(30)), RENEWED);
}

#[test]
fn t4_what_changes_a_privilege_rotates_without_a_grace_whatever_is_due() {
    let changes: [fn(&mut Facts); 7] = [
        |f| f.summary.owner = OwnerChange::Taken,
        |f| f.summary.owner = OwnerChange::Replaced,
        |f| f.summary.owner = OwnerChange::Left,
        |f| f.summary.privileged = true,
        |f| f.intents.authenticated = true,
        |f| f.intents.rotate = true,
        |f| f.intents.restart = true,
    ];
    for change in changes {
        let plan = aged(HOUR, |f| {
            f.intents.renew = true;
            change(f);
        });
        assert!(matches!(plan.op, Op::Rotate { .. }), "{plan:?}");
    }
    assert_eq!(aged(HOUR, |f| f.intents.destroy = true).op, Op::Delete);
}

#[test]
fn s24_a_request_that_fails_or_has_no_live_session_renews_nothing_and_is_not_refused_for_it() {
    assert_eq!(aged(HOUR, |f| (f.ending, f.intents.renew) = (Ending::Drop, true)), Plan::NOTHING);
    let dropped = aged(HOUR, |f| {
        f.ending = Ending::Drop;
        f.summary = Summary { changed: true, privileged: true, dropped: true, ..Summary::default() };
    });
    assert!(matches!(dropped.op, Op::Rotate { select: Select::DroppedPrivileges, .. }));
    for standing in [Standing::Absent, Standing::Dead, Standing::Unusable] {
        assert_eq!(aged(HOUR, |f| (f.standing, f.intents.renew) = (standing, true)), Plan::NOTHING);
    }
    assert_eq!(aged(9 * HOUR, |f| f.intents.renew = true), Plan::NOTHING, "S21: past its end");
}

#[test]
fn t35_a_clock_that_was_set_back_renews_nothing() {
    let plan = aged(Duration::ZERO, |f| {
        f.intents.renew = true;
        f.standing = Standing::Live(Times { issued: NOW.after(HOUR), ..times() });
    });
    assert_eq!(plan, Plan::NOTHING);
}

#[test]
fn t32_who_came_by_the_old_id_is_told_the_new_one() {
    let stale = |change: fn(&mut Facts)| {
        aged(Duration::from_secs(10), |f| {
            f.standing = Standing::Live(Times { stale: true, ..times() });
            change(f);
        })
    };
    assert_eq!(stale(|_| ()).cookie, CookiePlan::Set);
    assert_eq!(stale(|f| f.intents.renew = true).cookie, CookiePlan::Set);
    assert!(matches!(
        stale(|f| f.summary.changed = true),
        Plan { op: Op::Update { .. }, cookie: CookiePlan::Set }
    ));
}
