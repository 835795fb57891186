//! `cargo xtask fuzz`: libFuzzer on what reads bytes from outside.
//!
//! It works with a stable compiler: what libFuzzer learns from is a pass of LLVM, asked for by name. The address sanitizer
//! needs a nightly one and is left out; there is no unsafe code here for it to find anything in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cargo::{cargo, root, run, show};

/// What is run, each for its time. The functions are `session_runtime::__fuzzing` and, for the last, in the macros.
const TARGETS: [&str; 7] = ["cookie", "sealed", "file", "redis_hash", "redis_reply", "emmett", "attributes"];

/// Seconds for each.
const SECONDS: u32 = 60;

/// Tells libFuzzer which branches were taken and what was compared with what.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

/// An input that takes longer, in seconds, or that needs more memory, in MiB, is a finding.
const SLOW: u32 = 10;
const LARGE: u32 = 1024;

/// No input is longer. What is read has limits of its own, which are far above or tested elsewhere.
const LONGEST: u32 = 8192;

/// Inputs whose names begin so were written by hand, and stay whatever else reaches as far.
const BY_HAND: &str = "seed-";

/// What was asked for.
struct Wanted {
    targets: Vec<&'static str>,
    seconds: u32,
    /// Whether what was found is added to the repository's inputs, as few as reach as far.
    keep: bool,
}

pub(crate) fn all(arguments: &[&str]) -> Result<(), String> {
    let wanted = wanted(arguments)?;
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    if Command::new(&compiler).arg("--version").stdout(Stdio::null()).status().is_err() {
        return Err(format!(
            "libFuzzer is C++, and there is no `{compiler}`: install one (`apt-get install g++`)"
        ));
    }
    let folder = root().join("target/fuzz");
    let programs = build(&folder)?;
    for target in wanted.targets {
        fuzz(&programs.join(target), target, &folder, wanted.seconds)?;
        if wanted.keep {
            keep(&programs.join(target), target, &folder)?;
        }
    }
    Ok(())
}

fn wanted(arguments: &[&str]) -> Result<Wanted, String> {
    let mut wanted = Wanted { targets: Vec::new(), seconds: SECONDS, keep: false };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match *argument {
            "--keep" => wanted.keep = true,
            "--seconds" => {
                let seconds = arguments.next().and_then(|seconds| seconds.parse().ok());
                wanted.seconds = seconds.ok_or("--seconds wants a number")?;
            }
            name => {
                let target = TARGETS.iter().find(|target| **target == name);
                wanted.targets.push(target.ok_or(format!("no target `{name}`: there are {TARGETS:?}"))?);
            }
        }
    }
    if wanted.targets.is_empty() {
        wanted.targets = TARGETS.to_vec();
    }
    Ok(wanted)
}

/// Builds all targets and says where they are.
fn build(folder: &Path) -> Result<PathBuf, String> {
    let host = host()?;
    let manifest = root().join("fuzz/Cargo.toml");
    let build = folder.join("build");
    // with `--target`, the flags are for what is fuzzed and not for what runs while compiling
    run(cargo(&["build", "--release", "--quiet", "--target", &host, "--manifest-path"])
        .arg(manifest)
        .env("CARGO_TARGET_DIR", &build)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", FLAGS))?;
    Ok(build.join(host).join("release"))
}

fn host() -> Result<String, String> {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(&rustc).arg("-vV").output().map_err(|e| format!("{rustc}: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| format!("{rustc} does not say for what it compiles"))
}

/// Runs one target. What it finds on its way stays in the target folder; what breaks it is named in the output.
fn fuzz(program: &Path, target: &str, folder: &Path, seconds: u32) -> Result<(), String> {
    let found = found(folder, target)?;
    let mut command = Command::new(program);
    command
        .args([found, corpus(target)])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={SLOW}"))
        .arg(format!("-rss_limit_mb={LARGE}"))
        .arg(format!("-max_len={LONGEST}"))
        .arg(format!("-artifact_prefix={}/{target}-", folder.display()))
        .args(["-print_final_stats=1", "-verbosity=0"]);
    let said = listen(&mut command)?;
    let number = |name: &str| said.iter().find_map(|line| line.strip_prefix(name)).map_or("?", str::trim);
    println!(
        "{target:11} {:>10} executions, {:>7} a second, {:>4} MiB",
        number("stat::number_of_executed_units:"),
        number("stat::average_exec_per_sec:"),
        number("stat::peak_rss_mb:"),
    );
    Ok(())
}

/// Runs libFuzzer, which says more than anybody wants to read: all of it is shown only if it ends badly.
fn listen(command: &mut Command) -> Result<Vec<String>, String> {
    let shown = show(command);
    eprintln!("\n$ {shown}");
    let output = command.output().map_err(|error| format!("`{shown}` did not start: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        Ok(said.lines().map(str::to_owned).collect())
    } else {
        Err(format!("{said}\n`{shown}` failed: {}", output.status))
    }
}

/// Puts into the repository as few inputs as reach everything that those there and those found do.
fn keep(program: &Path, target: &str, folder: &Path) -> Result<(), String> {
    let (corpus, few) = (corpus(target), folder.join(target).with_extension("few"));
    let failed = |error: std::io::Error| format!("{}: {error}", corpus.display());
    drop(fs::remove_dir_all(&few));
    fs::create_dir_all(&few).map_err(failed)?;
    // what counts is which branches are reached, not how often, or there would be thousands
    let mut command = Command::new(program);
    command.args(["-set_cover_merge=1", "-use_counters=0", "-use_cmp=0"]).arg(format!("-max_len={LONGEST}"));
    listen(command.args([&few, &corpus, &found(folder, target)?]))?;
    for entry in fs::read_dir(&corpus).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_string_lossy().starts_with(BY_HAND) {
            fs::remove_file(entry.path()).map_err(failed)?;
        }
    }
    for entry in fs::read_dir(&few).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        fs::copy(entry.path(), corpus.join(entry.file_name())).map_err(failed)?;
    }
    Ok(())
}

/// The repository's inputs of a target.
fn corpus(target: &str) -> PathBuf {
    root().join("fuzz/corpus").join(target)
}

/// Where the inputs lie that were found since.
fn found(folder: &Path, target: &str) -> Result<PathBuf, String> {
    let found = folder.join(target);
    fs::create_dir_all(&found).map_err(|e| format!("{}: {e}", found.display()))?;
    Ok(found)
}
