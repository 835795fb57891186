//! A session type with a code for a discount, which becomes a list of them; and what handlers of both versions do.

use session_runtime::{KeyRing, Migration, MigrationError, SecretKey, session, with_session};

pub(crate) mod before {
    #[session_runtime::session]
    pub(crate) struct Code {
        pub(crate) coupon: String,
        pub(crate) note: String,
    }
}

#[session(version = 1, migrate = into_list)]
pub(crate) struct Code {
    pub(crate) coupons: Vec<String>,
    pub(crate) note: String,
}

fn into_list(session: &mut Migration) -> Result<(), MigrationError> {
    let coupon: Option<String> = session.get("coupon")?;
    session.remove("coupon");
    session.set("coupons", &Vec::from_iter(coupon))
}

#[with_session]
pub(crate) async fn show(session: &Code) -> String {
    format!("{} {}", session.coupons.join("+"), session.note)
}

#[with_session]
pub(crate) async fn note(session: &mut Code) {
    session.note.push('!');
}

#[with_session]
pub(crate) async fn note_before(session: &mut before::Code) {
    session.note.push('?');
}

#[with_session]
pub(crate) async fn coupon_before(session: &mut before::Code) {
    "spring".clone_into(&mut session.coupon);
}

/// The same in both versions, and in each test.
pub(crate) fn keys() -> KeyRing {
    use sha2::Digest as _;
    KeyRing::new(SecretKey::from_bytes(sha2::Sha256::digest("keys of these tests")).unwrap())
}

/// A session of the earlier version.
pub(crate) fn value() -> before::Code {
    before::Code { coupon: "winter".to_owned(), note: "n".to_owned() }
}
