//! What does not compile, and what it says; what must compile.
//!
//! `tests/ui/<topic>/<mistake>.rs` is one mistake, the `.stderr` beside it what the user reads. To bless a change run
//! `TRYBUILD=overwrite cargo test -p session-tests --test ui`, and read the difference.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the fixtures are, seen from this package.
const FIXTURES: &str = "ui";

/// What compiles lives here; every other folder is a topic of mistakes.
const PASS: &str = "pass";

/// What the traits of the runtime say of a type that lacks them.
const BOUNDS: &str = "bounds";
const OF_BOUNDS: [&str; 19] = [
    "cannot be stored in a session",
    "cannot be held by an `Expiring` field of a session",
    "is not `session_runtime::Expiring`, whose values a `ttl` is for",
    "`merge = add` needs an integer field",
    "`merge = max` and `merge = min` need a type with an order",
    "`merge = union` needs a set, a map or a `Vec`",
    "`merge = append` needs a sequence",
    "an `owner` field must be an `Option`",
    "a `label` field must be a text",
    "is not a session type",
    "is not a session of its own",
    "declares no longer lifetime",
    "has no default, which a session begins with",
    "which its client can read",
    "has a merge policy, and",
    "is no session store",
    "has no `owner` field",
    "cannot be required",
    "lends no `",
];

/// What rustc says best itself; here counts where it says so.
const RUSTC: &str = "rustc";

#[test]
fn mistakes_are_explained_and_the_rest_compiles() {
    let cases = trybuild::TestCases::new();
    cases.pass(format!("{FIXTURES}/{PASS}/*.rs"));
    for topic in topics() {
        cases.compile_fail(topic.join("*.rs"));
    }
}

#[test]
fn every_explanation_is_ours() {
    for topic in topics() {
        for stderr in files(&topic, "stderr") {
            let text = fs::read_to_string(&stderr).unwrap();
            let ours = match topic.file_name().and_then(|name| name.to_str()) {
                Some(RUSTC) => true,
                Some(BOUNDS) => OF_BOUNDS.iter().any(|words| text.contains(words)),
                // how rustc prints the second line of a message
                _ => text.contains("\n       help: "),
            };
            assert!(ours, "{} is not in our words", stderr.display());
            for foreign in
                ["unresolved import", "cannot find attribute", "cannot find macro", "unresolved module"]
            {
                assert!(!text.contains(foreign), "{} fails for another reason: {foreign}", stderr.display());
            }
        }
    }
}

#[test]
fn every_explanation_has_its_fixture_and_every_fixture_its_explanation() {
    for stderr in stderrs() {
        assert!(stderr.with_extension("rs").exists(), "{} is an orphan", stderr.display());
    }
    for fixture in topics().iter().flat_map(|topic| files(topic, "rs")) {
        assert!(fixture.with_extension("stderr").exists(), "{} has no .stderr", fixture.display());
    }
}

fn topics() -> Vec<PathBuf> {
    let mut topics: Vec<PathBuf> = entries(Path::new(FIXTURES))
        .into_iter()
        .filter(|entry| entry.is_dir() && !entry.ends_with(PASS))
        .collect();
    topics.sort();
    assert!(!topics.is_empty());
    topics
}

fn stderrs() -> Vec<PathBuf> {
    entries(Path::new(FIXTURES))
        .iter()
        .filter(|entry| entry.is_dir())
        .flat_map(|dir| files(dir, "stderr"))
        .collect()
}

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    entries(dir).into_iter().filter(|file| file.extension().is_some_and(|found| found == extension)).collect()
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
