//! `cargo xtask requirements`: which test proves which requirement.
//!
//! The rows are those of `tests/requirements.txt`. A test proves a row by naming its number: in its own name, in the docs
//! right above it, or in the docs at the top of its file, which then count for the whole file.

mod numbers;
mod scan;
mod table;

use std::fs;
use std::path::Path;

use self::numbers::Number;
use self::scan::Proof;
use self::table::Row;
use crate::cargo::{files, root};

/// The rows, from the workspace's folder.
const TABLE: &str = "tests/requirements.txt";

/// Prints every row with the test that proves it, or with `everything` all of them. Fails for a row that has neither a
/// test nor a stated reason, for one of what must not go without a test (E, H, T), and for a test that names no row.
pub(crate) fn all(everything: bool) -> Result<(), String> {
    let path = root().join(TABLE);
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let rows = table::parse(&text)?;
    let mut proofs = Vec::new();
    for file in files("rs")? {
        let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let name = file.strip_prefix(root()).unwrap_or(&file);
        proofs.extend(scan::proofs(&shown(name), &text));
    }
    for row in &rows {
        println!("{}", line(row, &proofs, everything));
    }
    let broken = broken(&rows, &proofs);
    let proved = rows.iter().filter(|row| proves(row.number, &proofs).next().is_some()).count();
    println!("\n{proved} of {} rows have a test", rows.len());
    if broken.is_empty() { Ok(()) } else { Err(broken.join("\n")) }
}

/// The same on every system.
fn shown(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn proves(number: Number, proofs: &[Proof]) -> impl Iterator<Item = &Proof> {
    proofs.iter().filter(move |proof| proof.numbers.contains(&number))
}

fn line(row: &Row, proofs: &[Proof], everything: bool) -> String {
    let tests: Vec<&str> = proves(row.number, proofs).map(|proof| proof.test.as_str()).collect();
    let found = match (tests.as_slice(), &row.design) {
        ([], None) => "MISSING".to_owned(),
        ([], Some(reason)) => format!("by design: {reason}"),
        (tests, _) if everything => tests.join("\n             "),
        ([first], _) => (*first).to_owned(),
        ([first, more @ ..], _) => format!("{first} and {} more", more.len()),
    };
    format!("{:6} {}  {found}", row.number.to_string(), row.level)
}

fn broken(rows: &[Row], proofs: &[Proof]) -> Vec<String> {
    let mut broken = Vec::new();
    for row in rows {
        if proves(row.number, proofs).next().is_some() {
            continue;
        }
        if row.level.needs_a_test() {
            broken.push(format!("{} ({}) has no test: {}", row.number, row.level, row.text));
        } else if row.design.is_none() {
            let number = row.number;
            broken.push(format!(
                "{number} has neither a test nor a line that says why in {TABLE}: {}",
                row.text
            ));
        }
    }
    for proof in proofs {
        for number in proof.numbers.iter().filter(|number| !rows.iter().any(|row| row.number == **number)) {
            broken.push(format!("{} names {number}, which is no row of {TABLE}", proof.test));
        }
    }
    broken
}

#[cfg(test)]
mod tests;
