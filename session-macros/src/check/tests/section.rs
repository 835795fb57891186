use crate::testing::{assert_contains, session, session_errors};

#[test]
fn options_of_the_root() {
    let errors = session_errors(r#"within = my::Shop, cookie = "id", idle = "1h""#, "struct Cart {}");
    assert_eq!(errors.len(), 2);
    assert_eq!(
        errors[0],
        "`cookie` is an option of the root session: a section lives in the record of its root\n\
         help: move `cookie` to the `#[session(..)]` of `my::Shop`"
    );
}

#[test]
fn fields_of_the_root() {
    let item = "struct Cart { #[session(owner)] a: Option<u8>, #[session(extra)] b: Extra }";
    assert_eq!(
        session_errors("within = Shop", item),
        [
            "`owner` is for the root session: a section shares the record of its root\nhelp: move the field to the root",
            "`extra` is for the root session: a section shares the record of its root\nhelp: move the field to the root",
        ]
    );
}

#[test]
fn its_keys_and_aliases_carry_its_name() {
    let output = session("within = Shop", r#"struct MyCart { #[session(alias = "old")] items: u8 }"#);
    assert_contains(&output, r#"Field::new("my_cart.items", "#);
    assert_contains(&output, r#".aliases(&["my_cart.old"])"#);
    assert_contains(&output, r#"= ::core::option::Option::Some("my_cart");"#);
}

#[test]
fn it_is_in_another_session() {
    for root in ["Cart", "Self"] {
        assert_eq!(
            session_errors(&format!("within = {root}"), "struct Cart {}"),
            [
                "a section lives in the record of another session, not of its own\nhelp: name the root, or remove `within`"
            ]
        );
    }
}
