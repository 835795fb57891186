//! The table of DESIGN.md, "What follows from what a handler did", row by row.

use std::time::Duration;

use super::*;

mod impersonating;
mod renewing;

const HOUR: Duration = Duration::from_secs(3600);
const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);
const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);

const LIFETIMES: Lifetimes = Lifetimes {
    idle: HOUR,
    absolute: Duration::from_secs(8 * 3600),
    remember: Some(MONTH),
    persistent: false,
    renew: None,
    grace: Duration::from_secs(30),
};

/// A request on a live session that was seen this moment, and did nothing.
fn facts() -> Facts {
    Facts {
        standing: Standing::Live(times()),
        presented: true,
        intents: Intents::default(),
        summary: Summary::default(),
        ending: Ending::Commit,
        lifetimes: LIFETIMES,
        activity: true,
        impersonated: false,
        now: NOW,
    }
}

fn times() -> Times {
    Times {
        last_seen: NOW,
        idle: HOUR,
        expires: NOW.after(8 * HOUR),
        remembered: false,
        stale: false,
        issued: NOW,
    }
}

fn with(change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = facts();
    change(&mut facts);
    facts
}

const STANDINGS: [fn() -> Standing; 5] = [
    || Standing::Absent,
    || Standing::Live(times()),
    || Standing::Dead,
    || Standing::Ended,
    || Standing::Unusable,
];

#[test]
fn row_1_destroy_deletes_the_record_and_the_cookie_and_beats_everything() {
    for ending in [Ending::Commit, Ending::Drop] {
        for standing in STANDINGS {
            let plan = plan(&with(|f| {
                f.standing = standing();
                f.ending = ending;
                f.intents = Intents {
                    destroy: true,
                    rotate: true,
                    renew: true,
                    restart: true,
                    authenticated: true,
                    remember: Some(true),
                    csrf: true,
                };
                f.summary = Summary {
                    changed: true,
                    owner: OwnerChange::Taken,
                    privileged: true,
                    ..Summary::default()
                };
            }));
            let reaches = matches!(standing(), Standing::Live(_) | Standing::Unusable);
            assert_eq!(plan.op, if reaches { Op::Delete } else { Op::Nothing });
            assert_eq!(plan.cookie, CookiePlan::Remove);
        }
    }
}

#[test]
fn row_1_without_our_cookie_there_is_none_to_remove() {
    // D15
    let plan = plan(&with(|f| {
        f.standing = Standing::Absent;
        f.presented = false;
        f.intents.destroy = true;
    }));
    assert_eq!(plan, Plan::NOTHING);
}

#[test]
fn row_1_giving_up_a_privilege_with_everything_else_is_a_logout_whatever_row_2_says() {
    for restart in [false, true] {
        let plan = plan(&with(|f| {
            f.intents.restart = restart;
            f.summary =
                Summary { changed: true, owner: OwnerChange::Left, emptied: true, ..Summary::default() };
        }));
        assert_eq!(plan, Plan { op: Op::Delete, cookie: CookiePlan::Remove });
    }
}

#[test]
fn row_2_a_restart_wipes_everything_and_writes_the_whole_new_value() {
    let plan = plan(&with(|f| (f.intents.restart, f.summary.changed) = (true, true)));
    assert!(matches!(plan.op, Op::Rotate { wipe: Wipe::Restarted, select: Select::All, .. }));
    assert_eq!(plan.cookie, CookiePlan::Set);
}

#[test]
fn row_2_losing_the_owner_wipes_and_forgets_the_authentication() {
    // T30
    for (owner, authenticated) in [(OwnerChange::Replaced, Some(NOW)), (OwnerChange::Left, None)] {
        let plan = plan(&with(|f| f.summary = Summary { changed: true, owner, ..Summary::default() }));
        let Op::Rotate { select, wipe, stamp } = plan.op else { panic!("{plan:?}") };
        assert_eq!((select, wipe), (Select::Surviving, Wipe::OwnerChanged));
        assert_eq!(stamp.authenticated, Some(authenticated));
        assert_eq!(plan.cookie, CookiePlan::Set);
    }
}

