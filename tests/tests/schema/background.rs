//! Background work on sessions that a server of the earlier version wrote.

use session_runtime::{Migration, MigrationError, Sessions, session};
use session_tests::{Moment, Op, ScriptedStore, patiently};

mod before {
    #[session_runtime::session]
    pub(crate) struct Account {
        #[session(owner)]
        pub(crate) user: Option<u64>,
        pub(crate) hits: u64,
    }
}

#[session(version = 1, migrate = migrate)]
struct Account {
    #[session(owner)]
    user: Option<u64>,
    #[session(merge = add)]
    visits: u64,
}

fn migrate(session: &mut Migration) -> Result<(), MigrationError> {
    session.rename("hits", "visits")
}

#[tokio::test]
async fn s17_t42_background_work_finds_the_session_of_a_handle_migrated() {
    let store = ScriptedStore::new();
    let old = Sessions::<before::Account>::new(store.clone()).unwrap();
    let new = Sessions::<Account>::new(store.clone()).unwrap();
    let issued = old.issue(before::Account { user: Some(7), hits: 5 }).await.unwrap();
    let handle = new.sessions_of(&7).await.unwrap()[0].handle();
    new.edit_of(&7, handle, |account| account.visits += 1).await.unwrap();
    assert_eq!(new.edit(issued.token(), |account| account.visits).await.unwrap(), 6);
}

#[tokio::test]
async fn s17_t42_it_meets_a_write_of_the_earlier_version_and_nothing_is_lost() {
    let store = ScriptedStore::new();
    let old = Sessions::<before::Account>::new(store.clone()).unwrap();
    let new = Sessions::<Account>::new(store.clone()).unwrap();
    let issued = old.issue(before::Account { user: Some(7), hits: 5 }).await.unwrap();
    let handle = new.sessions_of(&7).await.unwrap()[0].handle();
    let gate = store.pause(Moment::Before(Op::Update));
    let editing = {
        let new = new.clone();
        tokio::spawn(async move { new.edit_of(&7, handle, |account| account.visits += 1).await })
    };
    gate.reached().await;
    old.edit(issued.token(), |account| account.hits += 10).await.unwrap();
    gate.open();
    patiently("the edit", editing).await.unwrap().unwrap();
    assert_eq!(new.edit(issued.token(), |account| account.visits).await.unwrap(), 16);
}
