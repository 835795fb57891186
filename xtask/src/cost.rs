//! `cargo xtask cost`: what `#[session]` on a struct of twenty fields costs a build, beside what the derives cost that
//! somebody would write who stores the struct by hand.
//!
//! One file, [`shop.rs`](cost/shop.rs), is compiled with nothing on the struct, with the derives, and with the attribute.
//! What the first takes is taken off the others, so the types of the fields do not count. All are compiled in one run, in
//! turns, and the time is that of the processor, so other work on the machine counts for little.
//!
//! Derived code is generic or inline and costs next to nothing until it is used. So both are used: the derives by copying,
//! comparing, writing and reading the struct as JSON, the session by asking for its table of fields, which has all of that.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::cargo::{cargo, root, show};

/// Compilations of each kind, of which the time is the sum.
const RUNS: u32 = 10;

/// The most that the session may cost, in units of what the derives cost.
const BOUND: f64 = 1.5;

/// What is on the struct, as a `--cfg` of `shop.rs`.
const BARE: &str = "bare";
const DERIVED: &str = "derived";
const SESSION: &str = "session";
/// The session, and a `Sessions` of it with a store: what an application has once for each root.
const SESSIONS: &str = "sessions";
const ALL: [&str; 4] = [BARE, DERIVED, SESSION, SESSIONS];

pub(crate) fn all() -> Result<(), String> {
    let crates = crates()?;
    let out = std::env::temp_dir().join(format!("session-cost-{}", std::process::id()));
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let measured = measure(&crates, &out);
    drop(fs::remove_dir_all(&out));
    report(&measured?)
}

/// What each of [`ALL`] took.
struct Measured {
    what: &'static str,
    unit: &'static str,
    of: [f64; ALL.len()],
    bounded: bool,
}

fn measure(crates: &Crates, out: &Path) -> Result<[Measured; 3], String> {
    let mut lines = [0.0; ALL.len()];
    for (sum, cfg) in lines.iter_mut().zip(ALL) {
        *sum = llvm_lines(crates, out, cfg)?;
    }
    let build = times(crates, out, &["--emit=link", "-Cdebuginfo=2"])?;
    let check = times(crates, out, &["--emit=metadata"])?;
    let row = |what, unit, of, bounded| Measured { what, unit, of, bounded };
    Ok([
        row("LLVM lines", "", lines, true),
        row("time of `cargo build`", " ms", build, true),
        row("time of `cargo check`", " ms", check, false),
    ])
}

fn report(measured: &[Measured]) -> Result<(), String> {
    let mut over = Vec::new();
    println!("what is added to a struct of twenty fields\n");
    println!("| {:21} | derives | #[session] | ratio | and `Sessions::new` |", "");
    println!("|-----------------------|--------:|-----------:|------:|--------------------:|");
    for Measured { what, unit, of: [bare, derived, session, sessions], bounded } in measured {
        let (derived, session, sessions) = (derived - bare, session - bare, sessions - bare);
        let ratio = session / derived;
        let [derived, session, sessions] = [derived, session, sessions].map(|n| format!("{n:.0}{unit}"));
        println!("| {what:21} | {derived:>7} | {session:>10} | {ratio:>5.2} | {sessions:>19} |");
        // a ratio that is no number is one that nothing was measured for
        if *bounded && (ratio.is_nan() || ratio > BOUND) {
            over.push(format!("{what}: {ratio:.2} times what the derives cost, at most {BOUND}"));
        }
    }
    if over.is_empty() { Ok(()) } else { Err(over.join("\n")) }
}

/// What `shop.rs` depends on, built.
struct Crates {
    /// Name and file.
    direct: Vec<(String, PathBuf)>,
    /// Where the dependencies of those are.
    folder: PathBuf,
}

fn crates() -> Result<Crates, String> {
    let mut build = cargo(&["build", "--quiet", "-p", "session-runtime", "--message-format", "json"]);
    let output = build.output().map_err(|error| format!("`{}`: {error}", show(&build)))?;
    if !output.status.success() {
        return Err(format!("`{}` failed:\n{}", show(&build), String::from_utf8_lossy(&output.stderr)));
    }
    let mut direct = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let message: serde_json::Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let name = message["target"]["name"].as_str().unwrap_or_default();
        let files = message["filenames"].as_array().into_iter().flatten().filter_map(|file| file.as_str());
        let library = files.map(PathBuf::from).find(|file| file.extension().is_some_and(|e| e == "rlib"));
        if let (Some(file), "serde" | "serde_json" | "session_runtime") = (library, name) {
            direct.push((name.to_owned(), file));
        }
    }
    let folder =
        direct.iter().find(|(name, _)| name == "session_runtime").and_then(|(_, file)| file.parent());
    let folder = folder.ok_or("cargo names no library of session-runtime")?.join("deps");
    Ok(Crates { direct, folder })
}

fn compile(crates: &Crates, out: &Path, cfg: &str, flags: &[&str]) -> Result<(), String> {
    let mut rustc = Command::new(std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned()));
    rustc.args(["--edition=2024", "--crate-type=lib", "--crate-name=shop", "--cfg", cfg]);
    rustc.args(flags).arg("--out-dir").arg(out);
    rustc.arg("-L").arg(format!("dependency={}", crates.folder.display()));
    for (name, file) in &crates.direct {
        rustc.arg("--extern").arg(format!("{name}={}", file.display()));
    }
    rustc.arg(root().join("xtask/src/cost/shop.rs"));
    match rustc.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` failed: {status}", show(&rustc))),
        Err(error) => Err(format!("`{}`: {error}", show(&rustc))),
    }
}

/// Lines within functions, before LLVM has a say: what it is given to do.
fn llvm_lines(crates: &Crates, out: &Path, cfg: &str) -> Result<f64, String> {
    compile(crates, out, cfg, &["--emit=llvm-ir", "-Cno-prepopulate-passes", "-Ccodegen-units=1"])?;
    let text = fs::read_to_string(out.join("shop.ll")).map_err(|error| format!("shop.ll: {error}"))?;
    let mut within = false;
    let mut count: u32 = 0;
    for line in text.lines() {
        within |= line.starts_with("define ");
        count += u32::from(within);
        within &= line != "}";
    }
    Ok(f64::from(count))
}

/// Milliseconds of one compilation each.
fn times(crates: &Crates, out: &Path, flags: &[&str]) -> Result<[f64; ALL.len()], String> {
    let mut sums = [Duration::ZERO; ALL.len()];
    for _ in 0..RUNS {
        for (sum, cfg) in sums.iter_mut().zip(ALL) {
            let (begin, before) = (Instant::now(), time_of_children());
            compile(crates, out, cfg, flags)?;
            *sum += match (before, time_of_children()) {
                (Some(before), Some(after)) => after.saturating_sub(before),
                _ => begin.elapsed(),
            };
        }
    }
    Ok(sums.map(|sum| sum.as_secs_f64() * 1_000.0 / f64::from(RUNS)))
}

/// The processor's time that children took which have ended: on Linux, where `/proc` tells it in hundredths of a second.
/// Over all runs, that is precise enough.
fn time_of_children() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // after the program's name, which may hold anything, the third field and so on; these are the 16th and 17th
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks(13)? + ticks(14)?) * 10))
}
