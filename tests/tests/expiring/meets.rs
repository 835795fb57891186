//! Two requests on one value, and a value that is taken by one of them.

use session_runtime::{Secret, Session};
use session_tests::Op;

use crate::world::{Login, MINUTE, TICK, after_start, world};

/// Takes the code if it is this one.
fn guessed(guess: &'static str) -> impl Fn(&mut Login) -> Option<String> {
    move |login| if login.code.get().is_some_and(|code| code == guess) { login.code.take() } else { None }
}

#[tokio::test]
async fn t34_of_two_that_set_it_the_later_stands_with_its_own_time() {
    let mut world = world().await;
    let [first, second] = [world.web.handle(&world.cookie).await, world.web.handle(&world.cookie).await];
    first.given.update(|login| login.code.set("first".to_owned()));
    world.at(MINUTE);
    second.given.update(|login| login.code.set("second".to_owned()));
    assert_eq!((second.ends().await.status, first.ends().await.status), (200, 200));
    let read = world.read().await;
    assert_eq!((read.code.get().unwrap().as_str(), after_start(&read.code)), ("first", Some(5 * MINUTE)));
}

#[tokio::test]
async fn t34_the_second_is_refused_where_the_field_says_so() {
    for again in [1, 2] {
        let mut world = world().await;
        let [first, second] = [world.web.handle(&world.cookie).await, world.web.handle(&world.cookie).await];
        world.at(MINUTE);
        first.given.update(|login| login.seat.set(2));
        second.given.update(|login| login.seat.set(again));
        assert_eq!(first.ends().await.status, 200);
        assert_eq!(second.ends().await.status, 409, "also with the value that it had: {again}");
        assert_eq!(after_start(&world.read().await.seat), Some(6 * MINUTE));

        // two handlers of one request
        let request = world.web.handle(&world.cookie).await;
        let (inner, outer) = (request.given.clone(), request.given.clone());
        outer.update(|theirs| {
            inner.update(|login| login.seat.set(3));
            theirs.seat.set(4);
        });
        assert_eq!(request.ends().await.status, 409);
    }
}

#[tokio::test]
async fn t34_a_value_that_was_over_can_be_set_whatever_lies_in_the_store() {
    let mut world = world().await;
    world.at(6 * MINUTE);
    assert_eq!(world.change(|login| login.seat.set(1)).await.status, 200);
    assert_eq!(after_start(&world.read().await.seat), Some(11 * MINUTE));
}

#[tokio::test]
async fn t34_removing_what_is_over_yields_to_what_was_set_meanwhile() {
    let mut world = world().await;
    world.at(6 * MINUTE);
    let slow = world.web.handle(&world.cookie).await;
    assert!(!slow.given.get().code.is_some());
    world.change(|login| login.code.set("new".to_owned())).await;
    slow.given.update(|login| login.note.push('x'));
    assert_eq!(slow.ends().await.status, 200);
    assert_eq!(world.code().await, "new");
}

#[tokio::test]
async fn a_value_that_ends_while_another_request_holds_it_is_not_brought_back() {
    let mut world = world().await;
    let slow = world.web.handle(&world.cookie).await;
    assert!(slow.given.get().code.is_some());
    world.at(6 * MINUTE);
    world.change(|login| login.note.push('x')).await;
    assert_eq!(world.stored("code").await, None);
    slow.given.update(|login| login.note.push('y'));
    slow.given.update(|login| login.code.get_mut().unwrap().push('y'));
    assert_eq!(slow.ends().await.status, 200);
    assert_eq!(world.code().await, "-", "what it changed in place kept its deadline");
}

#[tokio::test]
async fn t34_a_code_is_taken_once_and_not_when_its_time_is_over() {
    let mut world = world().await;
    world.at(5 * MINUTE - TICK);
    let [first, second] = [world.web.handle(&world.cookie).await, world.web.handle(&world.cookie).await];
    assert_eq!(first.given.take_once(guessed("9999")).await.unwrap(), None);
    let takes = tokio::join!(first.given.take_once(guessed("0000")), second.given.take_once(guessed("0000")));
    let got = [takes.0.unwrap(), takes.1.unwrap()];
    assert_eq!(got.iter().flatten().count(), 1, "{got:?}");
    first.ends().await;
    second.ends().await;
    assert_eq!(world.code().await, "-");

    // one that came in time, and takes when the time is over
    let mut world = self::world().await;
    world.at(5 * MINUTE - TICK);
    let late = world.web.handle(&world.cookie).await;
    assert!(late.given.get().code.is_some());
    world.at(5 * MINUTE);
    world.store.forget();
    assert_eq!(late.given.take_once(guessed("0000")).await.unwrap(), None);
    assert!(!world.store.calls().contains(&Op::Update));
    late.ends().await;
}

#[tokio::test]
async fn t34_what_a_take_sets_begins_its_time_and_what_it_changes_in_place_does_not() {
    let mut world = world().await;
    world.at(2 * MINUTE);
    let request = world.web.handle(&world.cookie).await;
    let taken = request.given.take_once(|login| {
        if let Some(seat) = login.seat.get_mut() {
            *seat += 1;
        }
        login.hint.set(Secret::new(3));
        login.code.take()
    });
    assert_eq!(taken.await.unwrap().as_deref(), Some("0000"));
    assert_eq!(seen(&request.given), (false, Some(2), Some(5), Some(12)));
    assert_eq!(request.ends().await.status, 200);
    let request = world.web.handle(&world.cookie).await;
    assert_eq!(seen(&request.given), (false, Some(2), Some(5), Some(12)));
    request.ends().await;
}

/// Whether there is a code; the seat; the deadlines of seat and hint in minutes.
fn seen(session: &Session<Login>) -> (bool, Option<u32>, Option<u64>, Option<u64>) {
    let login = session.get();
    let minutes = |time: std::time::Duration| time.as_secs() / 60;
    let (seat, hint) = (after_start(&login.seat), after_start(&login.hint));
    (login.code.is_some(), login.seat.get().copied(), seat.map(minutes), hint.map(minutes))
}
