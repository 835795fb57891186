//! What ends with an owner, a privilege or a session: within the request that does it, in sections, in a full store, and
//! where a rotation or a deadline came between.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use session_runtime::clock::{ManualClock, Timestamp};
use session_runtime::store::Store;
use session_runtime::{Flash, MemoryStore, Session, Sessions, session, with_session};
use session_tests::{ByHand, Handling, Reply, Request, ScriptedStore};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
    #[session(privileged)]
    admin: bool,
    #[session(keep)]
    theme: String,
    cart: Vec<String>,
    notice: Flash<String>,
}

#[session(within = Shop)]
struct Sudo {
    #[session(privileged)]
    on: bool,
}

#[session(within = Shop)]
struct Prefs {
    lang: String,
    #[session(keep)]
    zone: String,
}

/// Switches the user, and then changes the cart in the copy that was made before.
#[with_session]
async fn switch_and_add(session: &mut Shop, handle: Session<Shop>) {
    session.user = Some(2);
    handle.stage(session);
    handle.save().await.unwrap();
    session.cart.push("second's".to_owned());
}

/// The same, but what it changes afterwards outlives a change of owner.
#[with_session]
async fn switch_and_choose(session: &mut Shop, handle: Session<Shop>) {
    session.user = Some(2);
    handle.stage(session);
    handle.save().await.unwrap();
    session.theme = "light".into();
}

type Handles = (Session<Shop>, Session<Sudo>, Session<Prefs>);

struct World<T = MemoryStore> {
    store: ScriptedStore<T>,
    clock: Arc<ManualClock>,
    web: ByHand<Handles>,
    /// Of the first user, who is an admin, with a book in the cart.
    cookie: String,
}

async fn world_in<T: Store + Clone>(store: ScriptedStore<T>) -> World<T> {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000_000)));
    let sessions = Sessions::<Shop>::builder(store.clone()).clock(Arc::clone(&clock)).build().unwrap();
    let sessions = sessions.with::<Sudo>().unwrap().with::<Prefs>().unwrap();
    let routes = |app: Router| {
        app.route("/switch-and-add", post(switch_and_add))
            .route("/switch-and-choose", post(switch_and_choose))
    };
    let web = ByHand::serve(|app| routes(app).layer(sessions.clone())).await;
    let cookie = sessions.issue(first()).await.unwrap().cookie().to_owned();
    World { store, clock, web, cookie }
}

async fn world() -> World {
    world_in(ScriptedStore::new()).await
}

fn first() -> Shop {
    let (theme, cart) = ("dark".to_owned(), vec!["book".to_owned()]);
    Shop { user: Some(1), admin: true, theme, cart, ..Shop::default() }
}

fn told((shop, sudo, prefs): &Handles) -> String {
    let (shop, sudo, prefs) = (shop.get(), sudo.get(), prefs.get());
    let Shop { user, admin, theme, cart, notice } = &*shop;
    let notice = notice.peek();
    format!("{user:?} {admin} {theme} {cart:?} {notice:?} {} {}{}", sudo.on, prefs.lang, prefs.zone)
}

const NOTHING: &str = "None false  [] None false ";

impl<T: Store + Clone> World<T> {
    async fn request(&mut self) -> Handling<Handles> {
        self.web.handle(&self.cookie.clone()).await
    }

    /// What the session of this cookie holds.
    async fn stored(&mut self, cookie: &str) -> String {
        let request = self.web.handle(cookie).await;
        let shown = told(&request.given);
        request.ends().await;
        shown
    }

    /// One request that does `work`, and a browser that takes the new cookie.
    async fn request_that(&mut self, work: impl FnOnce(&Handles)) -> Reply {
        let request = self.request().await;
        work(&request.given);
        let reply = request.ends().await;
        if let Some(pair) = reply.pair() {
            pair.clone_into(&mut self.cookie);
        }
        reply
    }
}

#[tokio::test]
async fn s12_a_privilege_of_a_section_that_is_given_up_rotates_and_leaves_the_rest() {
    let mut world = world().await;
    world.request_that(|(_, sudo, _)| sudo.update(|sudo| sudo.on = true)).await;
    let old = world.cookie.clone();
    assert_eq!(world.stored(&old).await, "Some(1) true dark [\"book\"] None true ");
    let reply = world.request_that(|(_, sudo, _)| sudo.update(|sudo| sudo.on = false)).await;
    assert_eq!((reply.status, reply.pair().is_some()), (200, true));
    assert_ne!(world.cookie, old);
    assert_eq!(world.stored(&world.cookie.clone()).await, "Some(1) true dark [\"book\"] None false ");
    assert_eq!(world.stored(&old).await, NOTHING);
    assert_eq!(world.store.len(), 1);
}

#[tokio::test]
async fn t30_after_a_save_that_wipes_the_request_sees_what_the_store_holds() {
    let mut world = world().await;
    world
        .request_that(|(_, sudo, prefs)| {
            sudo.update(|sudo| sudo.on = true);
            prefs.update(|prefs| (prefs.lang, prefs.zone) = ("de".to_owned(), "+1".to_owned()));
        })
        .await;
    let request = world.request().await;
    told(&request.given); // sections are decoded before
    request.given.0.update(|shop| shop.user = Some(2));
    request.given.0.save().await.unwrap();
    let seen = told(&request.given);
    let reply = request.ends().await;
    assert_eq!(seen, world.stored(reply.pair().unwrap()).await);
}

