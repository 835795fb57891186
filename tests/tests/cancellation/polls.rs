//! Dropped after so many polls, for every number of them, on a store that is never ready at once.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use session_runtime::MemoryStore;
use session_runtime::clock::Timestamp;
use session_tests::{Stepped, call};

use crate::scenarios::{SCENARIOS, Scenario, World};
use crate::yielding::Yielding;

/// More than any request here takes. One that needs more is waiting for somebody who is gone.
const BOUND: usize = 100;

fn world() -> World<MemoryStore> {
    let store = Stepped::around(MemoryStore::new());
    World::new(store, Timestamp::from_millis(1_800_000_000_000), Yielding)
}

/// Whether `work` ends within so many polls.
async fn ends_within<R>(polls: usize, work: impl Future<Output = R>) -> bool {
    let mut work = pin!(work);
    for _ in 0..polls {
        if poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx).is_ready())).await {
            return true;
        }
    }
    false
}

/// Cuts the request off after so many polls; says whether it had ended before.
async fn cut_off(scenario: &Scenario, polls: usize) -> bool {
    let world = world();
    let may = world.outcomes(scenario).await;
    let world = self::world();
    let cookie = world.begin(scenario).await;
    let what = format!("{} of a {:?} after {polls} polls", scenario.target, scenario.who);
    let ended = ends_within(polls, call(world.app.clone(), scenario.target, &cookie)).await;
    let progress = world.state.progress();
    // what outlives the request is a task, which is there to be run
    for _ in 0..BOUND {
        tokio::task::yield_now().await;
    }
    world.check(scenario, &may, progress, &what).await;
    assert!(ends_within(BOUND, world.next(&cookie, &what)).await, "{what}: the next request waits");
    ended
}

#[tokio::test]
async fn t41_after_any_number_of_polls_the_store_has_the_old_or_the_new_and_no_lock() {
    for scenario in &SCENARIOS {
        let mut polls = 0;
        while !cut_off(scenario, polls).await {
            polls += 1;
            assert!(polls < BOUND, "{scenario:?}");
        }
        // a store call has two points, and a handler two; who is a stranger loads nothing
        assert!(polls >= 4, "{scenario:?} has {polls} points only");
    }
}

#[tokio::test]
async fn t41_s69_of_a_cut_off_request_and_the_next_one_each_takes_the_coupon_or_leaves_it() {
    let scenario = SCENARIOS.iter().find(|scenario| scenario.target == "/take").unwrap();
    let mut took = [0; 2];
    for polls in 0..BOUND {
        let world = world();
        let cookie = world.begin(scenario).await;
        let ended = ends_within(polls, call(world.app.clone(), "/take", &cookie)).await;
        let is_left = world.snapshot().await[0].get("coupon").is_none_or(|coupon| coupon == "7");
        let next = call(world.app.clone(), "/take", &cookie).await.body;
        assert_eq!(next, if is_left { "Some(7)" } else { "None" }, "after {polls} polls");
        took[usize::from(is_left)] += 1;
        if ended {
            break;
        }
    }
    assert!(took[0] > 1 && took[1] > 1, "{took:?}");
}
