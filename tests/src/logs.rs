//! What the libraries write to the log, at the finest level.

use std::cell::RefCell;
use std::io;
use std::sync::Once;

use tracing::Level;

thread_local! {
    static HEARD: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes to the buffer of the present thread. A test and all its tasks run on one thread, so tests do not hear each other.
struct Ear;

impl io::Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        HEARD.with_borrow_mut(|heard| heard.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to listen on this thread; what was heard before is forgotten.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber =
            tracing_subscriber::fmt().with_max_level(Level::TRACE).with_ansi(false).with_writer(|| Ear);
        tracing::subscriber::set_global_default(subscriber.finish()).expect("nobody else listens");
    });
    HEARD.with_borrow_mut(Vec::clear);
}

/// Everything heard on this thread since [`listen`].
pub fn heard() -> String {
    HEARD.with_borrow(|heard| String::from_utf8_lossy(heard).into_owned())
}

/// How many lines heard since [`listen`] contain `words`.
pub fn count(words: &str) -> usize {
    heard().lines().filter(|line| line.contains(words)).count()
}
