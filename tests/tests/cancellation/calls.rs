//! Dropped at every call of the store, before it, within it, and before its answer is known: on files, and on Redis.
//!
//! Each request runs in a runtime of its own, which waits for the blocking work that is under way when it ends; another one
//! looks at what there is, as another process would.

use std::path::Path;

use session_runtime::clock::{Clock as _, SystemClock, Timestamp};
use session_runtime::store::{Durability, Store};
use session_runtime::{FileStore, RedisStore};
use session_tests::redis::{prefix, shared};
use session_tests::{Actor, Folder, Stepped, call, patiently};
use tokio::runtime::{Builder, Runtime};

use crate::scenarios::{SCENARIOS, Scenario, Snapshot, World};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Where a request is cut off: after so many steps, and then perhaps when its next call has just been made.
#[derive(Clone, Copy, Debug)]
struct Cut {
    steps: usize,
    within: bool,
}

/// Cuts the request off; says whether it had ended before.
fn cut_off<T: Store + Clone>(
    open: impl Fn() -> T,
    began: Timestamp,
    scenario: &Scenario,
    may: &(Snapshot, Vec<Snapshot>),
    cut: Cut,
) -> bool {
    let what = format!("{} of a {:?} at {cut:?}", scenario.target, scenario.who);
    let first = runtime();
    let (cookie, ended, store, progress) = first.block_on(async {
        let world = World::new(Stepped::around(open()), began, |store| store);
        let cookie = world.begin(scenario).await;
        let (app, sent, target) = (world.app.clone(), cookie.clone(), scenario.target);
        let mut actor = Actor::without_marks(|_| true, async move { call(app, target, &sent).await });
        let mut ended = false;
        for _ in 0..=cut.steps {
            ended = actor.step().await.is_some();
            if ended {
                break;
            }
        }
        if cut.within && !ended {
            ended = actor.glance().await.is_some();
        }
        drop(actor);
        let progress = world.state.progress();
        if scenario.binding.is_some_and(|from| progress >= from) {
            // by a task of its own, in its own time
            let carried_out = async {
                while !may.1.contains(&world.snapshot().await) {
                    tokio::task::yield_now().await;
                }
            };
            patiently(&what, carried_out).await;
        }
        (cookie, ended, world.store, progress)
    });
    drop(first);
    runtime().block_on(async {
        let again = Stepped::around(open());
        again.knows(&store);
        let world = World::new(again, began, |store| store);
        world.check(scenario, may, progress, &what).await;
        patiently(&what, world.next(&cookie, &what)).await;
    });
    ended
}

/// Every request, cut off at every call. `within` calls, too, if what becomes of one is known when the runtime has ended.
fn all<T: Store + Clone>(open: impl Fn() -> T, within: bool) {
    let began = SystemClock.now();
    let mut cuts = 0;
    for scenario in &SCENARIOS {
        let may = runtime().block_on(async {
            World::new(Stepped::around(open()), began, |store| store).outcomes(scenario).await
        });
        let mut steps = 0;
        while !cut_off(&open, began, scenario, &may, Cut { steps, within: false }) {
            if within {
                cut_off(&open, began, scenario, &may, Cut { steps, within });
            }
            (steps, cuts) = (steps + 1, cuts + 1);
        }
    }
    assert!(cuts > 40, "{cuts} cuts only");
}

#[test]
fn t41_s69_a_request_that_is_cut_off_at_a_call_leaves_a_whole_file_and_no_lock() {
    let folder = Folder::new();
    let open = |path: &Path| FileStore::builder(path).durability(Durability::Process).open().unwrap();
    all(|| open(&folder.0), true);
}

#[test]
fn t41_s69_a_request_that_is_cut_off_at_a_call_leaves_a_whole_hash_in_redis() {
    let prefix = prefix();
    // what becomes of a command that was just sent is known to nobody, so a request is not cut off within one
    all(|| RedisStore::builder(shared().url()).prefix(&prefix).build().unwrap(), false);
}
