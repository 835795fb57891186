//! The inputs that the fuzzers found worth keeping, once more. So what they found stays found, also where nobody fuzzes.

use std::fs;
use std::path::Path;

/// Runs a target on each of its inputs.
fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        println!("{}", path.display()); // which one it was, if it fails
        run(&fs::read(path).unwrap());
        count += 1;
    }
    assert!(count >= 10, "{count} inputs of {target}");
}

/// S6, S33, T7, T8, T9.
#[test]
fn cookie_headers() {
    replay("cookie", super::cookie);
}

/// S52, S60, T11, T12, T35, T37.
#[test]
fn sealed_tokens() {
    replay("sealed", super::sealed);
}

/// T18, T35, T37, EM-24.
#[test]
fn files_of_records() {
    replay("file", super::file);
}

/// T26, T35, T37, EM-24.
#[test]
fn hashes_of_records() {
    replay("redis_hash", super::redis_hash);
}

/// T22, T26, T35.
#[test]
fn replies_of_redis() {
    replay("redis_reply", super::redis_reply);
}

/// T14, T19, T35.
#[test]
fn sessions_of_emmett() {
    replay("emmett", super::emmett);
}
