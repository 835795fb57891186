//! `cargo xtask mistakes`: the page of all mistakes, made from the fixtures and what the compiler says of them.

mod page;
mod stderr;

use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo::root;

const PAGE: &str = "session-runtime/MISTAKES.md";
const FIXTURES: &str = "tests/ui";

/// What is no mistake of a user's: what compiles, and what only shows that one mistake gives one error.
const LEFT_OUT: [&str; 2] = ["pass", "recovery"];

/// Writes the page anew.
pub(crate) fn write() -> Result<(), String> {
    let path = root().join(PAGE);
    fs::write(&path, made()?).map_err(|error| format!("{}: {error}", path.display()))
}

/// What is wrong with the page as it is, if anything.
pub(crate) fn stale() -> Result<Vec<String>, String> {
    let path = root().join(PAGE);
    let is = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let is_stale = is != made()?;
    Ok(is_stale
        .then(|| format!("{PAGE} is not what the fixtures say: run `cargo xtask mistakes`"))
        .into_iter()
        .collect())
}

fn made() -> Result<String, String> {
    let mut topics = Vec::new();
    for folder in entries(&root().join(FIXTURES))?.into_iter().filter(|entry| entry.is_dir()) {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if LEFT_OUT.contains(&&*name) {
            continue;
        }
        let mut mistakes = Vec::new();
        for file in
            entries(&folder)?.into_iter().filter(|file| file.extension().is_some_and(|e| e == "stderr"))
        {
            let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            mistakes.push(stderr::read(&text));
        }
        topics.push((name, mistakes));
    }
    Ok(page::page(&topics))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error| format!("{}: {error}", folder.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        entries.push(entry.map_err(failed)?.path());
    }
    entries.sort();
    Ok(entries)
}
