//! The page as Markdown.

use std::fmt::Write as _;

use super::stderr::Told;

/// What a folder of fixtures is about; one that is not named here is called like its folder.
const TOPICS: &[(&str, &str)] = &[
    ("bounds", "Types that a field, a store or a handler cannot use"),
    ("cookie", "Cookies"),
    ("csrf", "CSRF and https"),
    ("expiring", "Values that expire"),
    ("fields", "Options of a field"),
    ("guards", "Guards of a handler"),
    ("handler", "Handlers"),
    ("held", "What no field can hold"),
    ("keys", "Keys and aliases"),
    ("lifetimes", "Lifetimes"),
    ("options", "Options in general"),
    ("renewal", "Renewal of ids"),
    ("rustc", "What rustc says by itself"),
    ("section", "Sections"),
    ("shape", "What can be a session"),
];

const HEAD: &str = "# Mistakes

What the compiler says of each mistake that it finds, what causes it, and what to write instead.

";

/// `topics` are folders with the errors of their fixtures.
pub(super) fn page(topics: &[(String, Vec<Vec<Told>>)]) -> String {
    let mut page = String::from(HEAD);
    for (topic, mistakes) in topics {
        let title = TOPICS.iter().find(|(name, _)| name == topic).map_or(&**topic, |(_, title)| title);
        let _ = writeln!(page, "## {title}\n");
        for errors in mistakes {
            mistake(errors, &mut page);
        }
    }
    while page.ends_with("\n\n") {
        page.pop();
    }
    page
}

/// The first error is the message; others are the further places that have a part in it.
fn mistake(errors: &[Told], page: &mut String) {
    let [first, others @ ..] = errors else { return };
    let _ = writeln!(page, "### {}\n\n```text", first.fact);
    for line in &first.code {
        let _ = writeln!(page, "{line}");
    }
    for other in others {
        let _ = writeln!(page, "\nand: {}", other.fact);
        for line in &other.code {
            let _ = writeln!(page, "{line}");
        }
    }
    page.push_str("```\n\n");
    let mut said: Vec<&str> = Vec::new();
    for help in errors.iter().flat_map(|told| &told.help) {
        if !said.contains(&&**help) {
            let _ = writeln!(page, "- {help}");
            said.push(help);
        }
    }
    if !page.ends_with("\n\n") {
        page.push('\n');
    }
}