#[tokio::test]
async fn t30_a_copy_from_before_a_wipe_cannot_carry_the_first_users_field_to_the_second() {
    for (target, status, left) in [
        ("/switch-and-add", 409, "Some(2) false dark [] None false "),
        ("/switch-and-choose", 200, "Some(2) false light [] None false "),
    ] {
        let mut world = world().await;
        let reply = Request::post(target).cookie(&world.cookie).send(world.web.server).await;
        assert_eq!(reply.status, status, "{target}");
        let pair = reply.pair().expect("the save was done, so its id reaches the browser");
        assert_eq!(world.stored(pair).await, left, "{target}");
    }
}

#[tokio::test]
async fn t30_a_restart_keeps_what_its_request_sets_in_a_section_and_nothing_from_before() {
    for restart_first in [true, false] {
        let mut world = world().await;
        world.request_that(|(_, _, prefs)| prefs.update(|prefs| prefs.zone = "+1".to_owned())).await;
        let reply = world
            .request_that(|(shop, _, prefs)| {
                let restart = || shop.restart(Shop { user: Some(2), ..Shop::default() });
                if restart_first {
                    restart();
                }
                prefs.update(|prefs| prefs.lang = "de".into());
                if !restart_first {
                    restart();
                }
            })
            .await;
        assert_eq!(reply.status, 200);
        let stored = world.stored(&world.cookie.clone()).await;
        assert_eq!(stored, "Some(2) false  [] None false de", "restart first: {restart_first}");
    }
}

#[tokio::test]
async fn t5_a_full_store_lets_a_privilege_and_an_owner_be_given_up() {
    let memory = MemoryStore::builder().capacity(3).build(); // one is for the index of the owner
    let mut world = world_in(ScriptedStore::around(memory.clone())).await;
    let other = world.web.handle("").await;
    other.given.0.update(|shop| *shop = first());
    assert!(other.ends().await.pair().is_some());
    let third = world.web.handle("").await;
    third.given.0.update(|shop| *shop = first());
    assert_eq!(third.ends().await.status, 503, "full");
    let drops = [
        ((|shop| shop.admin = false) as fn(&mut Shop), "Some(1) false dark [\"book\"] None false "),
        (|shop| shop.user = None, "None false dark [] None false "),
    ];
    for (drop, left) in drops {
        let old = world.cookie.clone();
        let reply = world.request_that(|(shop, _, _)| shop.update(drop)).await;
        assert_eq!((reply.status, reply.pair().is_some()), (200, true));
        assert_eq!(world.stored(&world.cookie.clone()).await, left);
        assert_eq!(world.stored(&old).await, NOTHING);
    }
    assert_eq!(memory.len(), 3);
}

#[tokio::test]
async fn t2_s14_a_logout_ends_a_session_that_was_rotated_since_the_request_loaded_it() {
    let logouts: [fn(&Session<Shop>); 2] =
        [Session::destroy, |shop| shop.update(|shop| *shop = Shop::default())];
    for logout in logouts {
        for rotations in [1, 2] {
            let mut world = world().await;
            let slow = world.request().await;
            for _ in 0..rotations {
                assert!(world.request_that(|(shop, _, _)| shop.rotate()).await.pair().is_some());
            }
            logout(&slow.given.0);
            let reply = slow.ends().await;
            assert_eq!((reply.status, reply.removes_cookie()), (200, true), "{rotations} rotations");
            assert_eq!(world.stored(&world.cookie.clone()).await, NOTHING, "{rotations} rotations");
            assert_eq!(world.store.len(), 0, "{rotations} rotations");
        }
    }
}

#[tokio::test]
async fn t4_a_dead_id_that_is_only_presented_cannot_end_the_session_it_became() {
    let mut world = world().await;
    let old = world.cookie.clone();
    world.request_that(|(shop, _, _)| shop.rotate()).await;
    let late = world.web.handle(&old).await;
    late.given.0.destroy();
    late.ends().await;
    assert!(world.stored(&world.cookie.clone()).await.starts_with("Some(1) true"));
}

#[tokio::test]
async fn t8_a_logout_among_four_ids_is_refused_rather_than_reported_as_done() {
    let mut world = world().await;
    let others = ["B", "C", "D"].map(|letter| format!("; __Host-id={}A", letter.repeat(42)));
    for (count, status, left) in [(3, 409, 1), (2, 200, 0)] {
        let request = world.web.handle(&(world.cookie.clone() + &others[..count].concat())).await;
        request.given.0.destroy();
        assert_eq!(request.ends().await.status, status, "{count} beside ours");
        assert_eq!(world.store.len(), left, "{count} beside ours");
    }
}

#[tokio::test]
async fn t27_a_message_that_was_shown_and_cleared_does_not_hinder_a_logout() {
    let mut world = world().await;
    world.request_that(|(shop, _, _)| shop.update(|shop| shop.notice.set("hello".to_owned()))).await;
    let reply = world
        .request_that(|(shop, _, _)| {
            shop.update(|shop| {
                assert!(shop.notice.get().is_some());
                shop.notice.clear();
                (shop.user, shop.admin) = (None, false);
                shop.theme.clear();
                shop.cart.clear();
            });
        })
        .await;
    assert!(reply.removes_cookie());
    assert_eq!(world.store.len(), 0);
}

#[tokio::test]
async fn s21_a_session_that_expired_in_flight_cannot_be_authenticated_or_rotated() {
    for wish in [Session::<Shop>::authenticated, Session::<Shop>::rotate] {
        let mut world = world().await;
        let request = world.request().await;
        world.clock.advance(Duration::from_secs(400 * 24 * 3600));
        wish(&request.given.0);
        let reply = request.ends().await;
        assert_eq!((reply.status, reply.set_cookies().len()), (409, 0));
    }
}