#[test]
fn row_5_a_csrf_token_begins_a_session_and_changes_none() {
    // S28
    let of =
        |standing, ending| plan(&with(|f| (f.standing, f.ending, f.intents.csrf) = (standing, ending, true)));
    let begun = of(Standing::Absent, Ending::Commit);
    assert!(matches!(begun, Plan { op: Op::Create(_), cookie: CookiePlan::Set }), "{begun:?}");
    assert_eq!(of(Standing::Absent, Ending::Drop), Plan::NOTHING);
    for standing in [Standing::Live(times()), Standing::Dead, Standing::Unusable] {
        assert_eq!(of(standing, Ending::Commit), Plan::NOTHING, "{standing:?}");
    }
}

#[test]
fn row_3_a_privilege_change_rotates_with_the_changes_in_one_call() {
    // S11, S12, S13
    let changed = Summary { changed: true, ..Summary::default() };
    let cases = [
        with(|f| f.summary = Summary { owner: OwnerChange::Taken, ..changed }),
        with(|f| f.summary = Summary { privileged: true, ..changed }),
        with(|f| f.intents.authenticated = true),
        with(|f| f.intents.rotate = true),
    ];
    for facts in cases {
        let plan = plan(&facts);
        let Op::Rotate { select, wipe, stamp } = plan.op else { panic!("{plan:?}") };
        assert_eq!((select, wipe, plan.cookie), (Select::All, Wipe::Nothing, CookiePlan::Set));
        let authenticates = facts.intents.authenticated || facts.summary.owner == OwnerChange::Taken;
        // S21, S22: authentication begins both deadlines anew, and nothing else does
        assert_eq!(stamp.expires, authenticates.then(|| NOW.after(8 * HOUR)));
        assert_eq!(stamp.authenticated, authenticates.then_some(Some(NOW)));
    }
}

#[test]
fn row_4_changes_are_one_update_and_no_cookie() {
    let plan = plan(&with(|f| f.summary.changed = true));
    assert_eq!(
        plan,
        Plan { op: Op::Update { select: Select::All, stamp: Stamp::default() }, cookie: CookiePlan::Leave }
    );
}

#[test]
fn row_4_where_there_is_no_session_changes_create_one() {
    let plan = plan(&with(|f| {
        f.standing = Standing::Absent;
        f.summary.changed = true;
    }));
    let Op::Create(stamp) = plan.op else { panic!("{plan:?}") };
    assert_eq!(plan.cookie, CookiePlan::Set);
    assert_eq!((stamp.idle, stamp.expires), (Some(HOUR), Some(NOW.after(8 * HOUR))));
    assert_eq!(stamp.authenticated, Some(None), "nobody logged in");
}

#[test]
fn row_6_nothing_done_is_nothing_stored() {
    // S26, T5: nor created, nor is a cookie sent, whatever was presented
    for standing in STANDINGS {
        for ending in [Ending::Commit, Ending::Drop] {
            assert_eq!(plan(&with(|f| (f.standing, f.ending) = (standing(), ending))), Plan::NOTHING);
        }
    }
}

#[test]
fn a_dead_or_unusable_session_refuses_what_would_be_stored() {
    // T2, T4, T8
    for standing in [Standing::Dead, Standing::Ended, Standing::Unusable] {
        let refused = [
            with(|f| f.summary.changed = true),
            with(|f| f.intents.rotate = true),
            with(|f| f.intents.restart = true),
            with(|f| f.intents.authenticated = true),
            with(|f| f.intents.remember = Some(true)),
        ];
        for facts in refused {
            assert_eq!(plan(&Facts { standing, ..facts }), Plan::REFUSE);
            assert_eq!(plan(&Facts { standing, ending: Ending::Drop, ..facts }), Plan::NOTHING);
        }
    }
}

