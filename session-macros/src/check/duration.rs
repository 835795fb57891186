//! Durations: `"90s"`, `"30m"`, `"1h30m"`, `"30d"`, `"2w"`.

use syn::LitStr;

use crate::diag::Mistake;

use super::cookie_rules::MAX_LIFETIME_SECONDS;

/// Units with their seconds, as the help names them.
const UNITS: [(char, u64); 5] = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400), ('w', 604_800)];

const HELP: &str =
    "write whole numbers with a unit (`s`, `m`, `h`, `d`, `w`), such as `\"30m\"` or `\"1h30m\"`";

/// Its seconds: more than none, and no more than browsers keep a cookie.
pub(super) fn seconds(written: &LitStr) -> Result<u64, Mistake> {
    let text = written.value();
    let seconds = parse(&text).map_err(|why| {
        Mistake::new(written, format!("`{}` is not a duration: {why}", text.escape_debug()), HELP)
    })?;
    if seconds == 0 {
        return Err(Mistake::new(written, format!("`{text}` is no time at all"), HELP));
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
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let mut after = after.chars();
        let unit = after.next();
        sum = sum.saturating_add(part(number, unit)?);
        rest = after.as_str();
    }
    if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(sum) }
}

fn part(number: &str, unit: Option<char>) -> Result<u64, String> {
    match unit {
        None => Err(format!("`{number}` has no unit")),
        Some(unit) if number.is_empty() => {
            Err(format!("there is no whole number before `{}`", unit.escape_debug()))
        }
        Some(unit) => {
            let known = UNITS.iter().find(|(name, _)| *name == unit);
            let (_, seconds) = known.ok_or_else(|| format!("`{}` is not a unit", unit.escape_debug()))?;
            // a number with too many digits for `u64` is too long in any unit
            Ok(number.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(*seconds))
        }
    }
}

#[cfg(test)]
mod tests;
