use crate::testing::{field_errors, session_errors};

#[test]
fn two_fields_under_one_key() {
    assert_eq!(
        field_errors(r#"a: u8, #[session(rename = "a")] b: u8"#),
        [
            "two fields are stored under the key `a`\nhelp: rename one of the two: `#[session(rename = \"another\")]`",
            "the key `a` is first used here",
        ]
    );
}

#[test]
fn aliases_that_meet() {
    let key = [
        "the alias `b` is the key of another field, whose value it would take\n\
         help: remove the alias, or rename the other field",
        "the key `b` is used here",
    ];
    assert_eq!(field_errors(r#"#[session(alias = "b")] a: u8, b: u8"#), key);
    assert_eq!(field_errors(r#"b: u8, #[session(alias = "b")] a: u8"#), key);
    assert_eq!(
        field_errors(r#"#[session(alias = "x")] a: u8, #[session(alias = "x")] b: u8"#),
        ["two fields have the alias `x`\nhelp: remove one of the two", "the alias `x` is first given here"]
    );
    assert_eq!(
        field_errors(r#"#[session(alias = "x", alias = "x")] a: u8"#),
        ["the alias `x` is given twice\nhelp: remove the alias"]
    );
    assert_eq!(
        field_errors(r#"#[session(alias = "a")] a: u8"#),
        ["the alias `a` is the key of this very field\nhelp: remove the alias"]
    );
}

#[test]
fn reserved() {
    let long = "x".repeat(129);
    for (key, fact) in [
        ("", "a key cannot be empty"),
        ("a.b", "a key cannot contain `.`: it separates the name of a section from its keys"),
        ("a\\n", "a key cannot contain control characters"),
        (&long, "a key is at most 128 bytes long, and this one has 129"),
    ] {
        for option in ["rename", "alias"] {
            let errors = field_errors(&format!("#[session({option} = \"{key}\")] a: u8"));
            assert_eq!(errors, [format!("{fact}\nhelp: use a short word, such as the name of the field")]);
        }
    }
}

#[test]
fn fields_that_exclude_each_other_may_share_a_key() {
    assert!(field_errors("#[cfg(unix)] a: u8, #[cfg(windows)] a: u16").is_empty());
    assert_eq!(field_errors(r#"#[cfg(unix)] a: u8, #[session(rename = "a")] b: u16"#).len(), 2);
}

#[test]
fn what_is_not_stored_has_no_key() {
    assert!(
        session_errors("", r#"struct S { #[session(skip)] a: u8, #[session(rename = "a")] b: u8 }"#)
            .is_empty()
    );
}
