//! Sessions whose owner a migration writes otherwise, where it is not a request of theirs that meets them, or there is no room.

use axum::Router;
use axum::routing::{get, post};
use session_runtime::{
    EncryptedCookieStore, KeyRing, MemoryStore, Migration, MigrationError, RevocationList, SecretKey,
    Sessions, session, with_session,
};
use session_tests::{Browser, ScriptedStore, serve};

mod before {
    #[session_runtime::session(version = 1)]
    pub(crate) struct Account {
        #[session(owner)]
        pub(crate) user: Option<String>,
        pub(crate) note: String,
    }
}

#[session(version = 2, migrate = migrate)]
struct Account {
    #[session(owner)]
    user: Option<String>,
    note: String,
}

/// Longer by so much that a cookie which was full has no room for it.
fn migrate(session: &mut Migration) -> Result<(), MigrationError> {
    match session.get::<Option<String>>("user")?.flatten() {
        Some(user) => session.set("user", &format!("{}{}", user.to_lowercase(), "x".repeat(600))),
        None => Ok(()),
    }
}

#[tokio::test]
async fn s17_t42_background_work_moves_a_session_that_nobody_has_loaded_since() {
    let store = ScriptedStore::new();
    let old = Sessions::<before::Account>::new(store.clone()).unwrap();
    let new = Sessions::<Account>::new(store.clone()).unwrap();
    let issued = old.issue(before::Account { user: Some("Ann".into()), note: String::new() }).await.unwrap();
    let former = "Ann".to_owned();
    let handle = new.sessions_of(&former).await.unwrap()[0].handle();
    new.edit_of(&former, handle, |account| account.note.push('x')).await.unwrap();
    let present = format!("ann{}", "x".repeat(600));
    assert!(new.edit_of(&former, handle, |_| ()).await.unwrap_err().is_gone(), "it is in one index");
    let note = new.edit_of(&present, handle, |account| account.note.clone()).await.unwrap();
    assert_eq!(note, "x");
    assert_eq!(new.revoke_owner(&present).await.unwrap(), 1);
    assert!(new.edit(issued.token(), |_| ()).await.unwrap_err().is_gone());
}

#[with_session]
async fn fill(session: &mut before::Account) {
    (session.user, session.note) = (Some("Ann".into()), "n".repeat(2300));
}

#[with_session]
async fn shrink(session: &mut Account) {
    session.note.clear();
}

#[with_session]
async fn grow(session: &mut Account) {
    session.note.push('n');
}

#[with_session]
async fn show(session: Option<&Account>) -> String {
    session.map_or("anonymous".to_owned(), |account| account.note.len().to_string())
}

#[tokio::test]
async fn s37_t42_a_session_that_its_migration_makes_too_large_for_a_cookie_can_shrink() {
    let keys = KeyRing::new(SecretKey::generate().unwrap());
    let store = MemoryStore::new();
    let cookies =
        || EncryptedCookieStore::new(keys.clone(), RevocationList::new(store.clone())).application("shop");
    let old = Sessions::<before::Account>::new(cookies()).unwrap();
    let new = Sessions::<Account>::new(cookies()).unwrap();
    let earlier = Router::new().route("/fill", post(fill)).layer(old);
    let routes =
        Router::new().route("/", get(show)).route("/shrink", post(shrink)).route("/grow", post(grow));
    let mut first = Browser::new(serve(earlier).await);
    assert_eq!(first.post("/fill").await.status, 200);
    let mut later = Browser::new(serve(routes.layer(new.clone())).await);
    later.plant(&first.cookie().unwrap());
    assert_eq!(later.get("/").await.body, "2300");
    assert_eq!(later.post("/grow").await.status, 500, "as any change that no cookie has room for");
    assert_eq!(later.post("/shrink").await.status, 200);
    assert_eq!(later.get("/").await.body, "0");
    let present = format!("ann{}", "x".repeat(600));
    assert_eq!(new.sessions_of(&present).await.unwrap().len(), 1);
    new.revoke_owner(&present).await.unwrap();
    assert_eq!(later.get("/").await.body, "anonymous");
}
