//! `#[with_session]` in every position that the users of a framework would try: it works, or the compiler says so, and
//! what it says is on the page of troubles.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::fs;

#[test]
fn every_position_works_or_is_refused() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/positions/works/*.rs");
    cases.compile_fail("tests/positions/refused/*.rs");
}

/// The page quotes the first line of each message, by which it is found.
#[test]
fn every_refusal_is_on_the_page_of_troubles() {
    let page = fs::read_to_string("../../docs/troubleshooting.md").unwrap();
    let said = fs::read_dir("tests/positions/refused").unwrap().map(|entry| entry.unwrap().path());
    let said: Vec<_> = said.filter(|path| path.extension().is_some_and(|end| end == "stderr")).collect();
    assert!(!said.is_empty());
    for path in said {
        let said = fs::read_to_string(&path).unwrap();
        let first = said.lines().next().unwrap();
        assert!(page.contains(first), "{}: `{first}`", path.display());
    }
}
