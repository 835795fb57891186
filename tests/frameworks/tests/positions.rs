//! `#[with_session]` in every position that the users of a framework would try: it works, or the compiler says so, and
//! what it says is on the page of troubles.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::fs;

/// That they compile is the test.
#[path = "positions/works"]
mod works {
    mod actix;
    mod axum;
    mod poem;
    mod rocket;
    mod salvo;
    mod warp;
}

#[test]
fn what_does_not_work_is_refused() {
    let cases = trybuild::TestCases::new();
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