#[test]
fn a_login_by_an_id_that_was_dead_when_it_came_begins_a_session_of_its_own() {
    // T2: what was alive when the request came, or is somebody's and unreadable, is no ground for one
    let login =
        with(|f| f.summary = Summary { changed: true, owner: OwnerChange::Taken, ..Summary::default() });
    let begun = plan(&Facts { standing: Standing::Dead, ..login });
    let Plan { op: Op::Create(stamp), cookie: CookiePlan::Set } = begun else { panic!("{begun:?}") };
    assert_eq!(stamp.authenticated, Some(Some(NOW)));
    assert_eq!(plan(&Facts { standing: Standing::Dead, ending: Ending::Drop, ..login }), Plan::NOTHING);
    for standing in [Standing::Ended, Standing::Unusable] {
        assert_eq!(plan(&Facts { standing, ..login }), Plan::REFUSE);
    }
    for owner in [OwnerChange::Same, OwnerChange::Left, OwnerChange::Replaced] {
        let summary = Summary { changed: true, privileged: true, owner, ..Summary::default() };
        assert_eq!(plan(&with(|f| (f.standing, f.summary) = (Standing::Dead, summary))), Plan::REFUSE);
    }
}

#[test]
fn a_failed_request_drops_changes_but_not_the_loss_of_a_privilege() {
    let dropped = |summary| plan(&with(|f| (f.ending, f.summary) = (Ending::Drop, summary)));
    let changed = Summary { changed: true, ..Summary::default() };
    assert_eq!(dropped(changed), Plan::NOTHING);
    assert_eq!(
        dropped(Summary { owner: OwnerChange::Taken, ..changed }),
        Plan::NOTHING,
        "a login that failed"
    );
    assert_eq!(
        dropped(Summary { privileged: true, ..changed }),
        Plan::NOTHING,
        "a privilege that was not got"
    );
    let lost = dropped(Summary { privileged: true, dropped: true, ..changed });
    assert!(matches!(lost.op, Op::Rotate { select: Select::DroppedPrivileges, wipe: Wipe::Nothing, .. }));
    for owner in [OwnerChange::Left, OwnerChange::Replaced] {
        assert_eq!(
            dropped(Summary { owner, ..changed }).op,
            Op::Delete,
            "a failed switch of user ends the session"
        );
    }
    let rotated = plan(&with(|f| (f.ending, f.intents.rotate) = (Ending::Drop, true)));
    assert!(matches!(rotated.op, Op::Rotate { select: Select::None, .. }));
}

#[test]
fn s21_past_the_absolute_deadline_nothing_is_stored_any_more() {
    let late = |change: fn(&mut Facts)| {
        let mut facts = with(change);
        facts.now = NOW.after(8 * HOUR);
        plan(&facts)
    };
    assert_eq!(late(|f| f.summary.changed = true), Plan::REFUSE);
    assert_eq!(late(|f| f.intents.authenticated = true), Plan::REFUSE);
    assert_eq!(late(|_| {}), Plan::NOTHING, "not even activity");
    assert_eq!(late(|f| f.intents.destroy = true).op, Op::Delete);
}

#[test]
fn s20_activity_is_recorded_once_in_a_tenth_of_the_idle_time() {
    let after = |by| plan(&with(|f| f.now = NOW.after(by)));
    assert_eq!(after(Duration::from_secs(359)), Plan::NOTHING);
    assert_eq!(after(HOUR / 10), Plan { op: Op::Touch, cookie: CookiePlan::Leave });
    let written = plan(&with(|f| (f.now, f.summary.changed) = (NOW.after(HOUR / 10), true)));
    let Op::Update { stamp, .. } = written.op else { panic!("{written:?}") };
    assert_eq!(
        stamp,
        Stamp { last_seen: Some(NOW.after(HOUR / 10)), ..Stamp::default() },
        "S21: the end stays"
    );
}

