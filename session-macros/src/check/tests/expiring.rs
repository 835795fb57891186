use crate::testing::{field_errors, session_errors};

#[track_caller]
fn one_error(field: &str, message: &str) {
    assert_eq!(field_errors(field), [message]);
}

#[test]
fn a_ttl_is_for_an_expiring_field() {
    let fact = "`ttl` is for `Expiring` fields: no other type knows when its value was set\nhelp: ";
    for (field, help) in [
        ("#[session(ttl = \"5m\")] a: u8", "write `Expiring<u8>`"),
        ("#[session(ttl = \"5m\")] a: Secret<Vec<u8>>", "write `Expiring<Secret<Vec<u8>>>`"),
        ("#[session(ttl = \"5m\")] a: std::option::Option<u8>", "write `Expiring<u8>`"),
        ("#[session(ttl = \"5m\")] a: Flash<u8>", "remove `ttl`"),
        ("#[session(ttl = \"5m\", skip)] a: u8", "remove `ttl`"),
        ("#[session(ttl = \"5m\", owner)] a: Option<u8>", "remove `ttl`"),
        ("#[session(extra, ttl = \"5m\")] a: Extra", "remove `ttl`"),
    ] {
        one_error(field, &format!("{fact}{help}"));
    }
}

#[test]
fn an_expiring_field_needs_a_ttl() {
    one_error(
        "a: rt::Expiring<u8>",
        "an `Expiring` field needs a `ttl`, which says how long its values last\n\
         help: write `#[session(ttl = \"5m\")]` above it",
    );
}

#[test]
fn what_an_expiring_field_cannot_be() {
    for (option, why) in [
        ("default = 1", "its time begins when a value is set, so a session begins without one"),
        ("skip", "a skipped field lives for one request"),
        ("owner", "how long an owner stays is what `idle` and `absolute` say"),
        ("extra", "an `extra` field holds values of any type"),
    ] {
        let key = option.split(' ').next().unwrap();
        let message = format!("`{key}` does not go with `Expiring`: {why}\nhelp: remove `{key}`");
        one_error(&format!("#[session(ttl = \"5m\", {option})] a: Expiring<u8>"), &message);
    }
    // and then it needs no `ttl` either
    assert_eq!(field_errors("#[session(skip)] a: Expiring<u8>").len(), 1);
}

#[test]
fn policies_of_an_expiring_field() {
    for policy in ["add", "max", "min", "union", "append", "with(f)"] {
        let name = policy.trim_end_matches("(f)");
        one_error(
            &format!("#[session(ttl = \"5m\", merge = {policy})] a: Expiring<u8>"),
            &format!(
                "`merge = {name}` does not go with `Expiring`: two values that end at different times are not merged\n\
                 help: write `merge = reject`, or remove it: then the later write stands"
            ),
        );
    }
    for options in ["merge = last_write", "merge = reject", "keep, merge = reject", "privileged", "keep"] {
        let errors = field_errors(&format!("#[session(ttl = \"5m\", {options})] a: Expiring<u8>"));
        assert!(errors.is_empty(), "{options}: {errors:?}");
    }
    assert_eq!(field_errors("#[session(ttl = \"5m\", privileged, merge = add)] a: Expiring<u8>").len(), 1);
}

#[test]
fn a_ttl_is_a_duration() {
    for (ttl, message) in [
        ("5", "`5` is not a duration: `5` has no unit"),
        ("0s", "`0s` is no time at all"),
        ("401d", "`401d` is too long: browsers keep a cookie for 400 days at most"),
    ] {
        let errors = field_errors(&format!("#[session(ttl = \"{ttl}\")] a: Expiring<u8>"));
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].starts_with(message), "{errors:?}");
    }
    assert_eq!(field_errors("#[session(ttl = 5)] a: Expiring<u8>").len(), 1);
    assert_eq!(field_errors("#[session(ttl = \"x\")] a: u8").len(), 2, "two mistakes, two errors");
}

#[test]
fn no_value_lasts_longer_than_its_session() {
    let errors = |options: &str, ttl: &str| {
        session_errors(options, &format!("struct S {{ #[session(ttl = \"{ttl}\")] a: Expiring<u8> }}"))
    };
    let fact = "`ttl` is longer than a session lives, so it would never end a value\nhelp: ";
    let above = "in the `#[session(..)]` above `struct S`: a `ttl` may be as long as";
    for (options, ttl, help) in [
        (
            "",
            "9h",
            "`ttl = \"8h\"`, or `absolute = \"9h\"` {above} `absolute`; where `absolute` is not written, it is 8 hours",
        ),
        ("absolute = \"2h\"", "121m", "`ttl = \"2h\"`, or `absolute = \"121m\"` {above} `absolute`"),
        ("remember = \"30d\"", "31d", "`ttl = \"30d\"`, or `remember = \"31d\"` {above} `remember`"),
        (
            "absolute = \"2d\", remember = \"48h\"",
            "3d",
            "`ttl = \"48h\"`, or `remember = \"3d\"` {above} `remember`",
        ),
    ] {
        let help = help.replace("{above}", above);
        assert_eq!(errors(options, ttl), [format!("{fact}write at most {help}")], "{options}");
    }
    // a `remember` that ends before the session is a mistake of its own, and bounds nothing
    let two = errors("remember = \"1h\"", "9h");
    assert!(two.len() == 2 && two[1].contains("`absolute = \"9h\"`"), "{two:?}");
    for (options, ttl) in
        [("", "8h"), ("absolute = \"2h\"", "2h"), ("remember = \"30d\"", "30d"), ("within = Shop", "400d")]
    {
        assert!(errors(options, ttl).is_empty(), "{options}");
    }
}
