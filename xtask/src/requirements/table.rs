//! The table of requirements: `tests/requirements.txt`.

use std::fmt;

use super::numbers::{self, Number};

/// How much is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// E: the library does it by default.
    Enforced,
    /// H: the library gives the tool.
    Helped,
    /// D: the library says so.
    Documented,
    /// T: an attack.
    Attack,
    /// B: a behaviour of another system.
    Behaviour,
}

impl Level {
    fn of(letter: &str) -> Option<Self> {
        Some(match letter {
            "E" => Self::Enforced,
            "H" => Self::Helped,
            "D" => Self::Documented,
            "T" => Self::Attack,
            "B" => Self::Behaviour,
            _ => return None,
        })
    }

    /// Whether no reason will do in the place of a test.
    pub(super) const fn needs_a_test(self) -> bool {
        matches!(self, Self::Enforced | Self::Helped | Self::Attack)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enforced => "E",
            Self::Helped => "H",
            Self::Documented => "D",
            Self::Attack => "T",
            Self::Behaviour => "B",
        })
    }
}

/// One requirement.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: Number,
    pub(super) level: Level,
    /// What it asks.
    pub(super) text: String,
    /// Why it is answered otherwise.
    pub(super) design: Option<String>,
}

/// The rows of the table.
///
/// # Errors
/// With the line that is none.
pub(super) fn parse(text: &str) -> Result<Vec<Row>, String> {
    let mut rows: Vec<Row> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |why: &str| format!("requirements, line {}: {why}: {line}", at + 1);
        if let Some(reason) = line.trim().strip_prefix("design: ") {
            let row = rows.last_mut().filter(|row| row.design.is_none());
            row.ok_or_else(|| wrong("a reason without a row"))?.design = Some(reason.to_owned());
            continue;
        }
        let row = row(line).ok_or_else(|| wrong("no row: number, level, text"))?;
        if rows.iter().any(|other| other.number == row.number) {
            return Err(wrong("a second row of this number"));
        }
        rows.push(row);
    }
    Ok(rows)
}

fn row(line: &str) -> Option<Row> {
    let (number, rest) = line.split_once(' ')?;
    let (level, text) = rest.trim_start().split_once(' ')?;
    let text = text.trim();
    let row = Row {
        number: numbers::exactly(number)?,
        level: Level::of(level)?,
        text: text.to_owned(),
        design: None,
    };
    (!text.is_empty()).then_some(row)
}
