//! `idle`, `absolute` and `remember`, and how they stand to each other.

use syn::LitStr;

use crate::diag::{Errors, Mistake};
use crate::parse::StructOptions;

use super::cookie_rules::{DEFAULT_ABSOLUTE_SECONDS, DEFAULT_IDLE_SECONDS};
use super::duration::seconds;

/// The lifetimes that were written, in seconds.
#[derive(Default)]
pub(super) struct Lifetimes {
    pub idle: Option<u64>,
    pub absolute: Option<u64>,
    pub remember: Option<u64>,
}

/// Reads and compares them.
pub(super) fn lifetimes(options: &StructOptions, errors: &Errors) -> Option<Lifetimes> {
    let idle = errors.ok(written(options.idle.as_ref()));
    let absolute = errors.ok(written(options.absolute.as_ref()));
    let remember = errors.ok(written(options.remember.as_ref()));
    let lifetimes = Lifetimes { idle: idle?, absolute: absolute?, remember: remember? };
    idle_within_absolute(&lifetimes, options, errors);
    remember_beyond_absolute(&lifetimes, options, errors);
    Some(lifetimes)
}

pub(super) fn written(option: Option<&LitStr>) -> Result<Option<u64>, Mistake> {
    option.map(seconds).transpose()
}

fn idle_within_absolute(lifetimes: &Lifetimes, options: &StructOptions, errors: &Errors) {
    let idle = lifetimes.idle.unwrap_or(DEFAULT_IDLE_SECONDS);
    let absolute = lifetimes.absolute.unwrap_or(DEFAULT_ABSOLUTE_SECONDS);
    if idle <= absolute {
        return;
    }
    let (at, help) = match (&options.idle, &options.absolute) {
        (Some(idle), Some(_)) => (idle, "write a shorter `idle` or a longer `absolute`".to_owned()),
        (Some(idle), None) => {
            let hours = hours(DEFAULT_ABSOLUTE_SECONDS);
            (idle, format!("write a longer `absolute` too; without it a session lives for {hours}"))
        }
        (None, Some(absolute)) => {
            let hours = hours(DEFAULT_IDLE_SECONDS);
            (absolute, format!("write a shorter `idle` too; without it a session may idle for {hours}"))
        }
        (None, None) => return,
    };
    errors.push(Mistake::new(at, "`idle` is longer than `absolute`, so it would never end a session", help));
}

pub(super) fn hours(seconds: u64) -> String {
    match seconds / 3_600 {
        1 => "1 hour".to_owned(),
        hours => format!("{hours} hours"),
    }
}

fn remember_beyond_absolute(lifetimes: &Lifetimes, options: &StructOptions, errors: &Errors) {
    let absolute = lifetimes.absolute.unwrap_or(DEFAULT_ABSOLUTE_SECONDS);
    if let (Some(remember), Some(at)) = (lifetimes.remember, &options.remember)
        && remember < absolute
    {
        let fact = "`remember` is shorter than `absolute`, so remembering would end a session early";
        errors.push(Mistake::new(at, fact, "write a longer `remember` or a shorter `absolute`"));
    }
}
