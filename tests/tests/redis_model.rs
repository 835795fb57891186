//! The scripts against the memory store, which merges with `Changes::apply`: random requests of a fixed seed, on both.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use std::sync::Arc;

use session_runtime::clock::Timestamp;
use session_runtime::store::conformance::kit::{Write, at, fields, key, merged, meta, renewal};
use session_runtime::store::{
    Changes, Created, Found, Key, Meta, OpId, Record, Rotated, Store, Touched, Updated,
};
use session_runtime::{MemoryStore, RedisStore};
use session_tests::redis::{prefix, shared};

const STEPS: u32 = 6000;
const KEYS: u64 = 6;
const FIELDS: [&str; 6] = ["n", "signed", "list", "any", "@last_seen", "f.n"];

/// xorshift64*: the same numbers each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()]
    }

    fn json(&mut self) -> &'static str {
        self.of(&[
            "0",
            "7",
            "-0",
            "-12",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "9223372036854775807",
            " 5 ",
            "1.0",
            "01",
            "[]",
            "[1]",
            "[1,2]",
            "[1,2,18446744073709551615]",
            "{}",
            "\"\"",
            "null",
        ])
    }

    fn difference(&mut self) -> i64 {
        self.of(&[1, -1, 9, 10, -10, 999_999_999_999, i64::MAX, i64::MIN, -7_654_321])
    }

    fn moment(&mut self) -> Timestamp {
        at(self.below(1000))
    }
}

/// One change of a field, and what a whole request does: the same can be built onto the records of two stores.
#[derive(Clone, Copy, Debug)]
enum Action {
    Put(&'static str),
    Remove,
    Add(i64),
    AddSigned(i64),
    Append(u64),
    Refuse(&'static str),
    Shown,
}

#[derive(Debug)]
#[allow(
    clippy::option_option,
    reason = "the outer one leaves the owner as it is, the inner one is the owner"
)]
struct Request {
    actions: Vec<(&'static str, Action)>,
    keep: Option<Vec<&'static str>>,
    seen: Option<Timestamp>,
    owner: Option<Option<&'static str>>,
    expires: Option<Timestamp>,
    /// By a rotation, which may be a renewal of this id.
    issued: Option<(Timestamp, Option<u64>)>,
    up_to: Option<usize>,
}

impl Request {
    fn roll(dice: &mut Dice) -> Self {
        let mut actions = Vec::new();
        for field in FIELDS {
            if dice.below(3) > 0 {
                continue;
            }
            let action = match dice.below(9) {
                0 => Action::Put(dice.json()),
                1 => Action::Remove,
                2 => Action::Refuse(dice.json()),
                3 => Action::Shown,
                4 | 5 if field == "list" => Action::Append(dice.below(30)),
                6 => Action::AddSigned(dice.difference()),
                _ => Action::Add(dice.difference()),
            };
            actions.push((field, action));
        }
        let wipes = dice.below(12) == 0;
        let kept = |dice: &mut Dice| FIELDS.into_iter().filter(|_| dice.below(3) == 0).collect();
        Self {
            keep: wipes.then(|| kept(dice)),
            seen: (dice.below(2) == 0).then(|| dice.moment()),
            owner: (dice.below(4) == 0).then(|| dice.of(&[None, Some("7"), Some("\"ann\"")])),
            expires: (dice.below(6) == 0).then(|| at(20_000 + dice.below(1000))),
            issued: (dice.below(4) == 0).then(|| {
                let renews = dice.below(2) == 0;
                (dice.moment(), renews.then(|| dice.below(100)))
            }),
            up_to: (dice.below(3) == 0).then(|| usize::try_from(dice.below(90)).unwrap()),
            actions,
        }
    }

    fn onto(&self, loaded: Option<&Arc<Record>>) -> Changes {
        let mut write = loaded.map_or_else(Write::blind, Write::after);
        if let Some(keep) = &self.keep {
            write = write.wipe_but(keep);
        }
        for (field, action) in &self.actions {
            write = match *action {
                Action::Put(json) => write.put(field, json),
                Action::Remove => write.remove(field),
                Action::Add(difference) => write.add(field, difference),
                Action::AddSigned(difference) => write.add_signed(field, difference),
                Action::Append(item) => write.append_item(field, item),
                Action::Refuse(json) => write.put_or_refuse(field, json),
                Action::Shown => write.shown(field),
            };
        }
        if let Some(seen) = self.seen {
            write = write.seen(seen);
        }
        if let Some(owner) = self.owner {
            write = write.owner(owner);
        }
        if let Some(expires) = self.expires {
            write = write.expires(expires);
        }
        if let Some((issued, from)) = self.issued {
            write = write.issued(issued).renewed(from.map(|n| renewal(n, at(n))));
        }
        if let Some(bytes) = self.up_to {
            write = write.up_to(bytes);
        }
        write.build()
    }

