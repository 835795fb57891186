use super::numbers::{exactly, in_name, in_text};
use super::scan::proofs;
use super::{broken, line, table};

fn text(text: &str) -> Vec<String> {
    in_text(text).iter().map(ToString::to_string).collect()
}

fn name(name: &str) -> Vec<String> {
    in_name(name).iter().map(ToString::to_string).collect()
}

/// The tests of a file, each with its numbers.
fn scanned(file: &str, source: &str) -> Vec<String> {
    let shown = |proof: &super::Proof| {
        let numbers: Vec<_> = proof.numbers.iter().map(ToString::to_string).collect();
        format!("{}: {}", proof.test, numbers.join(" "))
    };
    proofs(file, source).iter().map(shown).collect()
}

#[test]
fn one_number_is_not_another() {
    assert_eq!(text("S1 and S15, not S1x, _S2, xS3, S256 or S"), ["S1", "S15"]);
    assert_eq!(text("(T2) T7; `T8`."), ["T2", "T7", "T8"]);
    assert_eq!(text("MP-3, EM-17+, MD-1: and PA-0"), ["MP-3", "MD-1", "EM-17", "PA-0"]);
    assert_eq!(text("MP3 EMP-3 AES-1 X-S1 RS256 HS-256 T-1 mp-3"), [""; 0]);
    assert_eq!(text("ä S5ä"), [""; 0]);
    assert_eq!(text("ü S5 – S7"), ["S5", "S7"], "spaces make no range");
}

#[test]
fn a_range_is_all_that_it_spans() {
    for range in ["S15–S18", "S15-S18", "S15..S18", "S15..=S18", "(S15–S18)"] {
        assert_eq!(text(range), ["S15", "S16", "S17", "S18"], "{range}");
    }
    assert_eq!(text("EM-5..EM-7"), ["EM-5", "EM-6", "EM-7"]);
    assert_eq!(text("S15–T18"), ["S15", "T18"]);
    assert_eq!(text("S18–S15"), ["S15", "S18"]);
}

#[test]
fn names_have_theirs_in_lower_case() {
    assert_eq!(name("s20_s21_both_deadlines_hold"), ["S20", "S21"]);
    assert_eq!(name("s26_mp8_an_anonymous_reader"), ["S26", "MP-8"]);
    assert_eq!(name("a_loss_that_t2_knows"), ["T2"]);
    assert_eq!(name("sha256_of_s_and_s1x_and_xs1"), [""; 0]);
    assert_eq!(name("T13_is_no_name"), [""; 0]);
}

#[test]
fn a_row_says_exactly_one_number() {
    assert_eq!(exactly("MP-8+").map(|number| number.to_string()).as_deref(), Some("MP-8"));
    assert!(exactly("S1,").is_none());
    assert!(exactly("S1 S2").is_none());
}

#[test]
fn docs_count_where_they_stand_on_a_test() {
    let source = "/// S1: not a test.\nfn helper() {}\n\n/// S2: docs,\n/// T3: of two lines.\n#[test]\nfn proves() {}\n\n\
                  #[tokio::test(flavor = \"x\")]\n#[allow(\n    a,\n    b[0],\n)]\n// a remark\nasync fn s4_more() {}\n\n\
                  #[test]\nfn nothing() { let t5 = \"S5\"; }\n";
    assert_eq!(scanned("a/src/b.rs", source), ["a/src/b.rs::proves: S2 T3", "a/src/b.rs::s4_more: S4"]);
}

#[test]
fn docs_between_a_test_and_the_next_are_the_nexts() {
    let source = "#[test]\nfn s1_first() {\n    /// S2\n    struct S;\n}\n\n/// S3\nstruct T;\n\n#[test]\nfn second() {}\n";
    assert_eq!(scanned("a/src/b.rs", source), ["a/src/b.rs::s1_first: S1"]);
}

#[test]
fn the_docs_of_a_file_of_tests_count_for_all_of_it() {
    let source = "//! T9 all over.\n\n#[test]\nfn a() {}\n";
    assert_eq!(scanned("tests/tests/a.rs", source), ["tests/tests/a.rs: T9"]);
    assert_eq!(scanned("a/src/b/tests.rs", source), ["a/src/b/tests.rs: T9"]);
    assert_eq!(scanned("a/src/b.rs", source), [""; 0], "here they are about what is tested");
    assert_eq!(scanned("tests/tests/a.rs", "//! T9\nfn helper() {}"), [""; 0], "there is no test");
}

#[test]
fn a_fixture_is_a_test_by_itself() {
    assert_eq!(scanned("tests/ui/bounds/a.rs", "//! S61: no.\nfn main() {}"), ["tests/ui/bounds/a.rs: S61"]);
    assert_eq!(scanned("tests/ui/a/b.rs", "fn main() {}\n\n// EM-26\n"), ["tests/ui/a/b.rs: EM-26"]);
    assert_eq!(scanned("fuzz/targets/a.rs", "//! T7\n"), ["fuzz/targets/a.rs: T7"]);
}

#[test]
fn a_behaviour_of_stores_is_a_test_wherever_it_runs() {
    let source =
        "/// T2: gone.\npub async fn gone<S: Store>(store: Subject<S>) {}\n/// T3\nasync fn helper() {}\n";
    let file = "session-runtime/src/store/conformance/behaviour/a.rs";
    assert_eq!(scanned(file, source), [format!("{file}::gone: T2")]);
}

#[test]
fn an_example_that_must_not_compile_is_a_test() {
    let source = "/// About S3.\n///\n/// S9: never.\n///\n/// ```compile_fail,E0369\n/// a == b\n/// ```\npub struct A;\n";
    assert_eq!(scanned("a/src/b.rs", source), ["a/src/b.rs, its docs: S9"]);
}

#[test]
fn a_table_that_is_wrong_says_where() {
    for (wrong, why) in [
        ("S1 E one\nS1 E two", "line 2: a second row"),
        ("# no\n\nS1 X one", "line 3: no row"),
        ("S1 E", "line 1: no row"),
        ("one E two", "line 1: no row"),
        ("  design: no row", "line 1: a reason without"),
    ] {
        let error = table::parse(wrong).expect_err(wrong);
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn what_has_no_test_is_told() {
    let rows = table::parse(
        "S1 E one\nS15 H two\nT1 T three\nMP-1 B four\n  design: because\nMP-2 B five\nS74 D six\n  design: so\nS2 E seven\n",
    )
    .expect("a table");
    let proofs = proofs("tests/tests/a.rs", "#[test]\nfn s15_t1_a() {}\n#[test]\nfn s15_s99_b() {}\n");
    assert_eq!(
        broken(&rows, &proofs),
        [
            "S1 (E) has no test: one",
            "MP-2 has neither a test nor a line that says why in tests/requirements.txt: five",
            "S2 (E) has no test: seven",
            "tests/tests/a.rs::s15_s99_b names S99, which is no row of tests/requirements.txt",
        ]
    );
    assert_eq!(line(&rows[0], &proofs, false), "S1     E  MISSING");
    assert_eq!(line(&rows[1], &proofs, false), "S15    H  tests/tests/a.rs::s15_t1_a and 1 more");
    assert_eq!(line(&rows[2], &proofs, true), "T1     T  tests/tests/a.rs::s15_t1_a");
    assert_eq!(line(&rows[3], &proofs, false), "MP-1   B  by design: because");
}
