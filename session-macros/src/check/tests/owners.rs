use crate::testing::{field_errors, session, session_errors};

const OWNED: &str = "struct S { #[session(owner)] user: Option<u8>, #[session(label)] device: String }";

#[test]
fn s18_a_limit_is_a_number_of_sessions() {
    assert_eq!(session_errors(r#"max_sessions = 3, when_full = "reject_new""#, OWNED), [""; 0]);
    for wrong in ["0", "1001", "99999999999999999999999"] {
        assert_eq!(
            session_errors(&format!("max_sessions = {wrong}"), OWNED),
            [format!(
                "`max_sessions` is from 1 to 1000, and `{wrong}` is not\nhelp: write `max_sessions = 3`"
            )]
        );
    }
    assert_eq!(
        session_errors(r#"max_sessions = "three""#, OWNED),
        [
            "the value of `max_sessions` is a whole number, and `\"three\"` is not\nhelp: write `max_sessions = 3`"
        ]
    );
}

#[test]
fn s18_what_happens_beyond_it_is_one_of_two_things() {
    assert_eq!(
        session_errors(r#"max_sessions = 3, when_full = "panic""#, OWNED),
        [
            "\"panic\" is nothing that can be done when there are too many sessions\nhelp: write `\"evict_oldest\"` or `\"reject_new\"`"
        ]
    );
    assert_eq!(
        session_errors(r#"when_full = "reject_new""#, OWNED),
        [
            "`when_full` says what happens beyond `max_sessions`, which is not given\nhelp: add `max_sessions = 3`"
        ]
    );
}

#[test]
fn s17_a_limit_and_a_label_need_an_owner() {
    let errors = session_errors("max_sessions = 3", "struct S { #[session(label)] device: String }");
    let why = |what| {
        format!(
            "`{what}` is about the sessions of one owner, and this session has no owner\nhelp: mark a field: `#[session(owner)] user: Option<UserId>`"
        )
    };
    assert_eq!(errors, [why("max_sessions"), why("label")]);
}

#[test]
fn a_label_is_one_stored_text() {
    let error = |options: &str, ty: &str| field_errors(&format!("#[session({options})] a: {ty}")).remove(0);
    assert!(error("skip, label", "String").starts_with("`label` does not go with `skip`"));
    assert!(error("owner, label", "Option<String>").starts_with("`label` does not go with `owner`"));
    assert!(error("label", "Flash<String>").starts_with("`label` does not go with `Flash`"));
    let two = "struct S { #[session(owner)] u: Option<u8>, #[session(label)] a: String, #[session(label)] b: String }";
    assert!(session_errors("", two)[0].starts_with("`label` is given to two fields"));
}

#[test]
fn they_are_generated() {
    let code = session(r#"max_sessions = 3, when_full = "reject_new""#, OWNED);
    assert!(code.contains("max_sessions:::core::option::Option::Some(3usize)"), "{code}");
    assert!(code.contains("when_full:::session_runtime::__private::WhenFull::RejectNew"), "{code}");
    assert!(code.contains(".label::<String>()"), "{code}");
}
