//! Migrations that fail.

use axum::Router;
use axum::routing::{get, post};
use session_runtime::{Migration, MigrationError, Session, Sessions, session, with_session};
use session_tests::{Browser, Op, ScriptedStore, logs, serve};

use crate::world::{before, stored};

macro_rules! failing {
    ($module:ident, $test:ident, $migrate:expr, $why:literal) => {
        mod $module {
            use super::*;

            #[session(version = 2, migrate = migrate)]
            struct Shop {
                note: String,
            }

            fn migrate(session: &mut Migration) -> Result<(), MigrationError> {
                $migrate(session)
            }

            #[with_session]
            async fn read(session: Option<&Shop>) -> String {
                session.is_some().to_string()
            }

            #[with_session]
            async fn write(session: &mut Shop) {
                session.note = "changed".to_owned();
            }

            #[with_session]
            async fn leave(session: &Shop, handle: Session<Shop>) {
                assert!(session.note.is_empty());
                handle.destroy();
            }

            #[tokio::test]
            async fn $test() {
                logs::listen();
                let store = ScriptedStore::new();
                let old = Sessions::<before::Shop>::new(store.clone()).unwrap();
                let issued = old.issue(before::Shop { name: "canary".into(), ..stored() }).await.unwrap();
                store.forget();
                let app = Router::new().route("/", get(read).post(write)).route("/leave", post(leave));
                let app = app.layer(Sessions::<Shop>::new(store.clone()).unwrap());
                let mut browser = Browser::new(serve(app).await);
                browser.plant(issued.cookie());
                let reply = browser.get("/").await;
                assert_eq!((reply.status, reply.body.as_str(), reply.set_cookies().len()), (200, "false", 0));
                let heard = logs::heard();
                assert!(heard.contains("unmigratable") && heard.contains($why), "{heard}");
                assert!(!heard.contains("canary") && !heard.contains(issued.cookie()));
                assert_eq!(browser.post("/").await.status, 409);
                assert_eq!((store.calls(), store.len()), (vec![Op::Load, Op::Load], 1));
                old.edit(issued.token(), |shop| assert_eq!(shop.hits, 5)).await.unwrap();
                assert!(browser.post("/leave").await.removes_cookie(), "a logout ends it all the same");
                assert!(old.edit(issued.token(), |_| ()).await.unwrap_err().is_gone());
            }
        }
    };
}

failing!(
    wrong_type,
    t42_a_migration_that_fails_makes_the_request_anonymous_and_leaves_the_record_alone,
    |session: &mut Migration| session.get::<u64>("name").map(drop),
    "field `name`: it is stored as another type than was asked for"
);
failing!(
    refusing,
    t42_what_a_migration_says_is_in_the_log,
    |_: &mut Migration| Err("from a country that is no more".into()),
    "from a country that is no more"
);
failing!(
    panicking,
    t42_a_migration_that_panics_is_one_that_fails,
    |_: &mut Migration| -> Result<(), MigrationError> { panic!("as the test asked") },
    "the function panicked"
);
