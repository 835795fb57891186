use crate::testing::{field_errors, guard_errors, session_errors};

#[track_caller]
fn on_struct(options: &str, message: &str) {
    assert_eq!(session_errors(options, "struct S { a: u8 }"), [message]);
}

#[test]
fn unknown() {
    on_struct(r#"cokie = "id""#, "there is no option `cokie` here\nhelp: did you mean `cookie`?");
    assert_eq!(
        field_errors("#[session(privledged)] a: u8"),
        ["there is no option `privledged` here\nhelp: did you mean `privileged`?"]
    );
    let errors = field_errors("#[session(xyz)] a: u8");
    assert!(errors[0].contains("the options are `default`, `rename`"), "{errors:?}");
}

#[test]
fn twice() {
    on_struct(r#"idle = "1h", idle = "2h""#, "`idle` is given twice\nhelp: remove one of the two");
    assert_eq!(
        field_errors("#[session(keep)] #[session(keep)] a: u8"),
        ["`keep` is given twice\nhelp: remove one of the two"]
    );
}

#[test]
fn misplaced() {
    on_struct(
        "merge = add",
        "`merge` is an option of a field, not of the struct\nhelp: write `#[session(merge = add)]` above the field",
    );
    assert_eq!(
        field_errors(r#"#[session(idle = "1h")] a: u8"#),
        [
            "`idle` is an option of the struct, not of a field\nhelp: write `#[session(idle = \"30m\")]` above the struct"
        ]
    );
}

#[test]
fn values() {
    on_struct("idle", "`idle` needs a value\nhelp: write `idle = \"30m\"`");
    on_struct("idle =", "`idle` needs a value\nhelp: write `idle = \"30m\"`");
    on_struct(
        "idle = 30m",
        "the value of `idle` is a string, and `30m` is not\nhelp: write `idle = \"30m\"`",
    );
    on_struct(
        "secure = 1",
        "the value of `secure` is `true` or `false`, and `1` is not\nhelp: write `secure = true` or `secure = false`",
    );
    on_struct(
        "partitioned = \"yes\"",
        "the value of `partitioned` is `true` or `false`, and `\"yes\"` is not\nhelp: write `partitioned = true` or `partitioned = false`",
    );
    on_struct(
        "crate = \"x\"",
        "the value of `crate` is a path, without quotes, and `\"x\"` is not\nhelp: write `crate = ::my_runtime`",
    );
    assert_eq!(field_errors("#[session(skip = true)] a: u8"), ["`skip` takes no value\nhelp: write `skip`"]);
    assert_eq!(
        field_errors("#[session(default)] a: u8"),
        [
            "`default` needs a value\nhelp: write `default = 1`, or leave it out: the default of the type is taken then"
        ]
    );
}

/// What is safe needs no value: a help that shows the other one would be followed.
#[test]
fn what_is_secure_anyway_may_be_said() {
    assert!(session_errors("secure, http_only", "struct S {}").is_empty());
}

#[test]
fn values_without_an_equals_sign() {
    for written in ["idle(\"1h\")", "idle: \"1h\"", "idle \"1h\""] {
        on_struct(written, "the value of `idle` stands after `=`\nhelp: write `idle = \"1h\"`");
    }
    for written in ["idle(a = 1)", "idle()", "idle 1 2", "idle:"] {
        on_struct(written, "the value of `idle` stands after `=`\nhelp: write `idle = \"30m\"`");
    }
}

#[test]
fn words_of_others() {
    on_struct(
        "timeout = \"1h\"",
        "there is no option `timeout` here\nhelp: write `idle = \"30m\"`: how long a session may be unused",
    );
    assert_eq!(
        field_errors("#[session(transient)] a: u8"),
        ["there is no option `transient` here\nhelp: write `skip`"]
    );
    assert_eq!(
        field_errors("#[session(add)] a: u8"),
        ["`add` is a merge policy, not an option\nhelp: write `merge = add`"]
    );
    assert_eq!(
        guard_errors("login", "fn f(session: &Shop) {}"),
        ["there is no option `login` here\nhelp: write `require = user`, with the field that must be set"]
    );
    assert_eq!(
        guard_errors("Shop", "fn f(session: &Shop) {}"),
        [
            "there is no option `Shop` here\nhelp: the session type is that of the argument: `session: &mut Shop`"
        ]
    );
}

#[test]
fn expressions() {
    let errors = field_errors("#[session(default = 1 +)] a: u8");
    assert_eq!(errors.len(), 1);
    assert!(errors[0].starts_with("the value of `default` is no expression: "), "{errors:?}");
}

#[test]
fn syntax() {
    on_struct(
        "idle = \"1h\" partitioned",
        "unexpected token after the option\nhelp: separate options by a comma",
    );
    on_struct(
        "\"id\"",
        "expected an option\nhelp: the options are `cookie`, `idle`, `absolute`, `remember`, `renew`, `grace`, `same_site`, `path`, \
         `domain`, `secure`, `http_only`, `partitioned`, `persistent`, `require_https`, `csrf`, `max_sessions`, `when_full`, `within`, \
         `adapter`, `crate`",
    );
    assert_eq!(
        field_errors("#[session] a: u8"),
        ["`#[session]` on a field needs options\nhelp: write for instance `#[session(default = 1)]`"]
    );
}

#[test]
fn what_follows_a_mistake_is_still_read() {
    let errors = session_errors(r#"idle = Vec<u8>, colour = "x", absolute = "1x""#, "struct S {}");
    assert_eq!(errors.len(), 3, "{errors:?}");
}

#[test]
fn nothing_is_fine() {
    assert!(session_errors("", "struct S {}").is_empty());
    assert!(session_errors(r#"cookie = "id", persistent,"#, "struct S { #[session()] a: u8 }").is_empty());
}

#[test]
fn of_a_handler() {
    on_struct(
        "require = user",
        "`require` is an option of a handler, not of the session\nhelp: write `#[with_session(require = user)]` above the handler",
    );
    assert_eq!(
        field_errors("#[session(fresh = \"5m\")] a: u8"),
        [
            "`fresh` is an option of a handler, not of the session\nhelp: write `#[with_session(fresh = \"5m\")]` above the handler"
        ]
    );
}

#[test]
fn the_attribute_twice() {
    assert_eq!(
        session_errors("", "#[session_runtime::session(idle = \"1h\")] struct S {}"),
        ["`#[session]` is given twice\nhelp: write all options in one of the two"]
    );
}

#[test]
fn the_attribute_by_a_path() {
    assert_eq!(
        field_errors("#[session_runtime::session(keep, default = 1)] a: u8"),
        [
            "the options of a field are called `session`, without a path\nhelp: write `#[session(keep, default = 1)]`"
        ]
    );
}
