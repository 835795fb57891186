use crate::testing::field_errors;

#[track_caller]
fn one_error(field: &str, message: &str) {
    assert_eq!(field_errors(field), [message]);
}

#[test]
fn conflicts() {
    let skip = "a skipped field is never stored\nhelp: remove one of the two";
    for option in ["rename = \"x\"", "alias = \"x\"", "merge = last_write", "privileged", "keep", "extra"] {
        let key = option.split(' ').next().unwrap();
        one_error(
            &format!("#[session(skip, {option})] a: Extra"),
            &format!("`{key}` does not go with `skip`: {skip}"),
        );
        one_error(
            &format!("#[session({option}, skip)] a: Extra"),
            &format!("`skip` does not go with `{key}`: {skip}"),
        );
    }
    for option in ["default = 1", "rename = \"x\"", "alias = \"x\"", "merge = add", "privileged", "keep"] {
        let errors = field_errors(&format!("#[session(extra, {option})] a: Extra"));
        assert_eq!(errors.len(), 1);
        assert!(errors[0].contains("does not go with `extra`: "), "{errors:?}");
    }
    for option in ["default = None", "privileged", "merge = add", "keep"] {
        let errors = field_errors(&format!("#[session(owner, {option})] a: Option<u8>"));
        assert_eq!(errors.len(), 1);
        assert!(errors[0].contains("does not go with `owner`: "), "{errors:?}");
    }
    one_error(
        "#[session(privileged, keep)] a: u8",
        "`keep` does not go with `privileged`: a privilege must not pass to the next owner\nhelp: remove one of the two",
    );
    for policy in ["add", "max", "min", "union", "append", "reject", "with(f)"] {
        let name = policy.trim_end_matches("(f)");
        one_error(
            &format!("#[session(privileged, merge = {policy})] a: u8"),
            &format!(
                "`merge = {name}` does not go with `privileged`: two changes of a privilege are never merged\n\
                 help: remove one of the two"
            ),
        );
    }
}

#[test]
fn flash() {
    for (option, ty) in
        [("merge = last_write", "Flash<u8>"), ("privileged", "rt::Flash<u8>"), ("keep", "Flash<u8>")]
    {
        let key = option.split(' ').next().unwrap();
        one_error(
            &format!("#[session({option})] a: {ty}"),
            &format!(
                "`{key}` does not go with `Flash`: a message is gone when it has been shown\nhelp: remove `{key}`"
            ),
        );
    }
}

#[test]
fn owner() {
    one_error(
        "#[session(owner)] a: my::UserId",
        "an `owner` field is an `Option`: nobody owns a session before the login\nhelp: write `Option<my::UserId>`",
    );
    assert_eq!(
        field_errors("#[session(owner)] a: Option<u8>, #[session(owner)] b: Option<u8>"),
        [
            "`owner` is given to two fields: a session has one owner\nhelp: remove one of the two",
            "`owner` is first given here",
        ]
    );
    let extra = field_errors("#[session(extra)] a: Extra, #[session(extra)] b: Extra");
    assert!(extra[0].starts_with("`extra` is given to two fields: "), "{extra:?}");
    assert!(
        field_errors("#[cfg(a)] #[session(owner)] a: Option<u8>, #[cfg(b)] #[session(owner)] b: Option<u8>")
            .is_empty()
    );
}

#[test]
fn extra() {
    one_error(
        "#[session(extra)] a: Vec<u8>",
        "an `extra` field has the type `Extra`, which holds values of any type\nhelp: write `session_runtime::Extra`",
    );
}

#[test]
fn merge_policies() {
    for policy in ["last_write", "add", "max", "min", "union", "append", "reject", "with(f)", "with = a::f"] {
        assert!(field_errors(&format!("#[session(merge = {policy})] a: u8")).is_empty(), "{policy}");
    }
    one_error(
        "#[session(merge = with(\"f\"))] a: u8",
        "`with` needs the path of a function\nhelp: write `merge = with(path::to::function)`",
    );
    one_error(
        "#[session(merge = ad)] a: u8",
        "there is no merge policy `ad`\nhelp: did you mean `merge = add`?",
    );
    one_error(
        "#[session(merge = with)] a: u8",
        "`with` needs the path of a function\nhelp: write `merge = with(path::to::function)`",
    );
}

#[test]
fn serde() {
    for (attr, ours) in [
        ("rename = \"x\"", "write `#[session(rename = \"x\")]`"),
        ("alias = \"x\"", "write `#[session(alias = \"x\")]`"),
        ("default", "write `#[session(default = value)]`"),
        ("default = \"my::value\"", "write `#[session(default = my::value())]`"),
        ("skip", "write `#[session(skip)]`"),
        ("flatten", "write `#[session(extra)]`"),
        ("with = \"m\"", "give the field a type of its own that carries this attribute"),
    ] {
        one_error(
            &format!("#[serde({attr})] a: u8"),
            &format!(
                "`#[serde(..)]` on a field does nothing: a session stores its fields one by one\nhelp: {ours}"
            ),
        );
    }
}

#[test]
fn options_in_cfg_attr() {
    one_error(
        "#[cfg_attr(test, session(skip))] a: u8",
        "`#[session]` does not see options inside `cfg_attr`\n\
         help: write the field twice, each with its `#[cfg(..)]` and its options",
    );
    assert!(field_errors("#[cfg_attr(test, doc = \"x\")] a: u8").is_empty());
}
