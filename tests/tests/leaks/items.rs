//! The public items of the runtime, as its sources say.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The names of what is public: capitalised names that public modules define or re-export. The first path counts.
pub(crate) fn public_items() -> BTreeSet<String> {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../session-runtime/src");
    let mut found = BTreeSet::new();
    module(&source.join("lib.rs"), &source, "", &mut found);
    // what the crate's root shows again
    let again: Vec<String> =
        found.iter().filter_map(|path| path.strip_prefix("store::").map(str::to_owned)).collect();
    for name in again {
        found.remove(&name);
    }
    let of_adapters: Vec<String> =
        found.iter().filter(|path| path.starts_with("adapter::")).cloned().collect();
    for path in of_adapters {
        if found.contains(path.trim_start_matches("adapter::")) {
            found.remove(&path);
        }
    }
    found
}

fn module(file: &Path, folder: &Path, path: &str, found: &mut BTreeSet<String>) {
    let text = fs::read_to_string(file).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut hidden = false;
    for item in items(text) {
        let is_hidden = std::mem::replace(&mut hidden, false);
        if item == "#[doc(hidden)]" {
            hidden = true;
        } else if item.starts_with("#[") {
            hidden = is_hidden;
        } else if is_hidden {
            // not for users
        } else if let Some(name) = item.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')) {
            let inner = folder.join(name);
            module(&folder.join(format!("{name}.rs")), &inner, &format!("{path}{name}::"), found);
        } else if let Some(list) = item.strip_prefix("pub use ") {
            let names = list.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            found.extend(names.filter(|name| is_type(name)).map(|name| format!("{path}{name}")));
        } else if let Some(rest) = item.strip_prefix("pub ") {
            let mut words = rest.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            if let (Some("struct" | "enum" | "trait" | "type" | "union"), Some(name)) =
                (words.next(), words.next())
            {
                found.insert(format!("{path}{name}"));
            }
        }
    }
}

fn is_type(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}

/// The items of a file at the margin: declarations over several lines as one.
fn items(text: &str) -> Vec<String> {
    let (mut items, mut open) = (Vec::new(), None::<String>);
    for line in text.lines() {
        match &mut open {
            Some(item) => {
                item.push_str(line.trim());
                if line.ends_with(';') {
                    items.extend(open.take());
                }
            }
            None if line.starts_with("pub use ") && !line.ends_with(';') => open = Some(line.to_owned()),
            None if line.starts_with("pub ") || line.starts_with("#[") => items.push(line.to_owned()),
            None => {}
        }
    }
    items
}
