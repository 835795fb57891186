//! S17: what an owner sees of their sessions.

use session_runtime::store::Store as _;
use session_runtime::{SessionHandle, Sessions};

use crate::world::{Account, HOUR, MINUTE, World, on_every_store};

fn ann() -> String {
    "ann".to_owned()
}

#[tokio::test]
async fn s17_an_owner_sees_their_live_sessions_and_nobody_elses() {
    on_every_store(async |world| {
        let begin = session_runtime::clock::Clock::now(&*world.clock);
        let mut laptop = world.logged_in("ann", "laptop").await;
        world.clock.advance(10 * MINUTE);
        world.logged_in("bob", "phone").await;
        let phone = world.logged_in("ann", "phone").await;
        world.browser().post("/act/visitor").await;

        let found = world.sessions.sessions_of(&ann()).await.unwrap();
        let labels: Vec<_> = found.iter().filter_map(|session| session.label()).collect();
        assert_eq!(labels, ["phone", "laptop"], "{:?}: the last used first", world.kind);
        let laptops = &found[1];
        assert_eq!((laptops.created(), laptops.authenticated()), (begin, Some(begin)), "{:?}", world.kind);
        assert_eq!((laptops.last_seen(), laptops.expires()), (begin, begin.after(12 * HOUR)));
        assert_ne!(laptops.handle(), found[0].handle());
        assert!(!format!("{found:?}").contains("phone"), "T22: a label is nobody else's business");

        // a rotation keeps the handle, and a page knows which session it is shown in
        let handle = laptops.handle();
        for deed in ["/act/confirm", "/act/rotate", "/act/elevate"] {
            assert_eq!(laptop.post(deed).await.status, 200, "{:?} {deed}", world.kind);
            let mine = laptop.get("/mine").await.body;
            assert!(mine.contains(&format!("{handle} laptop here\n")), "{:?} {deed}: {mine}", world.kind);
            assert!(mine.contains(" phone there\n") && mine.lines().count() == 2, "{mine}");
        }
        let cookie = phone.cookie().unwrap();
        let (_, id) = cookie.split_once('=').unwrap();
        assert!(!laptop.get("/mine").await.body.contains(id), "S17: the handle is not the id");
        assert_eq!(world.labels_of("eve").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn s17_what_was_logged_out_is_not_listed() {
    on_every_store(async |world| {
        let mut laptop = world.logged_in("ann", "laptop").await;
        let mut phone = world.logged_in("ann", "phone").await;
        assert_eq!(laptop.post("/act/logout").await.status, 200);
        assert_eq!(world.labels_of("ann").await, ["phone"], "{:?}", world.kind);
        // somebody else at the same browser
        assert_eq!(phone.post("/login/bob/phone").await.status, 200);
        assert_eq!(world.labels_of("ann").await, [""; 0], "{:?}", world.kind);
        assert_eq!(world.labels_of("bob").await, ["phone"], "{:?}", world.kind);
        let logins = ["one", "two"];
        for device in logins {
            phone.post(&format!("/login/bob/{device}")).await;
        }
        assert_eq!(world.labels_of("bob").await.len(), 1, "{:?}: one browser is one session", world.kind);
    })
    .await;
}

#[tokio::test]
async fn s73_what_is_over_is_not_listed_and_leaves_the_index() {
    on_every_store(async |world| {
        world.logged_in("ann", "laptop").await;
        world.clock.advance(29 * MINUTE);
        let mut phone = world.logged_in("ann", "phone").await;
        world.clock.advance(2 * MINUTE);
        // a server does not know that a session which lives in its cookie lies idle
        let left: &[&str] = if world.kind.is_cookie() { &["laptop", "phone"] } else { &["phone"] };
        assert_eq!(world.labels_of("ann").await, left, "{:?}", world.kind);
        phone.post("/act/logout").await;
        world.clock.advance(13 * HOUR);
        assert_eq!(world.labels_of("ann").await, [""; 0], "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn s45_a_session_that_came_to_live_longer_is_known_of_for_as_long() {
    on_every_store(async |world| {
        let mut laptop = world.logged_in("ann", "laptop").await;
        world.clock.advance(20 * MINUTE);
        assert_eq!(laptop.post("/act/remember").await.status, 200);
        world.clock.advance(48 * HOUR);
        world.store.sweep(session_runtime::clock::Clock::now(&*world.clock)).await.unwrap();
        // another login strikes out what is over
        world.logged_in("ann", "phone").await;
        assert_eq!(world.labels_of("ann").await, ["laptop", "phone"], "{:?}", world.kind);
        world.sessions.revoke_owner(&ann()).await.unwrap();
        assert_eq!(world.seen_by(&laptop).await, "anonymous", "{:?}", world.kind);
    })
    .await;
}

#[tokio::test]
async fn t26_an_owner_may_be_called_anything_and_reaches_nobody_elses_sessions() {
    let names =
        ["a", "a:b", "a*", "*", "a\nb", "a b", "{a}", "\"a\"", "../a", "\0", "", "ä", "a\u{2028}", "ANN"];
    on_every_store(async |world| {
        let issue = async |name: &str, sessions: &Sessions<Account>| {
            let account = Account {
                user: Some(name.to_owned()),
                device: Some(format!("of {name}")),
                ..Account::default()
            };
            sessions.issue(account).await.unwrap()
        };
        for name in names {
            issue(name, &world.sessions).await;
        }
        for name in names {
            assert_eq!(world.labels_of(name).await, [format!("of {name}")], "{:?} {name:?}", world.kind);
        }
        assert_eq!(world.sessions.revoke_owner(&"*".to_owned()).await.unwrap(), 1);
        for name in names {
            let left = usize::from(name != "*");
            assert_eq!(world.labels_of(name).await.len(), left, "{:?} {name:?}", world.kind);
        }
    })
    .await;
}

#[tokio::test]
async fn s17_background_work_finds_a_session_by_its_handle() {
    on_every_store(async |world| {
        let browser = world.logged_in("ann", "laptop").await;
        let handle = world.handle_of("ann", "laptop").await;
        let edit = async |owner: &str, handle| {
            world.sessions.edit_of(&owner.to_owned(), handle, |account| account.note = "told".into()).await
        };
        if world.kind.is_cookie() {
            assert!(edit("ann", handle).await.unwrap_err().is_config(), "{:?}", world.kind);
            return;
        }
        assert!(edit("bob", handle).await.unwrap_err().is_gone(), "somebody else's handle does nothing");
        let unknown: SessionHandle = "AAECAwQFBgcICQoLDA0ODw".parse().unwrap();
        assert!(edit("ann", unknown).await.unwrap_err().is_gone());
        edit("ann", handle).await.unwrap();
        assert_eq!(world.seen_by(&browser).await, "ann false told", "{:?}", world.kind);
        let privileged = world.sessions.edit_of(&ann(), handle, |account| account.admin = true).await;
        assert!(privileged.unwrap_err().is_config());
        world.sessions.revoke(&ann(), handle).await.unwrap();
        assert!(edit("ann", handle).await.unwrap_err().is_gone());
    })
    .await;
}

#[tokio::test]
async fn without_a_list_of_what_has_ended_cookies_are_not_kept_account_of_and_it_says_so() {
    use session_runtime::SignedCookieStore;
    let store = || SignedCookieStore::without_revocation(session_tests::stores::any_keys());
    let sessions = Sessions::<Account>::new(store()).unwrap();
    let handle: SessionHandle = "AAECAwQFBgcICQoLDA0ODw".parse().unwrap();
    assert!(sessions.sessions_of(&ann()).await.unwrap_err().is_config());
    assert!(sessions.revoke(&ann(), handle).await.unwrap_err().is_config());
    assert!(sessions.revoke_owner(&ann()).await.unwrap_err().is_config());
    let limited = Sessions::<Account>::builder(store()).max_sessions(3).build();
    assert!(limited.unwrap_err().is_config(), "a limit that nobody keeps");
    sessions.issue(Account { user: Some(ann()), ..Account::default() }).await.unwrap();
}

#[tokio::test]
async fn an_anonymous_visitor_costs_the_index_nothing() {
    use session_tests::Op;
    let world = World::new(crate::world::Kind::Memory).await;
    let mut browser = world.browser();
    browser.post("/act/one").await;
    browser.post("/act/two").await;
    assert_eq!(world.store.calls(), [Op::Create, Op::Load, Op::Update]);
    world.store.forget();
    // the first login of somebody, a second one, and what comes after it
    browser.post("/login/ann/laptop").await;
    assert_eq!(world.store.calls(), [Op::Load, Op::Load, Op::Create, Op::Rotate]);
    world.store.forget();
    world.browser().post("/login/ann/phone").await;
    assert_eq!(world.store.calls(), [Op::Load, Op::Update, Op::Create]);
    world.store.forget();
    browser.post("/act/three").await;
    assert_eq!(world.store.calls(), [Op::Load, Op::Update]);
}
