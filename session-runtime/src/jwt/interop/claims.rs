//! What the registered members of header and payload mean (RFC 7515, 4.1; RFC 7519, 4.1), as `PyJWT` reads them.

use serde_json::{Map, Value};

use super::{Error, Kind};
use crate::clock::Timestamp;

/// Whether the header says HS256 and nothing that changes how the token is to be read (S53).
pub(super) fn is_plain_hs256(header: &Map<String, Value>) -> bool {
    header.get("alg").and_then(Value::as_str) == Some("HS256")
        && header.get("kid").is_none_or(Value::is_string)
        && !header.contains_key("crit")
        && header.get("b64") != Some(&Value::Bool(false))
}

/// Checks the registered claims that are there.
pub(super) fn check(claims: &Map<String, Value>, now: Timestamp) -> Result<(), Error> {
    let now = i128::from(now.as_millis());
    let millis = |claim: &str| match claims.get(claim) {
        None => Ok(None),
        Some(value) => match seconds(value) {
            Some(seconds) => Ok(Some(seconds.saturating_mul(1000))),
            None => Err(Error(Kind::Rejected)),
        },
    };
    for claim in ["iat", "nbf"] {
        if millis(claim)?.is_some_and(|begin| begin > now) {
            return Err(Error(Kind::NotYetValid));
        }
    }
    if millis("exp")?.is_some_and(|end| end <= now) {
        return Err(Error(Kind::Expired));
    }
    let is_no_string = |claim: &str| claims.get(claim).is_some_and(|value| !value.is_string());
    let is_for_somebody = claims.get("aud").is_some_and(is_something);
    if is_no_string("sub") || is_no_string("jti") || is_for_somebody {
        return Err(Error(Kind::Rejected));
    }
    Ok(())
}

/// A point in time as Python's `int` reads it, in whole seconds: a number without its fraction, a truth value, or a text of
/// digits.
fn seconds(value: &Value) -> Option<i128> {
    match value {
        Value::Bool(value) => Some(i128::from(*value)),
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => {
            let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
            // a conversion that saturates; the number is finite
            #[allow(
                clippy::cast_possible_truncation,
                reason = "a time that far away is as good as any other"
            )]
            whole.or_else(|| number.as_f64().map(|number| number as i128))
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether Python takes the value for true.
fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}
