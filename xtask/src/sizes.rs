//! How much code an adapter is, so that it stays what its author would write.

use std::fs;

use crate::cargo::root;

/// At most so many lines each, without blank ones and comments. Where it is more than 60 of an adapter, DESIGN.md says why.
const MOST: [(&str, usize); 9] = [
    ("session-runtime/src/adapter/actix.rs", 71),
    ("session-runtime/src/adapter/axum.rs", 209),
    ("session-runtime/src/adapter/poem.rs", 60),
    ("session-runtime/src/adapter/rocket.rs", 99),
    ("session-runtime/src/adapter/salvo.rs", 60),
    ("session-runtime/src/adapter/warp.rs", 60),
    ("examples/third_party/src/lib.rs", 35),
    ("examples/toy_framework/src/lib.rs", 80),
    ("examples/toy_framework/src/sessions.rs", 25),
];

/// Which of them has grown.
pub(crate) fn grown() -> Result<Vec<String>, String> {
    let mut broken = Vec::new();
    for (file, most) in MOST {
        let text = fs::read_to_string(root().join(file)).map_err(|e| format!("{file}: {e}"))?;
        let lines = code(&text);
        if lines > most {
            broken.push(format!("{file} has {lines} lines of code, and at most {most}"));
        }
    }
    Ok(broken)
}

fn code(text: &str) -> usize {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}
