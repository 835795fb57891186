//! A record remembers its decoded value, so that the next request need not decode it again.

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// The decoded value of one record. Records are immutable, so it is right for as long as the record lives.
#[derive(Default)]
pub(crate) struct Memo(OnceLock<Box<Remembered>>);

struct Remembered {
    value: Arc<dyn Any + Send + Sync>,
    bytes: usize,
    budget: Arc<MemoBudget>,
}

impl Memo {
    pub(crate) fn get<S: Send + Sync + 'static>(&self) -> Option<Arc<S>> {
        Arc::clone(&self.0.get()?.value).downcast().ok()
    }

    /// Remembers a value if the budget has room for it. The first value stays.
    pub(crate) fn set(&self, Decoded { value, bytes, budget }: &Decoded) {
        if self.0.get().is_none() && budget.take(*bytes) {
            let (value, budget) = (Arc::clone(value), Arc::clone(budget));
            // a racing second value is dropped here, and gives its share of the budget back
            drop(self.0.set(Box::new(Remembered { value, bytes: *bytes, budget })));
        }
    }
}

/// A decoded value, for a record to remember.
#[derive(Clone)]
pub(crate) struct Decoded {
    pub(crate) value: Arc<dyn Any + Send + Sync>,
    pub(crate) bytes: usize,
    pub(crate) budget: Arc<MemoBudget>,
}

impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decoded(..)")
    }
}

impl Clone for Memo {
    /// The copy takes its own share of the budget, and forgets the value if there is none left.
    fn clone(&self) -> Self {
        let copy = Self::default();
        if let Some(Remembered { value, bytes, budget }) = self.0.get().map(|boxed| &**boxed) {
            copy.set(&Decoded { value: Arc::clone(value), bytes: *bytes, budget: Arc::clone(budget) });
        }
        copy
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.get().is_some() { "Memo(..)" } else { "Memo" })
    }
}

impl Drop for Remembered {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// How many bytes remembered values may take together.
#[derive(Debug)]
pub(crate) struct MemoBudget {
    used: AtomicUsize,
    limit: usize,
}

impl MemoBudget {
    pub(crate) fn new(limit: usize) -> Self {
        Self { used: AtomicUsize::new(0), limit }
    }

    fn take(&self, bytes: usize) -> bool {
        let used = self.used.fetch_add(bytes, Ordering::Relaxed);
        let fits = used.saturating_add(bytes) <= self.limit;
        if !fits {
            self.used.fetch_sub(bytes, Ordering::Relaxed);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoded, Memo, MemoBudget};
    use std::sync::Arc;
    use std::sync::atomic::Ordering;

    #[test]
    fn the_budget_bounds_remembered_values_and_gets_its_bytes_back() {
        let budget = Arc::new(MemoBudget::new(10));
        let (first, second) = (Memo::default(), Memo::default());
        let decoded = |value: u8| Decoded { value: Arc::new(value), bytes: 8, budget: Arc::clone(&budget) };
        first.set(&decoded(1));
        second.set(&decoded(2));
        assert_eq!(first.get::<u8>().as_deref(), Some(&1));
        assert!(second.get::<u8>().is_none(), "over the budget");
        assert!(first.get::<u16>().is_none(), "another type is not this value");
        drop(first);
        assert_eq!(budget.used.load(Ordering::Relaxed), 0);
        second.set(&decoded(2));
        assert_eq!(second.get::<u8>().as_deref(), Some(&2));
    }

    /// T5, T29: a million visitors' values take no more than the budget together, also when several threads remember at once.
    #[test]
    fn t5_t29_what_is_remembered_at_once_stays_within_the_budget() {
        const LIMIT: usize = 1000;
        let budget = Arc::new(MemoBudget::new(LIMIT));
        let remember = || {
            let memos: Vec<Memo> = (0..500_u64)
                .map(|n| {
                    let memo = Memo::default();
                    memo.set(&Decoded { value: Arc::new(n), bytes: 8, budget: Arc::clone(&budget) });
                    memo
                })
                .collect();
            memos
        };
        let memos: Vec<Memo> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(remember)).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        let kept = memos.iter().filter(|memo| memo.get::<u64>().is_some()).count();
        assert!(kept > 0 && kept * 8 <= LIMIT, "{kept} of {}", memos.len());
        assert_eq!(budget.used.load(Ordering::Relaxed), kept * 8);
        drop(memos);
        assert_eq!(budget.used.load(Ordering::Relaxed), 0, "what is forgotten makes room");
    }
}
