//! What is put aside, byte for byte, and what is refused.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::changes::{Changes, Refusal};
use crate::error::{Error, Kind};
use crate::record::{Meta, MetaChange, OpId, Record};
use crate::session;

#[session(crate = crate)]
struct Shop {
    #[session(owner)]
    user: Option<u32>,
    #[session(label)]
    device: String,
    #[session(impersonator, alias = "support")]
    admin: Option<Impersonator<u32>>,
    cart: Vec<u32>,
}

#[session(crate = crate)]
struct Plain {
    #[session(owner)]
    user: Option<u32>,
}

const NOW: Timestamp = Timestamp::from_millis(5000);

fn of_shop() -> Impersonation {
    Impersonation::of::<Shop>().unwrap()
}

fn record(owner: Option<&str>, fields: &[(&str, &str)]) -> Arc<Record> {
    let mut meta = Meta::new(NOW, Duration::from_secs(60), Timestamp::from_millis(u64::MAX));
    (meta.owner, meta.last_op) = (owner.map(Into::into), OpId::next());
    Arc::new(Record::new(meta, fields.iter().copied().collect()))
}

fn keep() -> Arc<[Cow<'static, str>]> {
    Arc::from([Cow::Borrowed("theme")])
}

fn changes(base: &Arc<Record>, exchange: Exchange) -> Changes {
    Changes {
        op: OpId::next(),
        base: Some(Arc::clone(base)),
        fields: exchange.fields,
        values: exchange.values,
        wipe: Some(exchange.keep),
        exact: true,
        meta: MetaChange::default(),
        max_bytes: usize::MAX,
        decoded: None,
    }
}

fn begun(record: &Arc<Record>) -> Result<Arc<Record>, Error> {
    let exchange = of_shop().begin(record, "8", NOW, &keep())?;
    Ok(Arc::new(changes(record, exchange).apply(record).unwrap()))
}

fn ended(record: &Arc<Record>) -> Result<Record, Error> {
    let exchange = of_shop().end(record, keep())?.unwrap();
    Ok(changes(record, exchange).apply(record).unwrap())
}

fn fields(record: &Record) -> Vec<(&str, &str)> {
    let mut fields: Vec<_> =
        record.fields().iter().map(|(key, json)| (key, std::str::from_utf8(json).unwrap())).collect();
    fields.sort_unstable();
    fields
}

const OWN: [(&str, &str); 6] = [
    ("cart", "[1, 2]"),
    ("device", "\"laptop\""),
    ("notes.\"text\"", "\"hers\""),
    ("theme", "\"dark\""),
    ("unknown", "{ \"a\":1.0e2 }"),
    ("user", "7"),
];

#[test]
fn what_was_put_aside_comes_back_byte_for_byte() {
    let own = record(Some("7"), &OWN);
    let acting = begun(&own).unwrap();
    let keys: Vec<&str> = fields(&acting).iter().map(|(key, _)| *key).collect();
    assert_eq!(keys, ["admin", "device", "theme", "user"], "what is kept, and the label");
    assert_eq!(acting.fields().get("user"), Some(&b"8"[..]));
    assert_eq!(acting.meta().owner.as_deref(), Some("7"));
    assert!(of_shop().is_on(&acting) && !of_shop().is_on(&own));

    // as the user, things happen
    let happened = [("cart", "[9]"), ("device", "\"phone\""), ("theme", "\"light\""), ("note.user", "1")];
    let mut later: Vec<_> = fields(&acting).into_iter().filter(|(key, _)| *key == "admin").collect();
    later.extend(happened);
    let back = ended(&record(Some("7"), &later)).unwrap();
    let mut expected = OWN.to_vec();
    expected[3] = ("theme", "\"light\"");
    assert_eq!(fields(&back), expected);
}

