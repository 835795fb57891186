//! The files under `tests/ui`.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the fixtures are, seen from this package.
pub(crate) const FIXTURES: &str = "ui";

/// What compiles lives here; every other folder is a topic of mistakes.
pub(crate) const PASS: &str = "pass";

/// The folders of mistakes.
pub(crate) fn topics() -> Vec<PathBuf> {
    let topics: Vec<PathBuf> = folders().into_iter().filter(|folder| !folder.ends_with(PASS)).collect();
    assert!(!topics.is_empty());
    topics
}

/// All folders.
pub(crate) fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        entries(Path::new(FIXTURES)).into_iter().filter(|entry| entry.is_dir()).collect();
    folders.sort();
    folders
}

/// The files of a folder whose names end so.
pub(crate) fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let is_wanted = |file: &PathBuf| file.extension().is_some_and(|found| found == extension);
    let mut files: Vec<PathBuf> = entries(dir).into_iter().filter(is_wanted).collect();
    files.sort();
    files
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