#[test]
fn s20_background_work_is_no_activity() {
    let plan = plan(&with(|f| (f.now, f.activity, f.summary.changed) = (NOW.after(HOUR / 2), false, true)));
    assert_eq!(plan.op, Op::Update { select: Select::All, stamp: Stamp::default() });
}

#[test]
fn a_shown_message_is_taken_away_by_an_update() {
    let plan = plan(&with(|f| f.summary.consumed = true));
    assert!(matches!(plan.op, Op::Update { select: Select::All, .. }));
}

#[test]
fn s44_a_persistent_cookie_is_renewed_with_the_recorded_activity() {
    let persistent = |by| plan(&with(|f| (f.now, f.lifetimes.persistent) = (NOW.after(by), true)));
    assert_eq!(persistent(Duration::ZERO).cookie, CookiePlan::Leave);
    assert_eq!(persistent(HOUR / 10), Plan { op: Op::Touch, cookie: CookiePlan::Set });
}

#[test]
fn s45_the_longer_lifetime_is_chosen_and_given_up() {
    for (remember, idle, absolute) in [(true, MONTH, MONTH), (false, HOUR, 8 * HOUR)] {
        let plan = plan(&with(|f| f.intents.remember = Some(remember)));
        let Op::Update { stamp, .. } = plan.op else { panic!("{plan:?}") };
        assert_eq!((stamp.idle, stamp.expires), (Some(idle), Some(NOW.after(absolute))));
        assert_eq!((stamp.remembered, plan.cookie), (Some(remember), CookiePlan::Set));
    }
}

#[test]
fn s45_a_new_owner_does_not_inherit_the_longer_lifetime_and_confirming_keeps_it() {
    let remembered = Standing::Live(Times { remembered: true, idle: MONTH, ..times() });
    let stamp = |change: fn(&mut Facts)| {
        let mut facts = with(change);
        facts.standing = remembered;
        match plan(&facts).op {
            Op::Rotate { stamp, .. } => stamp,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(stamp(|f| f.summary.owner = OwnerChange::Replaced).remembered, Some(false));
    assert_eq!(stamp(|f| f.intents.authenticated = true).remembered, Some(true));
}

#[test]
fn t35_no_time_and_no_lifetime_makes_a_plan_panic() {
    let extremes = [Timestamp::from_millis(0), NOW, Timestamp::from_millis(u64::MAX)];
    for now in extremes {
        for last_seen in extremes {
            for expires in extremes {
                for idle in [Duration::ZERO, Duration::MAX] {
                    let lifetimes = Lifetimes {
                        idle,
                        absolute: Duration::MAX,
                        remember: None,
                        persistent: true,
                        ..LIFETIMES
                    };
                    let standing =
                        Standing::Live(Times { last_seen, idle, expires, remembered: true, ..times() });
                    let planned = plan(&with(|f| {
                        (f.standing, f.lifetimes, f.now) = (standing, lifetimes, now);
                        f.summary.changed = true;
                    }));
                    assert!(now < expires || planned == Plan::REFUSE, "fails closed: {planned:?}");
                }
            }
        }
    }
}

#[test]
fn s59_a_cookie_under_an_older_key_is_sent_anew_also_by_a_request_that_only_reads() {
    let stale = |change: fn(&mut Facts)| {
        plan(&with(|f| {
            f.standing = Standing::Live(Times { stale: true, ..times() });
            change(f);
        }))
    };
    assert_eq!(stale(|_| ()), Plan { op: Op::Nothing, cookie: CookiePlan::Set });
    assert_eq!(stale(|f| f.activity = false).cookie, CookiePlan::Set);
    assert_eq!(stale(|f| f.summary.changed = true).cookie, CookiePlan::Set);
    assert_eq!(stale(|f| f.intents.destroy = true).cookie, CookiePlan::Remove);
    assert_eq!(stale(|f| f.ending = Ending::Drop), Plan::NOTHING);
}
