//! `cargo xtask expand`: what the macros make of a file.

use std::fs;
use std::path::Path;

/// Prints the file, formatted, with both macros carried out in it.
pub(crate) fn file(path: &str) -> Result<(), String> {
    print!("{}", expanded(Path::new(path))?);
    Ok(())
}

fn expanded(path: &Path) -> Result<String, String> {
    let source = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    session_expansion::expanded(&source).map_err(|error| format!("{}: {error}", path.display()))
}
