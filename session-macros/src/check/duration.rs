//! Durations: `"90s"`, `"30m"`, `"1h30m"`, `"30d"`, `"2w"`.

use syn::LitStr;

use crate::diag::Mistake;

use super::cookie_rules::MAX_LIFETIME_SECONDS;

/// Units with their seconds, as the help names them.
const UNITS: [(&str, u64); 5] = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400), ("w", 604_800)];

/// Words that are often written for them.
const WORDS: [(&str, &[&str]); 5] = [
    ("s", &["sec", "secs", "second", "seconds"]),
    ("m", &["min", "mins", "minute", "minutes"]),
    ("h", &["hr", "hrs", "hour", "hours"]),
    ("d", &["day", "days"]),
    ("w", &["week", "weeks"]),
];

const HELP: &str =
    "write whole numbers with a unit (`s`, `m`, `h`, `d`, `w`), such as `\"30m\"` or `\"1h30m\"`";

/// Its seconds: more than none, and no more than browsers keep a cookie.
pub(super) fn seconds(written: &LitStr) -> Result<u64, Mistake> {
    let text = written.value();
    let seconds = parse(&text).map_err(|why| {
        let help = meant(&text).map_or_else(|| HELP.to_owned(), |text| format!("did you mean `\"{text}\"`?"));
        Mistake::new(written, format!("`{}` is not a duration: {why}", text.escape_debug()), help)
    })?;
    if seconds == 0 {
        return Err(Mistake::new(written, format!("`{text}` is no time at all"), "write `\"1s\"` or more"));
    }
    if seconds > MAX_LIFETIME_SECONDS {
        let fact = format!("`{text}` is too long: browsers keep a cookie for 400 days at most");
        return Err(Mistake::new(written, fact, "write `\"400d\"` or less"));
    }
    Ok(seconds)
}

/// The sum of its parts, or why it has none.
fn parse(text: &str) -> Result<u64, String> {
    let mut rest = text;
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let (number, after) = split(rest, |c| c.is_ascii_digit());
        let (unit, after) = split(after, char::is_alphabetic);
        // a sign or a space, which stands for itself
        let (unit, after) = match after.chars().next() {
            Some(sign) if unit.is_empty() => after.split_at(sign.len_utf8()),
            _ => (unit, after),
        };
        sum = sum.saturating_add(part(number, unit)?);
        rest = after;
    }
    if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(sum) }
}

fn part(number: &str, unit: &str) -> Result<u64, String> {
    if unit.is_empty() {
        return Err(format!("`{number}` has no unit"));
    }
    if number.is_empty() {
        return Err(format!("there is no whole number before `{}`", unit.escape_debug()));
    }
    let known = UNITS.iter().find(|(name, _)| *name == unit);
    let (_, seconds) = known.ok_or_else(|| format!("`{}` is not a unit", unit.escape_debug()))?;
    // a number with too many digits for `u64` is too long in any unit
    Ok(number.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(*seconds))
}

/// What `1 hour`, `30min` and `30M` mean.
fn meant(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let mut rest = text.trim();
    let mut said = String::new();
    while !rest.is_empty() {
        let (number, after) = split(rest, |c| c.is_ascii_digit());
        let (word, after) = split(after.trim_start(), char::is_alphabetic);
        let named = |(unit, words): &&(&str, &[&str])| *unit == word || words.contains(&word);
        let (unit, _) = WORDS.iter().find(named)?;
        said.extend([number, *unit]);
        rest = after.trim_start();
    }
    parse(&said).is_ok_and(|sum| (1..=MAX_LIFETIME_SECONDS).contains(&sum)).then_some(said)
}

/// What `text` begins with of such letters, and the rest.
fn split(text: &str, is_part: impl Fn(char) -> bool) -> (&str, &str) {
    let rest = text.trim_start_matches(is_part);
    text.split_at(text.len() - rest.len())
}

#[cfg(test)]
mod tests;
