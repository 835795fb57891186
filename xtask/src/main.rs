//! The commands that people and CI both run: `cargo xtask <command>`.

mod bench;
mod cargo;
mod check;
mod cost;
mod crates;
mod expand;
mod fuzz;
mod mistakes;
mod redis;
mod requirements;
mod sizes;
mod test;

use std::process::ExitCode;

const USAGE: &str = "cargo xtask <command>

  test             everything that must hold: formatting, lints, documentation, unit, integration, doc and compile-fail tests
  check            what of that no compiler checks: lengths of files, links, pages, the stated Rust, how many crates
  bless            writes what the fixtures in tests/ui are expected to say and to become anew, from what they say and
                   become now, and the page of mistakes; read the diff
  expand <file.rs> prints the file with `#[session]` and `#[with_session]` carried out in it
  mistakes         writes the page of mistakes anew, from what the fixtures are expected to say
  requirements [--all]
                   each requirement with the test that proves it, or all of them; fails where there is none
  fuzz [--seconds 60] [--keep] [target..]
                   any bytes to what reads bytes from outside, each target for its time (needs a C++ compiler); --keep adds
                   what was found to the inputs in fuzz/corpus, which the tests run
  cost             what `#[session]` on a struct of twenty fields costs a build, beside what the derives cost
  bench [--quick]  what a session costs, in instructions over the framework alone (needs valgrind); --quick: axum and
                   the memory store only";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["test"] => test::all(),
        ["check"] => check::all(),
        ["bless"] => test::bless(),
        ["requirements"] => requirements::all(false),
        ["requirements", "--all"] => requirements::all(true),
        ["fuzz", arguments @ ..] => fuzz::all(arguments),
        ["expand", file] => expand::file(file),
        ["mistakes"] => mistakes::write(),
        ["cost"] => cost::all(),
        ["bench"] => bench::all(false),
        ["bench", "--quick"] => bench::all(true),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
