//! `renew` and `grace`: how long an id is used, and the one before (S24).

use crate::diag::{Errors, Mistake};
use crate::parse::StructOptions;

use super::cookie_rules::{
    DEFAULT_ABSOLUTE_SECONDS, DEFAULT_GRACE_SECONDS, GRACES_IN_A_RENEWAL, LONGEST_GRACE_SECONDS,
};
use super::duration::seconds;
use super::lifetimes::{hours, written};

/// What was written, in seconds.
#[derive(Default)]
pub(super) struct Renewal {
    pub renew: Option<u64>,
    pub grace: Option<u64>,
}

/// Reads and compares them.
pub(super) fn renewal(options: &StructOptions, errors: &Errors) -> Option<Renewal> {
    let renew = errors.ok(written(options.renew.as_ref()));
    let grace = errors.ok(written(options.grace.as_ref()));
    let renewal = Renewal { renew: renew?, grace: grace? };
    let is_possible = grace_is_remembered(&renewal, options, errors);
    if is_possible {
        several_graces(&renewal, options, errors);
    }
    within_absolute(&renewal, options, errors);
    Some(renewal)
}

fn grace_is_remembered(renewal: &Renewal, options: &StructOptions, errors: &Errors) -> bool {
    let (Some(grace), Some(at)) = (renewal.grace, &options.grace) else { return true };
    if grace > LONGEST_GRACE_SECONDS {
        let fact = "`grace` is longer than two minutes, for which a dead id is remembered";
        errors.push(Mistake::new(at, fact, "write `\"2m\"` or less"));
        return false;
    }
    true
}

fn several_graces(renewal: &Renewal, options: &StructOptions, errors: &Errors) {
    let (Some(renew), Some(at)) = (renewal.renew, &options.renew) else { return };
    let shortest = renewal.grace.unwrap_or(DEFAULT_GRACE_SECONDS) * u64::from(GRACES_IN_A_RENEWAL);
    if renew < shortest {
        let fact = "`renew` is shorter than four times `grace`: the old id would be good most of the time";
        let help = match renewal.grace {
            Some(_) => format!("write `\"{shortest}s\"` or more, or a shorter `grace`"),
            None => format!(
                "write `\"{shortest}s\"` or more; without `grace` it is {DEFAULT_GRACE_SECONDS} seconds"
            ),
        };
        errors.push(Mistake::new(at, fact, help));
    }
}

fn within_absolute(renewal: &Renewal, options: &StructOptions, errors: &Errors) {
    let (Some(renew), Some(at)) = (renewal.renew, &options.renew) else { return };
    // a bad duration is reported already
    let absolute = options.absolute.as_ref().map_or(Ok(DEFAULT_ABSOLUTE_SECONDS), seconds);
    if absolute.is_ok_and(|absolute| renew >= absolute) {
        let help = if options.absolute.is_some() {
            "write a shorter `renew` or a longer `absolute`".to_owned()
        } else {
            let hours = hours(DEFAULT_ABSOLUTE_SECONDS);
            format!("write a longer `absolute` too; without it a session lives for {hours}")
        };
        errors.push(Mistake::new(
            at,
            "`renew` is as long as `absolute`, so no id would ever be renewed",
            help,
        ));
    }
}
