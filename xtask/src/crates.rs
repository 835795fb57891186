//! How many crates an application on axum gets.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::cargo::{cargo, root};

/// At most so many, axum's and tokio's own among them.
const MOST: usize = 70;

/// What an application of ours is without `session-runtime`'s other features: a manifest of its own, since a workspace's
/// members share the features of what they depend on.
const MANIFEST: &str = r#"
[package]
name = "application"
version = "0.0.0"
edition = "2024"
[workspace]
[dependencies]
axum = "0.8"
tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
"#;

/// Whether an application with axum and the memory store stays within [`MOST`].
pub(crate) fn counted() -> Result<Vec<String>, String> {
    let folder = std::env::temp_dir().join(format!("session-crates-{}", std::process::id()));
    let crates =
        fs::create_dir_all(folder.join("src")).map_err(|e| e.to_string()).and_then(|()| tree(&folder));
    drop(fs::remove_dir_all(&folder));
    let crates = crates?;
    if crates.len() <= MOST {
        return Ok(Vec::new());
    }
    let names: Vec<_> = crates.into_iter().collect();
    Ok(vec![format!(
        "an application with axum has {} crates, and at most {MOST}: {}",
        names.len(),
        names.join(", ")
    )])
}

/// Name and version of each crate but the application, of the versions that are locked here.
fn tree(folder: &Path) -> Result<BTreeSet<String>, String> {
    let ours = root().join("session-runtime");
    let manifest = format!("{MANIFEST}session-runtime = {{ path = '{}' }}\n", ours.display());
    let manifest_path = folder.join("Cargo.toml");
    fs::write(&manifest_path, manifest).map_err(|e| e.to_string())?;
    fs::write(folder.join("src/main.rs"), "fn main() {}").map_err(|e| e.to_string())?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).map_err(|e| e.to_string())?;
    let output = cargo(&["tree", "--quiet", "--edges", "normal", "--prefix", "none", "--manifest-path"])
        .arg(&manifest_path)
        .output()
        .map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(format!("cargo tree: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let named = text.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some(format!("{} {}", words.next()?, words.next()?))
    });
    Ok(named.filter(|name| !name.starts_with("application ")).collect())
}
