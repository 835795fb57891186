//! The tests start Redis servers of their own, so there must be a program to start.

use std::process::{Command, Stdio};

const PROGRAM: &str = "redis-server";

/// The tests build clusters with commands that older ones do not have.
const OLDEST: u32 = 7;

/// What is installed where there is `apt-get`, and whoever runs this may.
const INSTALL: [&[&str]; 2] =
    [&["apt-get", "-q", "update"], &["apt-get", "-q", "install", "-y", "--no-install-recommends", PROGRAM]];

/// Makes sure that there is a `redis-server`.
pub(crate) fn ensure() -> Result<(), String> {
    if version().is_none() {
        install();
    }
    match version() {
        Some(version) if version >= OLDEST => Ok(()),
        Some(version) => Err(format!(
            "`{PROGRAM}` {version} is too old for the tests of the Redis store: install version {OLDEST} or later"
        )),
        None => Err(format!(
            "the tests of the Redis store start `{PROGRAM}`, which is not on the PATH: install version {OLDEST} or later"
        )),
    }
}

fn install() {
    for words in INSTALL {
        eprintln!("\n$ {}", words.join(" "));
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
        if !command.status().is_ok_and(|status| status.success()) {
            return;
        }
    }
}

/// The major version, as in `Redis server v=7.0.15 sha=…`; none if there is no such program.
fn version() -> Option<u32> {
    let output = Command::new(PROGRAM).arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_once("v=")?.1.split('.').next()?.parse().ok()
}
