//! When a value's time begins, and when it is over.

use session_runtime::clock::Timestamp;
use session_runtime::{Error, Expiring, MemoryStore, Secret, Session, Sessions, session};
use session_tests::{ByHand, Op, patiently};

use crate::world::{Cart, Login, MINUTE, START, TICK, after_start, world};

#[tokio::test]
async fn s20_a_value_is_there_until_its_deadline_and_gone_at_it() {
    let mut world = world().await;
    assert_eq!(after_start(&world.read().await.code), Some(5 * MINUTE));
    world.at(5 * MINUTE - TICK);
    // the second request gets what the first decoded
    assert_eq!((world.code().await, world.code().await), ("0000".to_owned(), "0000".to_owned()));
    world.at(5 * MINUTE);
    let read = world.read().await;
    assert_eq!((read.code.get(), read.code.is_some(), read.code.deadline()), (None, false, None));
    assert_eq!(world.code().await, "-");
    assert!(world.store.calls().iter().all(|call| *call == Op::Load), "reading writes nothing");
}

#[tokio::test]
async fn a_request_keeps_what_it_was_given() {
    let mut world = world().await;
    let request = world.web.handle(&world.cookie).await;
    assert!(request.given.get().code.is_some());
    world.at(6 * MINUTE);
    assert!(request.given.get().code.is_some(), "it came in time");
    assert_eq!(world.code().await, "-");
    request.ends().await;
}

#[tokio::test]
async fn setting_again_begins_anew_also_to_the_same_and_nothing_else_does() {
    fn note(login: &mut Login) {
        login.note.push('x');
    }
    fn in_place(login: &mut Login) {
        login.code.get_mut().unwrap().push('x');
    }
    fn same(login: &mut Login) {
        login.code.set("0000".to_owned());
    }
    fn copied(login: &mut Login) {
        login.code = login.code.clone();
    }
    type Change = fn(&mut Login);
    for (change, until, code) in
        [(note as Change, 5, "0000"), (in_place, 5, "0000x"), (copied, 5, "0000"), (same, 9, "0000")]
    {
        let mut world = world().await;
        world.at(4 * MINUTE);
        assert_eq!(world.change(change).await.status, 200);
        world.at(until * MINUTE - TICK);
        assert_eq!(world.code().await, code);
        world.at(until * MINUTE);
        assert_eq!(world.code().await, "-", "{code} at {until}");
    }
}

#[tokio::test]
async fn the_time_begins_when_the_handler_returns() {
    let mut world = world().await;
    let running = world.begin("/slow");
    world.gate.reached().await;
    world.gate.open();
    world.gate.reached().await;
    world.at(3 * MINUTE);
    world.gate.open();
    assert_eq!(patiently("the handler", running).await.unwrap().status, 200);
    assert_eq!(after_start(&world.read().await.code), Some(8 * MINUTE));
}

#[tokio::test]
async fn what_was_saved_keeps_the_time_that_began_with_the_save() {
    let mut world = world().await;
    world.at(MINUTE);
    let running = world.begin("/slow/save");
    world.gate.reached().await;
    world.at(2 * MINUTE);
    world.gate.open();
    world.gate.reached().await;
    world.at(3 * MINUTE);
    world.gate.open();
    assert_eq!(patiently("the handler", running).await.unwrap().status, 200);
    let read = world.read().await;
    assert_eq!((after_start(&read.code), after_start(&read.seat)), (Some(6 * MINUTE), Some(8 * MINUTE)));
    assert_eq!(read.note, "after");

    // the same through the handle
    let request = world.web.handle(&world.cookie).await;
    request.given.update(|login| login.code.set("1".to_owned()));
    request.given.save().await.unwrap();
    world.at(4 * MINUTE);
    request.given.update(|login| login.note.clear());
    request.given.save().await.unwrap();
    assert_eq!(after_start(&request.given.get().code), Some(8 * MINUTE));
    request.ends().await;
    assert_eq!(after_start(&world.read().await.code), Some(8 * MINUTE));
}

