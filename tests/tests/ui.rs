//! What does not compile, and what it says; what must compile; and what the macros make of both.
//!
//! What a fixture is: `tests/ui/README.md`. To bless a change run `cargo xtask bless`, and read the difference.

#[path = "ui/fixtures.rs"]
mod fixtures;
#[path = "ui/snapshots.rs"]
mod snapshots;

use std::fs;

use fixtures::{FIXTURES, PASS, files, folders, topics};

/// What the traits of the runtime say of a type that lacks them.
const BOUNDS: &str = "bounds";
const OF_BOUNDS: [&str; 23] = [
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
    "has no `impersonator` field",
    "cannot say who is behind an impersonation",
    "cannot be required",
    "lends no `",
    "is no array that can be a key",
    "`migrate` needs a `fn(&mut Migration) -> Result<(), MigrationError>`",
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
    for stderr in folders().iter().flat_map(|folder| files(folder, "stderr")) {
        assert!(stderr.with_extension("rs").exists(), "{} is an orphan", stderr.display());
    }
    for fixture in topics().iter().flat_map(|topic| files(topic, "rs")) {
        assert!(fixture.with_extension("stderr").exists(), "{} has no .stderr", fixture.display());
    }
}
