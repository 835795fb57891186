//! The session type changes while somebody acts as somebody else, or just before (T42).

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use session_runtime::observe::Counters;
use session_runtime::{Error, Session, Sessions, with_session};
use session_tests::{Browser, ScriptedStore, serve};

mod before {
    use session_runtime::Impersonator;

    #[session_runtime::session(version = 1)]
    pub(super) struct Shop {
        #[session(owner)]
        pub(super) user: Option<String>,
        #[session(privileged)]
        pub(super) staff: bool,
        #[session(impersonator)]
        pub(super) admin: Option<Impersonator<String>>,
        #[session(keep)]
        pub(super) theme: String,
        pub(super) hits: u64,
    }
}

mod after {
    use session_runtime::{Impersonator, Migration, MigrationError};

    #[session_runtime::session(version = 2, migrate = migrate)]
    pub(super) struct Shop {
        #[session(owner)]
        pub(super) user: Option<String>,
        #[session(privileged)]
        pub(super) staff: bool,
        #[session(impersonator)]
        pub(super) admin: Option<Impersonator<String>>,
        #[session(keep)]
        pub(super) look: String,
        pub(super) visits: u64,
    }

    fn migrate(session: &mut Migration) -> Result<(), MigrationError> {
        session.rename("theme", "look")?;
        session.rename("hits", "visits")
    }
}

#[with_session]
async fn show(session: Option<&after::Shop>) -> String {
    let Some(after::Shop { user, staff, admin, look, visits }) = session else {
        return "anonymous".to_owned();
    };
    let (user, admin) = (user.as_deref().unwrap_or("-"), admin.as_ref().map_or("-", |admin| admin.user()));
    format!("{user} by {admin} staff={staff} look={look} visits={visits}")
}

async fn begin_before(handle: Session<before::Shop>, Path(user): Path<String>) -> Result<(), Error> {
    handle.impersonate(&user).await
}

async fn begin(handle: Session<after::Shop>, Path(user): Path<String>) -> Result<(), Error> {
    handle.impersonate(&user).await
}

#[with_session]
async fn back(session: &after::Shop, handle: Session<after::Shop>) -> Result<String, Error> {
    assert!(session.admin.is_some());
    handle.stop_impersonating().await?;
    let now = handle.get();
    Ok(format!("{:?} staff={}", now.user, now.staff))
}

/// The application before and after the change, on one store, and an administrator of the time before.
struct World {
    counters: Arc<Counters>,
    sessions: Sessions<after::Shop>,
    before: Browser,
    after: Browser,
}

impl World {
    async fn new() -> Self {
        let (store, counters) = (ScriptedStore::new(), Arc::new(Counters::default()));
        let old = Sessions::<before::Shop>::new(store.clone()).unwrap();
        let sessions =
            Sessions::<after::Shop>::builder(store).observer(Arc::clone(&counters)).build().unwrap();
        let (user, theme) = (Some("root".to_owned()), "dark".to_owned());
        let administrator = before::Shop { user, staff: true, admin: None, theme, hits: 5 };
        let issued = old.issue(administrator).await.unwrap();
        let routes = Router::new().route("/as/{user}", post(begin_before)).layer(old);
        let mut before = Browser::new(serve(routes).await);
        let routes =
            Router::new().route("/", get(show)).route("/as/{user}", post(begin)).route("/back", post(back));
        let mut after = Browser::new(serve(routes.layer(sessions.clone())).await);
        before.plant(issued.cookie());
        after.plant(issued.cookie());
        Self { counters, sessions, before, after }
    }
}

#[tokio::test]
async fn t42_a_session_of_an_earlier_version_is_put_aside_and_goes_on_as_it_is_read_now() {
    let World { counters, mut after, .. } = World::new().await;
    assert_eq!(after.post("/as/ann").await.status, 200);
    assert_eq!(counters.snapshot().migrated, 1);
    assert_eq!(after.get("/").await.body, "ann by root staff=false look=dark visits=0");
    assert_eq!(after.post("/back").await.body, "Some(\"root\") staff=true");
    assert_eq!(after.get("/").await.body, "root by - staff=true look=dark visits=5");
    let counts = counters.snapshot();
    assert_eq!((counts.migrated, counts.fields_reset), (1, 0), "it was written as of the present version");
    assert_eq!((counts.impersonations_begun, counts.impersonations_ended), (1, 1));
}

#[tokio::test]
async fn t42_what_an_earlier_version_put_aside_does_not_come_back_and_the_session_ends() {
    let World { counters, sessions, mut before, mut after } = World::new().await;
    assert_eq!(before.post("/as/ann").await.status, 200);
    let cookie = before.cookie().unwrap();
    after.plant(&cookie);
    assert_eq!(after.get("/").await.body, "ann by root staff=false look=dark visits=0");
    assert_eq!(sessions.sessions_of(&"root".to_owned()).await.unwrap().len(), 1);
    let ended = after.post("/back").await;
    assert_eq!((ended.status, ended.body.as_str()), (200, "None staff=false"), "nobody, as after a logout");
    assert!(ended.removes_cookie());
    after.plant(&cookie);
    assert_eq!(after.get("/").await.body, "anonymous", "a copy of the cookie is dead");
    assert_eq!(sessions.sessions_of(&"root".to_owned()).await.unwrap().len(), 0);
    let counts = counters.snapshot();
    assert_eq!((counts.impersonations_ended, counts.destroyed), (1, 1));
}