    fn may_be_left_to_the_core(&self) -> bool {
        self.actions.iter().any(|(_, action)| matches!(action, Action::Append(_)))
    }
}

/// What a request loaded some time ago, in both stores.
type Loaded = Option<(Arc<Record>, Arc<Record>)>;

async fn record_of(store: &impl Store, key: &Key) -> Option<Arc<Record>> {
    match store.load(key).await.unwrap() {
        Found::Record(record) => Some(record),
        Found::Tombstone { .. } | Found::Nothing => None,
    }
}

/// Without the operation, which the two do not share.
fn comparable(meta: &Meta) -> Meta {
    let mut meta = meta.clone();
    meta.last_op = OpId::from_u128(0);
    meta
}

async fn same_under(model: &impl Store, store: &impl Store, key: &Key, step: &str) {
    match (model.load(key).await.unwrap(), store.load(key).await.unwrap()) {
        (Found::Record(expected), Found::Record(found)) => {
            assert_eq!(fields(&found), fields(&expected), "{step}");
            assert_eq!(comparable(found.meta()), comparable(expected.meta()), "{step}");
        }
        (Found::Tombstone { until: expected, moved: went }, Found::Tombstone { until: found, moved }) => {
            assert_eq!((found, moved), (expected, went), "{step}");
        }
        (Found::Nothing, Found::Nothing) => {}
        (expected, found) => panic!("{step}: {found:?} instead of {expected:?}"),
    }
}

#[tokio::test]
async fn t34_s69_the_scripts_do_what_the_core_would() {
    let model = MemoryStore::new();
    let store = RedisStore::builder(shared().url()).prefix(prefix()).build().unwrap();
    let mut dice = Dice(0x5e55_1015);
    let mut loaded: Vec<Loaded> = vec![None];
    let (mut first, mut answers) = (0, std::collections::BTreeMap::<String, u32>::new());
    for step in 0..STEPS {
        // dead keys stay dead: now and then there are new ones
        first += u64::from(dice.below(40) == 0) * KEYS;
        let (one, other) = (key(first + dice.below(KEYS)), key(first + dice.below(KEYS)));
        let base = dice.below(loaded.len() as u64);
        let base = loaded[usize::try_from(base).unwrap()].clone();
        let request = Request::roll(&mut dice);
        let changes = |record: Option<&Arc<Record>>| request.onto(record);
        let (expected, mut found) =
            (changes(base.as_ref().map(|b| &b.0)), changes(base.as_ref().map(|b| &b.1)));
        let mut what = format!("step {step}: {request:?}");
        match dice.below(10) {
            0..=1 => {
                let new = [(FIELDS[0], dice.json()), (FIELDS[2], "[1]")];
                let new = Arc::new(Record::new(meta(), new.into_iter().collect()));
                let expected = model.create(&one, Arc::clone(&new)).await.unwrap();
                assert_eq!(store.create(&one, new).await.unwrap(), expected, "{what}");
                *answers.entry(format!("{expected:?}")).or_default() +=
                    u32::from(expected == Created::Created);
            }
            2..=6 => {
                let expected = model.update(&one, &expected).await.unwrap();
                let mut answer = store.update(&one, &found).await.unwrap();
                if answer == Updated::Conflict && request.may_be_left_to_the_core() {
                    let current = record_of(&store, &one).await.unwrap();
                    if let Some(merged) = merged(&found, &current) {
                        found = merged;
                        answer = store.update(&one, &found).await.unwrap();
                    }
                }
                assert_eq!(answer, expected, "{what}");
                *answers.entry(format!("update {expected:?}")).or_default() += 1;
            }
            7 => {
                let expected = model.rotate(&one, &other, &expected, at(9000)).await.unwrap();
                let mut answer = store.rotate(&one, &other, &found, at(9000)).await.unwrap();
                if answer == Rotated::Conflict && request.may_be_left_to_the_core() {
                    let current = record_of(&store, &one).await.unwrap();
                    if let Some(merged) = merged(&found, &current) {
                        answer = store.rotate(&one, &other, &merged, at(9000)).await.unwrap();
                    }
                }
                assert_eq!(answer, expected, "{what}");
                *answers.entry(format!("rotate {expected:?}")).or_default() += 1;
            }
            8 => {
                let seen = dice.moment();
                let expected = model.touch(&one, seen).await.unwrap();
                assert_eq!(store.touch(&one, seen).await.unwrap(), expected, "{what}");
                *answers.entry(format!("{expected:?}")).or_default() +=
                    u32::from(expected == Touched::Touched);
            }
            _ if dice.below(4) == 0 => {
                what = format!("step {step}: delete");
                model.delete(&one, at(8000)).await.unwrap();
                store.delete(&one, at(8000)).await.unwrap();
            }
            _ => {
                if let (Some(expected), Some(found)) =
                    (record_of(&model, &one).await, record_of(&store, &one).await)
                {
                    loaded.push(Some((expected, found)));
                }
            }
        }
        for key in [&one, &other] {
            same_under(&model, &store, key, &what).await;
        }
    }
    // the dice met every answer, and often
    for answer in
        ["update Applied", "update Conflict", "update Gone", "rotate Rotated", "rotate Exists", "Touched"]
    {
        assert!(answers.get(answer).is_some_and(|count| *count > 20), "{answer}: {answers:?}");
    }
}
