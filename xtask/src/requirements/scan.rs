//! Finds tests in Rust sources, and the numbers that each names.
//!
//! Sources are read by line: what counts is where a name stands, and a parser for that would be one more dependency. So it
//! relies on how rustfmt lays items out: docs, then attributes, then `fn`, each on lines of their own.

use std::collections::BTreeSet;

use super::numbers::{self, Number};

/// A test, and what it says that it proves.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Proof {
    /// `file::function`, or the file.
    pub(super) test: String,
    pub(super) numbers: BTreeSet<Number>,
}

/// What a file holds, by where it lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Functions are tests if an attribute says so.
    Source,
    /// The same, and the file has nothing but tests.
    Tests,
    /// Every public function is a test, which a macro makes for each store.
    Behaviours,
    /// The file is a test: a fixture of the compile tests, or what a fuzzer runs.
    Whole,
    /// Every function is a check, if its docs name a number.
    Checks,
    /// What would be found there are the examples of this command.
    Nothing,
}

impl Kind {
    fn of(file: &str) -> Self {
        if file.starts_with("xtask/src/requirements") {
            Self::Nothing
        } else if file.starts_with("xtask/") {
            Self::Checks
        } else if file.starts_with("tests/ui/") || file.starts_with("fuzz/targets/") {
            Self::Whole
        } else if file.contains("/store/conformance/behaviour/") {
            Self::Behaviours
        } else if file.starts_with("tests/tests/") || file.contains("/tests/") || file.ends_with("/tests.rs")
        {
            Self::Tests
        } else {
            Self::Source
        }
    }

    fn is_test(self, item: &Item, line: &str) -> bool {
        match self {
            Self::Source | Self::Tests => item.is_test,
            Self::Behaviours => line.starts_with("pub "),
            Self::Checks => true,
            Self::Whole | Self::Nothing => false,
        }
    }
}

/// What stands before an item.
#[derive(Default)]
struct Item {
    docs: String,
    is_test: bool,
    /// The brackets that an attribute has yet to close.
    open: usize,
}

/// Every test of a file that names a number.
pub(super) fn proofs(file: &str, text: &str) -> Vec<Proof> {
    let kind = Kind::of(file);
    let mut found = Vec::new();
    let mut item = Item::default();
    let (mut docs, mut has_tests) = (String::new(), false);
    for line in text.lines().map(str::trim) {
        // a remark at the end of a fixture moves none of the lines that the compiler names
        let doc = if kind == Kind::Whole { line.strip_prefix("//") } else { line.strip_prefix("//!") };
        if let Some(doc) = doc {
            docs.push_str(doc);
            docs.push('\n');
        } else if item.open > 0 {
            item.attribute(line);
        } else if let Some(doc) = line.strip_prefix("///") {
            item.docs.push_str(doc);
            item.docs.push('\n');
        } else if line.starts_with("#[") {
            item.is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            item.attribute(line);
        } else if !line.starts_with("//") {
            let item = std::mem::take(&mut item);
            if let Some(name) = function(line).filter(|_| kind.is_test(&item, line)) {
                has_tests = true;
                let mut numbers = numbers::in_name(name);
                numbers.extend(numbers::in_text(&item.docs));
                found.push(Proof { test: format!("{file}::{name}"), numbers });
            } else if kind != Kind::Nothing {
                found.push(Proof { test: format!("{file}, its docs"), numbers: refused(&item.docs) });
            }
        }
    }
    if kind == Kind::Whole || kind == Kind::Tests && has_tests {
        found.push(Proof { test: file.to_owned(), numbers: numbers::in_text(&docs) });
    }
    found.retain(|proof| !proof.numbers.is_empty());
    found
}

impl Item {
    fn attribute(&mut self, line: &str) {
        let count = |wanted: char| line.chars().filter(|c| *c == wanted).count();
        self.open = (self.open + count('[')).saturating_sub(count(']'));
    }
}

/// The name of the function that a line begins.
fn function(line: &str) -> Option<&str> {
    let mut rest = line;
    for word in ["pub ", "pub(crate) ", "pub(super) ", "const ", "async ", "unsafe "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let name = rest.strip_prefix("fn ")?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    Some(&name[..end]).filter(|name| !name.is_empty())
}

/// What docs prove by an example that must not compile: the numbers of the paragraph before it.
fn refused(docs: &str) -> BTreeSet<Number> {
    let mut numbers = BTreeSet::new();
    let mut paragraphs = docs.split("\n\n").map(str::trim).peekable();
    while let Some(paragraph) = paragraphs.next() {
        if paragraphs.peek().is_some_and(|next| next.starts_with("```compile_fail")) {
            numbers.extend(numbers::in_text(paragraph));
        }
    }
    numbers
}
