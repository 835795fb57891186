//! `cargo xtask bench`: what a session costs over the framework alone, in instructions.
//!
//! Instruction counts repeat from run to run; times do not. callgrind counts what runs inside the function `measured`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::{cargo, command, root, run};

/// Requests counted a workload.
const REQUESTS: u32 = 200;

/// The most that a workload may add, in thousands of instructions, where there is a bound.
const BOUNDS: [(&str, f64); 5] =
    [("untouched", 2.0), ("first-visit", 20.0), ("read", 21.0), ("modify", 32.0), ("malformed", 2.0)];

/// The most resident bytes a session may take at a million.
const RESIDENT_BOUND: u64 = 1_000;

pub(crate) fn all(quick: bool) -> Result<(), String> {
    let manifest = root().join("benches/Cargo.toml");
    let manifest = manifest.to_string_lossy();
    run(&mut cargo(&["build", "--release", "--quiet", "--manifest-path", &manifest]))?;
    let program = target_folder(&manifest)?.join("release/session-benches");
    let mut counts: BTreeMap<(String, String), f64> = BTreeMap::new();
    for line in text(Command::new(&program).arg("list"))?.lines() {
        if let Some((peer, workload)) = line.split_once(' ') {
            counts.insert((peer.to_owned(), workload.to_owned()), instructions(&program, peer, workload)?);
        }
    }
    let mut over = table(&counts);
    if !quick {
        let bytes: u64 =
            text(Command::new(&program).args(["resident", "1000000"]))?.trim().parse().unwrap_or(u64::MAX);
        println!("\nresident bytes a session at one million: {bytes} (at most {RESIDENT_BOUND})");
        if bytes > RESIDENT_BOUND {
            over.push(format!("{bytes} resident bytes a session, at most {RESIDENT_BOUND}"));
        }
    }
    if over.is_empty() { Ok(()) } else { Err(over.join("\n")) }
}

fn target_folder(manifest: &str) -> Result<PathBuf, String> {
    let metadata =
        text(&mut cargo(&["metadata", "--no-deps", "--format-version", "1", "--manifest-path", manifest]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).map_err(|e| e.to_string())?;
    metadata["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .ok_or_else(|| "cargo names no target folder".to_owned())
}

/// Instructions a request.
fn instructions(program: &Path, peer: &str, workload: &str) -> Result<f64, String> {
    let out = std::env::temp_dir().join(format!("session-bench-{}", std::process::id()));
    let flags = ["--tool=callgrind", "--toggle-collect=*measured*", "--quiet"];
    let mut valgrind = command("valgrind", &flags);
    valgrind.arg(format!("--callgrind-out-file={}", out.display())).arg(program);
    valgrind.args(["run", peer, workload, &REQUESTS.to_string()]);
    let status = valgrind
        .status()
        .map_err(|e| format!("valgrind: {e}; install it with `apt-get install valgrind`"))?;
    let dump =
        std::fs::read_to_string(&out).map_err(|e| format!("callgrind left nothing ({status}): {e}"))?;
    drop(std::fs::remove_file(&out));
    let total = dump
        .lines()
        .find_map(|line| line.strip_prefix("summary: ").or_else(|| line.strip_prefix("totals: ")));
    let total: u32 = total.and_then(|n| n.trim().parse().ok()).ok_or("callgrind counted nothing")?;
    if total == 0 {
        Err("callgrind did not find `measured`".to_owned())
    } else {
        Ok(f64::from(total) / f64::from(REQUESTS))
    }
}

/// Prints what each peer adds over axum, and returns what is over its bound.
fn table(counts: &BTreeMap<(String, String), f64>) -> Vec<String> {
    let count = |peer: &str, workload: &str| {
        counts.get(&(peer.to_owned(), workload.to_owned())).copied().unwrap_or(f64::NAN)
    };
    let mut over = Vec::new();
    println!("\nthousands of instructions a request (memory store, 434-byte session)\n");
    println!("| workload    | axum alone | session adds | limit-json adds | at most |");
    println!("|-------------|-----------:|-------------:|----------------:|--------:|");
    for workload in ["untouched", "first-visit", "read", "modify", "malformed", "unknown", "anonymous"] {
        let base = count("axum", workload) / 1000.0;
        let ours = count("session", workload) / 1000.0 - base;
        let limit = count("limit-json", workload) / 1000.0 - base;
        let bound = BOUNDS.iter().find(|(name, _)| *name == workload).map(|(_, bound)| *bound);
        let shown = bound.map(|bound| format!("{bound:.0}")).unwrap_or_default();
        println!("| {workload:11} | {base:10.1} | {ours:12.1} | {limit:15.1} | {shown:>7} |");
        if bound.is_some_and(|bound| ours > bound) {
            over.push(format!("{workload} adds {ours:.1} thousand instructions, at most {shown}"));
        }
    }
    over
}

fn text(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{}: {error}", crate::cargo::show(command)))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