#[tokio::test]
async fn issue_edit_and_restart_begin_it_like_a_handler() {
    let mut world = world().await;
    world.at(2 * MINUTE);
    world.sessions.edit(&world.token, |login| login.code.set("edited".to_owned())).await.unwrap();
    assert_eq!(after_start(&world.read().await.code), Some(7 * MINUTE));

    world.at(3 * MINUTE);
    let request = world.web.handle(&world.cookie).await;
    let carried = request.given.get().code.clone();
    let seat = Expiring::new(9);
    request.given.restart(Login { code: carried, seat, ..Login::default() });
    let cookie = request.ends().await.pair().unwrap().to_owned();
    let request = world.web.handle(&cookie).await;
    let read = request.given.get();
    assert_eq!(after_start(&read.code), Some(7 * MINUTE), "what is carried over lasts no longer");
    assert_eq!(after_start(&read.seat), Some(8 * MINUTE));
    request.ends().await;
}

#[tokio::test]
async fn s73_what_is_over_goes_from_the_store_with_the_next_write() {
    let mut world = world().await;
    let written = format!(r#"{{"value":"0000","expires":{}}}"#, START + 300_000);
    assert_eq!(world.stored("code").await.as_deref(), Some(written.as_str()));
    world.at(5 * MINUTE);
    world.code().await;
    assert_eq!(world.stored("code").await.as_deref(), Some(written.as_str()));
    assert_eq!(world.change(|login| login.note.push('x')).await.status, 200);
    assert_eq!((world.stored("code").await, world.stored("seat").await), (None, None));
    assert_eq!(world.stored("note").await.as_deref(), Some("\"x\""));
}

#[tokio::test]
async fn t35_a_clock_that_was_set_back_makes_nothing_last_longer() {
    let mut world = world().await;
    world.clock.set(Timestamp::from_millis(1_000));
    let deadline = world.read().await.code.deadline().unwrap();
    assert_eq!(deadline.as_millis(), 1_000 + 300_000, "its `ttl` from now, whatever is stored");
    assert_eq!(patiently("the note", world.begin("/note")).await.unwrap().status, 200);
    // what is stored stands, also after a write of another field
    world.at(5 * MINUTE - TICK);
    assert_eq!(world.code().await, "0000");
    world.at(5 * MINUTE);
    assert_eq!(world.code().await, "-");
}

#[tokio::test]
async fn t35_the_end_of_time_is_no_panic_and_a_value_is_over_there() {
    let world = world().await;
    world.clock.set(Timestamp::from_millis(u64::MAX - 1));
    let login = Login { code: Expiring::new("last".to_owned()), ..Login::default() };
    let issued = world.sessions.issue(login).await.unwrap();
    let code = async || world.sessions.edit(issued.token(), |login| login.code.get().cloned()).await;
    assert_eq!(code().await.unwrap().as_deref(), Some("last"));
    let slow = world.sessions.edit(issued.token(), |login| {
        world.clock.set(Timestamp::from_millis(u64::MAX));
        login.code.set("too late".to_owned());
    });
    assert!(slow.await.unwrap_err().is_gone(), "the session itself is over");
    assert!(code().await.unwrap_err().is_gone());
}

#[tokio::test]
async fn a_section_ends_as_well() {
    let world = world().await;
    let mut web = ByHand::<Session<Cart>>::serve(|app| app.layer(world.sessions.clone())).await;
    let request = web.handle(&world.cookie).await;
    request.given.update(|cart| cart.held.set(vec![1]));
    request.ends().await;
    for (at, expected) in [(10 * MINUTE - TICK, Some(vec![1])), (10 * MINUTE, None)] {
        world.at(at);
        let request = web.handle(&world.cookie).await;
        assert_eq!(request.given.get().held.get().cloned(), expected);
        request.ends().await;
    }
}

#[tokio::test]
async fn the_ttl_of_today_holds_for_what_an_earlier_version_stored_under_another_key() {
    #[session(idle = "11h", absolute = "12h")]
    struct Before {
        #[session(ttl = "10m")]
        pin: Expiring<String>,
    }
    let mut world = world().await;
    let before = Sessions::<Before>::builder(world.store.clone()).clock(world.clock.clone()).build().unwrap();
    let issued = before.issue(Before { pin: Expiring::new("1111".to_owned()) }).await.unwrap();
    (world.cookie, world.token) = (issued.cookie().to_owned(), issued.token().clone());
    let read = world.read().await;
    assert_eq!((read.code.get().unwrap().as_str(), after_start(&read.code)), ("1111", Some(5 * MINUTE)));
    world.at(10 * MINUTE);
    assert_eq!(world.code().await, "-");
    assert_eq!(world.change(|login| login.note.push('x')).await.status, 200);
    assert_eq!(world.stored("pin").await, None, "under whichever key");
}

#[tokio::test]
async fn t42_what_does_not_decode_is_reset_alone_and_a_secret_makes_the_session_unusable() {
    #[session(idle = "11h", absolute = "12h")]
    struct Other {
        code: u32,
        hint: String,
        note: String,
    }
    let mut world = world().await;
    let other = Sessions::<Other>::builder(world.store.clone()).clock(world.clock.clone()).build().unwrap();
    for (hint, note) in [("", "kept"), ("no number", "")] {
        let made = Other { code: 5, hint: hint.to_owned(), note: "kept".to_owned() };
        world.cookie = other.issue(made).await.unwrap().cookie().to_owned();
        let read = world.read().await;
        assert!(read.code.get().is_none() && read.hint.get().is_none());
        assert_eq!(read.note, note, "hint {hint:?}");
    }
}

#[session(idle = "1m", absolute = "9m")]
struct Short {}

#[session(within = Short)]
struct Part {
    #[session(ttl = "10m")]
    held: Expiring<Secret<u32>>,
}

#[tokio::test]
async fn no_value_may_last_longer_than_its_session_can_wherever_that_is_said() {
    let builder = || Sessions::<Login>::builder(MemoryStore::new());
    let refused = builder().idle(MINUTE).absolute(9 * MINUTE).build().unwrap_err();
    assert!(refused.is_config() && refused.to_string().contains("`hint` of `Login`"), "{refused}");
    assert!(builder().idle(MINUTE).absolute(10 * MINUTE).build().unwrap().with::<Cart>().is_ok());

    let short = Sessions::<Short>::new(MemoryStore::new()).unwrap();
    assert!(short.with::<Part>().unwrap_err().is_config());
    assert!(Part::default().held.get().is_none());
}

#[tokio::test]
async fn a_value_that_json_cannot_carry_is_an_error_that_names_the_field() -> Result<(), Error> {
    #[session]
    struct Measured {
        #[session(ttl = "1m")]
        length: Expiring<f64>,
        #[session(ttl = "1m")]
        seen: Expiring<Option<()>>,
    }
    let sessions = Sessions::<Measured>::new(MemoryStore::new())?;
    let measured = |length| Measured { length: Expiring::new(length), seen: Expiring::new(Some(())) };
    let refused = sessions.issue(measured(f64::INFINITY)).await.unwrap_err();
    assert!(refused.is_unstorable() && refused.to_string().contains("length"), "{refused}");
    let issued = sessions.issue(measured(1.5)).await?;
    let read = sessions.edit(issued.token(), |m| (m.length.get().copied(), m.seen.is_some())).await?;
    assert_eq!(read, (Some(1.5), true));
    Ok(())
}

#[tokio::test]
async fn a_change_of_owner_takes_all_but_keep_and_what_is_kept_ends_in_its_time() {
    let mut world = world().await;
    world.change(|login| login.hint.set(Secret::new(3))).await;
    for (user, left) in [("ann", true), ("bob", false)] {
        world.at(MINUTE);
        let reply = world.change(|login| login.user = Some(user.to_owned())).await;
        assert!(reply.pair().is_some());
        let read = world.read().await;
        assert_eq!((read.code.is_some(), after_start(&read.hint)), (left, Some(10 * MINUTE)), "{user}");
    }
    world.at(10 * MINUTE);
    assert!(!world.read().await.hint.is_some());
}
