use crate::testing::{field_errors, session, session_errors};

const ADMIN: &str = "#[session(impersonator)] admin: Option<Impersonator<u8>>";

fn with(fields: &str) -> Vec<String> {
    session_errors("", &format!("struct S {{ {fields} }}"))
}

#[test]
fn an_impersonator_is_one_and_takes_an_owner() {
    let owner = "#[session(owner)] user: Option<u8>";
    assert_eq!(with(&format!("{owner}, {ADMIN}")), [""; 0]);
    assert!(with(ADMIN)[0].starts_with("`impersonator` says which owner is behind another one"));
    let two = format!("{owner}, {ADMIN}, #[session(impersonator)] b: Option<Impersonator<u8>>");
    assert!(with(&two)[0].starts_with("`impersonator` is given to two fields"));
    let section = session_errors("within = Shop", &format!("struct S {{ {ADMIN} }}"));
    assert!(section[0].starts_with("`impersonator` is for a whole session"));
}

#[test]
fn it_goes_with_no_other_role() {
    for other in ["skip", "extra", "owner", "privileged", "keep", "label", "merge = reject", "default = None"]
    {
        let errors = field_errors(&format!("#[session(impersonator, {other})] a: Option<Impersonator<u8>>"));
        assert!(errors.iter().any(|error| error.contains("does not go with")), "{other}: {errors:?}");
    }
}

#[test]
fn its_type_says_who() {
    let help = |ty: &str| {
        let errors = with(&format!("#[session(owner)] u: Option<u8>, #[session(impersonator)] a: {ty}"));
        errors[0].split("help: ").nth(1).unwrap().to_owned()
    };
    assert_eq!(help("Option<u8>"), "write `Option<session_runtime::Impersonator<u8>>`");
    assert_eq!(help("Impersonator<u8>"), "write `Option<Impersonator<u8>>`");
    assert_eq!(help("bool"), "write `Option<session_runtime::Impersonator<UserId>>`");
    let code = session("", &format!("struct S {{ #[session(owner)] u: Option<u8>, {ADMIN} }}"));
    assert!(code.contains("impl::session_runtime::ImpersonatesforS{}"), "{code}");
}
