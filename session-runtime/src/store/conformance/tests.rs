//! The suite on the store at hand, and what the suite promises of itself.

use std::path::Path;

use super::{Subject, tests};
use crate::store::MemoryStore;

tests!(async || Subject::new(MemoryStore::new()));

/// A behaviour that nobody runs proves nothing.
#[test]
fn every_behaviour_has_its_test() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/conformance");
    let list = include_str!("../conformance.rs");
    let mut count = 0;
    for file in std::fs::read_dir(here.join("behaviour")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for line in text.lines().filter_map(|line| line.strip_prefix("pub async fn ")) {
            let name = line.split('<').next().unwrap();
            assert!(list.lines().any(|listed| listed.trim() == name), "`{name}` is not listed");
            count += 1;
        }
    }
    assert!(count > 40, "found only {count}");
}
