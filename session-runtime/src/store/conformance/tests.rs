//! The suite on the store at hand, and what the suite promises of itself.

mod flawed;
mod flaws;

use std::path::Path;

use self::flawed::{SMALL, flawed};
use self::flaws::Flaw;
use super::{Subject, tests};
use crate::store::MemoryStore;

tests!(async || Subject::new(MemoryStore::new()));

/// The store that the flaws are put into has none itself.
mod flawless {
    use super::*;

    tests!(async || flawed(&[]));
}

/// What a store says it does not promise is passed over, and everything else holds.
mod without_tombstones {
    use super::*;

    tests!(async || flawed(&[Flaw::ForgetsTheDead]).without_tombstones());
}

mod without_forwarding {
    use super::*;

    tests!(async || flawed(&[Flaw::RotateHidesWhereItWent]).without_forwarding());
}

mod without_merging {
    use super::*;

    tests!(async || flawed(&[Flaw::Replaces]).without_merging());
}

mod small {
    use super::*;

    tests!(async || flawed(&[Flaw::IsSmall]).up_to(SMALL));
}

mod least_of_all {
    use super::*;

    tests!(async || flawed(&[Flaw::ForgetsTheDead, Flaw::Replaces, Flaw::IsSmall])
        .without_tombstones()
        .without_merging()
        .up_to(SMALL));
}

/// A behaviour that nobody runs proves nothing, nor does one that no broken store fails.
#[test]
fn every_behaviour_has_its_test() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/conformance");
    let list = include_str!("../conformance.rs");
    let flaws = include_str!("tests/flaws.rs");
    let mut count = 0;
    for file in std::fs::read_dir(here.join("behaviour")).unwrap() {
        let file = file.unwrap().path();
        let topic = file.file_stem().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines().filter_map(|line| line.strip_prefix("pub async fn ")) {
            let name = line.split('<').next().unwrap();
            assert!(list.lines().any(|listed| listed.trim() == name), "`{name}` is not listed");
            let failed = format!("{topic}::{name}");
            let mut lines = flaws.lines().map(|line| line.trim().trim_end_matches(';'));
            assert!(lines.any(|line| line == failed), "no flaw fails `{failed}`");
            count += 1;
        }
    }
    assert!(count > 40, "found only {count}");
}
