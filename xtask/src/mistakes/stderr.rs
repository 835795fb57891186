//! What the compiler says of a fixture.

/// One error.
#[derive(Default)]
pub(super) struct Told {
    /// What is wrong, and why.
    pub fact: String,
    /// What to write.
    pub help: Vec<String>,
    /// The user's code, with what is under it.
    pub code: Vec<String>,
}

/// The errors of a fixture, in their order.
pub(super) fn read(text: &str) -> Vec<Told> {
    let mut errors: Vec<Told> = Vec::new();
    let mut in_code = Place::Before;
    for line in text.lines() {
        if let Some(fact) = fact(line) {
            errors.push(Told { fact: fact.to_owned(), ..Told::default() });
            in_code = Place::Before;
            continue;
        }
        let Some(told) = errors.last_mut() else { continue };
        match in_code {
            Place::Before if line.trim_start().starts_with("--> ") => in_code = Place::Within,
            Place::Before => told.help.extend(help(line)),
            Place::Within if code(line).is_some() => told.code.extend(code(line).map(ToOwned::to_owned)),
            Place::Within | Place::After => {
                in_code = Place::After;
                told.help.extend(note(line));
            }
        }
    }
    for told in &mut errors {
        tidy(&mut told.code);
    }
    errors
}

/// Where a line stands: before the code that is shown first, in it or after it.
enum Place {
    Before,
    Within,
    After,
}

/// `error: fact` or `error[E0277]: fact`
fn fact(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("error")?;
    let (code, fact) = rest.split_once(": ")?;
    (code.is_empty() || code.starts_with('[')).then_some(fact)
}

/// `       help: ..`, the second line of a message of ours
fn help(line: &str) -> Option<String> {
    line.trim_start().strip_prefix("help: ").map(ToOwned::to_owned)
}

/// How rustc begins what it says of its own work.
const OF_RUSTC: [&str; 6] = [
    "required ",
    "this error originates",
    "the full ",
    "the trait ",
    "the following other types",
    "expected ",
];

/// `  = note: ..`, which a trait of ours says, or `help: ..`, which rustc does
fn note(line: &str) -> Option<String> {
    let note = line.trim_start().strip_prefix("= note: ").or_else(|| line.strip_prefix("help: "))?;
    (!OF_RUSTC.iter().any(|words| note.starts_with(words))).then(|| note.to_owned())
}

/// What stands behind `12 | ` or ` | `; nothing for the bar alone. `None` if the code is over.
fn code(line: &str) -> Option<&str> {
    let rest = line.trim_start().trim_start_matches(|digit: char| digit.is_ascii_digit());
    if line == "..." {
        return Some("...");
    }
    let code = rest.trim_start().strip_prefix('|')?;
    Some(code.strip_prefix(' ').unwrap_or(code))
}

/// Takes off empty lines around it, and what all lines are indented by.
fn tidy(code: &mut Vec<String>) {
    code.retain(|line| !line.trim().is_empty() && !line.contains("in this attribute macro expansion"));
    let indent = |line: &String| line.len() - line.trim_start().len();
    let least = code.iter().filter(|line| *line != "...").map(indent).min().unwrap_or(0);
    for line in code.iter_mut().filter(|line| *line != "...") {
        *line = line.get(least..).unwrap_or_default().trim_end().to_owned();
    }
}

#[cfg(test)]
mod tests;
