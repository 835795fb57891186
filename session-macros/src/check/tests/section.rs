use crate::testing::{assert_contains, session, session_errors};

#[test]
fn options_of_the_root() {
    let errors = session_errors(r#"within = my::Shop, cookie = "id", idle = "1h""#, "struct Cart {}");
    assert_eq!(errors.len(), 2);
    assert_eq!(
        errors[0],
        "`cookie` is for a whole session, and `within = my::Shop` makes this struct a part of one\n\
         help: move `cookie` to the `#[session(..)]` of `my::Shop`"
    );
}

#[test]
fn fields_of_the_root() {
    let why = "and `within = Shop` makes this struct a part of one\nhelp: move the field to `Shop`";
    for (key, of_type, beside) in [
        ("owner", "Option<u8>", ""),
        ("extra", "Extra", ""),
        ("label", "String", ", which has the `owner` field"),
        ("impersonator", "Option<Impersonator<u8>>", ", which has the `owner` field"),
    ] {
        assert_eq!(
            session_errors("within = Shop", &format!("struct Cart {{ #[session({key})] a: {of_type} }}")),
            [format!("`{key}` is for a whole session, {why}{beside}")]
        );
    }
    // where it is not known which struct is meant, none is named
    let errors = session_errors("within = Cart", "struct Cart { #[session(label)] a: String }");
    let help = "move the field to the struct that `within` is to name, which has the `owner` field";
    assert!(errors[0].contains("and `within` makes") && errors[0].ends_with(help), "{errors:?}");
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
            ["`within` makes a struct part of another session, and this is the struct itself\n\
                 help: name the other struct, or remove `within`"]
        );
    }
}
