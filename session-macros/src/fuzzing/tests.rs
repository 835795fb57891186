//! The inputs that the fuzzer found worth keeping, once more.

use std::fs;
use std::path::Path;

#[test]
fn whatever_the_options_are_the_outcome_is_rust() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/attributes");
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        println!("{}", path.display()); // which one it was, if it fails
        super::attributes(&fs::read(path).unwrap());
        count += 1;
    }
    assert!(count >= 10, "{count} inputs");
}
