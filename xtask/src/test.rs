//! `cargo xtask test`: what must hold before a change is kept.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::cargo::{cargo, run, show};
use crate::{check, mistakes, redis, requirements};

pub(crate) fn all() -> Result<(), String> {
    redis::ensure()?;
    run_step(&["fmt", "--all", "--check"])?;
    check::all()?;
    requirements::all(false)?;
    run_step(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])?;
    // a user of another framework, or of none, builds it without the adapters
    // each adapter alone, and each store without what the others need
    for features in [
        "",
        "axum",
        "actix-web",
        "poem",
        "rocket",
        "salvo",
        "warp",
        "aide",
        "salvo-oapi",
        "conformance",
        "redis",
        "redis-cluster",
        "redis-sentinel",
        "signed-cookie",
        "encrypted-cookie",
        "emmett",
    ] {
        let features = ["--no-default-features", "--features", features];
        run(cargo(&["clippy", "-p", "session-runtime"])
            .args(features)
            .args(["--", "-D", "warnings"])
            .env("CARGO_TERM_QUIET", "true"))?;
    }
    run(cargo(&["doc", "--no-deps", "--all-features", "-p", "session-runtime", "-p", "session-macros"])
        .env("RUSTDOCFLAGS", "-D warnings"))?;
    let tally = tests(&["test", "--workspace", "--all-features", "--no-fail-fast"])?;
    // the form that every reader of test logs knows
    println!("\n{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
    if tally.failed == 0 && tally.passed > 0 && tally.finished {
        Ok(())
    } else {
        Err("some tests failed".to_owned())
    }
}

/// Writes the expectations of the fixtures anew, and the page that is made of them.
pub(crate) fn bless() -> Result<(), String> {
    // those that write; the others would look at what is not there yet
    let writers =
        ["--", "mistakes_are_explained_and_the_rest_compiles", "every_expansion_is_the_one_that_was_blessed"];
    run(cargo(&["test", "-p", "session-tests", "--test", "ui"]).args(writers).env("TRYBUILD", "overwrite"))?;
    mistakes::write()
}

fn run_step(arguments: &[&str]) -> Result<(), String> {
    run(&mut cargo(arguments))
}

#[derive(Default)]
struct Tally {
    passed: u32,
    failed: u32,
    skipped: u32,
    finished: bool,
}

/// Runs the tests, showing what they print, and adds up their summaries.
fn tests(arguments: &[&str]) -> Result<Tally, String> {
    let mut command = cargo(arguments);
    let shown = show(&command);
    eprintln!("\n$ {shown}");
    let failed = |error: std::io::Error| format!("`{shown}`: {error}");
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut tally = Tally::default();
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
        let line = line.map_err(failed)?;
        println!("{line}");
        if let Some(summary) = line.strip_prefix("test result:") {
            tally.passed += count(summary, "passed");
            tally.failed += count(summary, "failed");
            tally.skipped += count(summary, "ignored");
        }
    }
    tally.finished = child.wait().map_err(failed)?.success();
    Ok(tally)
}

/// The number before `word`, as in `ok. 12 passed; 0 failed; 0 ignored`.
fn count(summary: &str, word: &str) -> u32 {
    let words: Vec<&str> = summary.split([' ', ';']).filter(|word| !word.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}