#[test]
fn t34_a_write_that_nobody_put_aside_is_in_the_way() {
    let own = record(Some("7"), &OWN);
    let begin = changes(&own, of_shop().begin(&own, "8", NOW, &keep()).unwrap());
    let later = Record::new(Meta { last_op: OpId::next(), ..own.meta().clone() }, own.fields().clone());
    assert_eq!(begin.apply(&later).map(drop), Err(Refusal::Conflict), "though all fields are the same");
    let seen = Record::new(
        Meta { last_seen: NOW.after(Duration::from_secs(1)), ..own.meta().clone() },
        own.fields().clone(),
    );
    assert!(begin.apply(&seen).is_ok(), "activity is no write");
    assert!(begin.onto(&own).is_err(), "what was put aside cannot be merged");
    assert!(Changes { base: None, ..begin }.apply(&own).is_err());
}

#[test]
fn what_cannot_begin_or_end_says_why() {
    let why = |error: Error| error.cannot_impersonate().unwrap();
    assert_eq!(why(begun(&record(None, &[])).unwrap_err()), CannotImpersonate::NotLoggedIn);
    assert_eq!(why(begun(&record(Some("8"), &[("user", "8")])).unwrap_err()), CannotImpersonate::SameUser);
    let acting = begun(&record(Some("7"), &OWN)).unwrap();
    assert_eq!(why(begun(&acting).unwrap_err()), CannotImpersonate::AlreadyImpersonating);
    for fields in [&[][..], &[("admin", "null")]] {
        let error = ended(&record(Some("7"), fields)).map(drop).unwrap_err();
        assert_eq!(error.status(), 409);
        assert_eq!(why(error), CannotImpersonate::NotImpersonating);
    }
    assert!(Impersonation::of::<Plain>().is_none());
}

#[test]
fn under_its_earlier_name_the_mark_is_one() {
    let acting = begun(&record(Some("7"), &OWN)).unwrap();
    let renamed: Vec<_> = fields(&acting)
        .into_iter()
        .map(|(key, json)| (if key == "admin" { "support" } else { key }, json))
        .collect();
    let renamed = record(Some("7"), &renamed);
    assert!(of_shop().is_on(&renamed));
    assert_eq!(fields(&ended(&renamed).unwrap()), OWN);
}

#[test]
fn t42_a_mark_that_does_not_decode_is_none_to_come_back_by() {
    type Field = Option<Impersonator<u32>>;
    let whole = r#"{"user":7,"since":5000,"values":{"cart":[1]}}"#;
    let impersonator = <Field as Mark<Option<u32>>>::decode(whole.as_bytes()).unwrap().unwrap();
    assert_eq!((*impersonator.user(), impersonator.since()), (7, NOW));
    for torn in [
        "7",
        "{}",
        r#"{"user":"ann","since":5000,"values":{}}"#,
        r#"{"user":7,"since":-1,"values":{}}"#,
        r#"{"user":7,"since":5000}"#,
        r#"{"user":7,"since":5000,"values":[1]}"#,
    ] {
        assert!(<Field as Mark<Option<u32>>>::decode(torn.as_bytes()).is_err(), "{torn}");
        if torn != r#"{"user":"ann","since":5000,"values":{}}"# {
            let error = ended(&record(Some("7"), &[("admin", torn)])).map(drop).unwrap_err();
            assert_eq!(error.kind(), &Kind::Gone, "{torn}");
        }
    }
}

#[test]
fn t22_nothing_of_it_is_in_a_debug_text() {
    let impersonator = Impersonator { user: "canary", since: NOW };
    assert_eq!(
        format!("{:?} {:?}", impersonator, Some(&impersonator)),
        "Impersonator(..) Some(Impersonator(..))"
    );
    let acting = begun(&record(Some("7"), &[("cart", "\"canary\"")])).unwrap();
    let exchange = of_shop().end(&acting, keep()).unwrap().unwrap();
    assert!(!format!("{acting:?} {exchange:?}").contains("canary"));
}
