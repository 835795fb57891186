//! What no compiler checks: the stated Rust version, the length of files, links between documents, the page of mistakes, how
//! many crates an application gets, and how much code an adapter is.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cargo::{cargo, files};

/// Above this many lines a file says at its top why it is long.
const LONG: usize = 400;

/// Optional dependencies that need a newer Rust than we state; README and manifest say so of their features.
const NEWER: [&str; 2] = ["salvo_core", "salvo-oapi"];

pub(crate) fn all() -> Result<(), String> {
    let mut broken = rust_version()?;
    broken.extend(long_files()?);
    broken.extend(dead_links()?);
    broken.extend(crate::mistakes::stale()?);
    broken.extend(crate::crates::counted()?);
    broken.extend(crate::sizes::grown()?);
    if broken.is_empty() { Ok(()) } else { Err(broken.join("\n")) }
}

/// No dependency that a user builds asks for a newer Rust than we state.
fn rust_version() -> Result<Vec<String>, String> {
    let output = cargo(&["metadata", "--format-version", "1", "--all-features"])
        .output()
        .map_err(|e| e.to_string())?;
    let metadata: Value =
        serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata: {e}"))?;
    let packages: Vec<&Value> = metadata["packages"].as_array().into_iter().flatten().collect();
    let find = |name: &str| packages.iter().copied().find(|package| package["name"] == name);
    let ours = find("session-runtime").map(|package| version(&package["rust_version"])).unwrap_or_default();
    let mut wanted: Vec<&str> = vec!["session-runtime"];
    let mut at = 0;
    while let Some(name) = wanted.get(at).copied() {
        at += 1;
        let dependencies =
            find(name).and_then(|package| package["dependencies"].as_array()).into_iter().flatten();
        for dependency in dependencies.filter(|dependency| dependency["kind"].is_null()) {
            // what is optional or for another platform is not built by everybody; where it is, cargo says so itself
            let built =
                dependency["optional"] != true && dependency["target"].is_null() || name == "session-runtime";
            if let Some(name) = dependency["name"]
                .as_str()
                .filter(|name| built && !NEWER.contains(name) && !wanted.contains(name))
            {
                wanted.push(name);
            }
        }
    }
    let newer = |name: &&str| find(name).filter(|package| version(&package["rust_version"]) > ours);
    Ok(wanted
        .iter()
        .filter_map(newer)
        .map(|p| format!("{} needs Rust {}: raise `rust-version`", p["name"], p["rust_version"]))
        .collect())
}

/// `1.88` is `1.88.0`.
fn version(text: &Value) -> [u32; 3] {
    let mut parts = text.as_str().unwrap_or_default().split('.').map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

fn long_files() -> Result<Vec<String>, String> {
    let mut broken = Vec::new();
    for file in files("rs")? {
        let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        if text.lines().count() > LONG
            && !text.lines().take(30).any(|line| line.contains("This file is long because"))
        {
            broken.push(format!("{} has over {LONG} lines and does not say why at its top", file.display()));
        }
    }
    Ok(broken)
}

/// Every relative link of the documents leads to a file.
fn dead_links() -> Result<Vec<String>, String> {
    let mut broken = Vec::new();
    for file in files("md")? {
        let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let folder = file.parent().unwrap_or(Path::new("."));
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            let is_local = !path.is_empty() && !path.contains("://");
            if is_local && !folder.join(path).exists() {
                broken.push(format!("{}: `{link}` leads nowhere", file.display()));
            }
        }
    }
    Ok(broken)
}
