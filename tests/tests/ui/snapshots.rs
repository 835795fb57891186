//! What the macros make of each fixture, and what they leave of it.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::fixtures::{PASS, files, folders};

/// A fixture's snapshot: of what compiles the whole expansion, of a mistake what survives of it.
const SNAPSHOT: &str = "expanded";

#[test]
fn every_expansion_is_the_one_that_was_blessed() {
    // the variable that blesses the other expectation of a fixture, too
    let blesses = env::var("TRYBUILD").is_ok_and(|value| value == "overwrite");
    let mut changed = Vec::new();
    for fixture in fixtures() {
        let source = fs::read_to_string(&fixture).unwrap();
        let made = if is_right(&fixture) {
            session_expansion::expanded(&source)
        } else {
            session_expansion::outline(&source)
        };
        let made = made.unwrap_or_else(|error| panic!("{}: {error}", fixture.display()));
        let snapshot = fixture.with_extension(SNAPSHOT);
        if fs::read_to_string(&snapshot).is_ok_and(|blessed| blessed == made) {
            continue;
        }
        if blesses {
            fs::write(&snapshot, made).unwrap();
        } else {
            changed.push(format!("{}:\n{made}", snapshot.display()));
        }
    }
    assert!(changed.is_empty(), "see `cargo xtask bless`; what is made now is\n\n{}", changed.join("\n"));
}

#[test]
fn what_is_the_users_survives_every_mistake() {
    for fixture in fixtures() {
        let lost = session_expansion::lost(&fs::read_to_string(&fixture).unwrap()).unwrap();
        assert!(lost.is_empty(), "{} loses {lost:?}", fixture.display());
    }
}

#[test]
fn every_snapshot_has_its_fixture() {
    for snapshot in folders().iter().flat_map(|folder| files(folder, SNAPSHOT)) {
        assert!(snapshot.with_extension("rs").exists(), "{} is an orphan", snapshot.display());
    }
}

/// An expansion that nobody can follow is one that nobody checks.
#[test]
fn a_field_is_a_dozen_lines() {
    let source = |fields: usize| {
        let fields = (0..fields).map(|at| format!("field_{at}: Vec<String>,")).collect::<Vec<_>>().concat();
        session_expansion::expanded(&format!("#[session] struct Shop {{ {fields} }}"))
            .unwrap()
            .lines()
            .count()
    };
    let (one, eleven) = (source(1), source(11));
    assert!(eleven - one <= 10 * 20, "a field is {} lines", (eleven - one) / 10);
}

#[test]
fn a_session_of_three_fields_can_be_read() {
    let source = r#"
        #[session(idle = "30m", absolute = "12h", remember = "30d")]
        pub struct Shop {
            #[session(merge = add)]
            pub visits: u32,
            #[session(owner)]
            pub user: Option<u64>,
            #[session(keep, default = Theme::Dark)]
            pub theme: Theme,
        }
    "#;
    let lines = session_expansion::expanded(source).unwrap().lines().count();
    assert!(lines <= 120, "{lines} lines");
}

/// Also of the crates that only have to compile: what they do not use, they do not prove.
#[test]
fn every_option_is_used_where_names_and_lints_are_tested() {
    for folder in ["hygiene/src", "warnings/src"] {
        let sources =
            files(Path::new(folder), "rs").into_iter().map(|file| fs::read_to_string(file).unwrap());
        let options = sources.map(|source| options(&source)).collect::<Vec<_>>().join("\n");
        let used: Vec<&str> =
            options.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
        for word in session_expansion::words() {
            assert!(used.contains(&word), "no `{word}` in tests/{folder}");
        }
    }
}

/// What stands in the brackets of our attributes.
fn options(source: &str) -> String {
    let lists = source.split("session(").skip(1).filter_map(|rest| rest.split(")]").next());
    lists.collect::<Vec<_>>().join("\n")
}

fn fixtures() -> Vec<PathBuf> {
    folders().iter().flat_map(|folder| files(folder, "rs")).collect()
}

fn is_right(fixture: &Path) -> bool {
    fixture.parent().is_some_and(|folder| folder.ends_with(PASS))
}
