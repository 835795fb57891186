use crate::testing::session_errors;

#[track_caller]
fn one_error(options: &str, message: &str) {
    assert_eq!(session_errors(options, "struct S {}"), [message]);
}

#[test]
fn idle_is_within_absolute() {
    let fact = "`idle` is longer than `absolute`, so it would never end a session\nhelp: ";
    one_error(
        r#"idle = "2h", absolute = "1h""#,
        &format!("{fact}write a shorter `idle` or a longer `absolute`"),
    );
    one_error(
        r#"idle = "9h""#,
        &format!("{fact}write a longer `absolute` too; without it a session lives for 8 hours"),
    );
    one_error(
        r#"absolute = "30m""#,
        &format!("{fact}write a shorter `idle` too; without it a session may idle for 1 hour"),
    );
}

#[test]
fn remember_is_beyond_absolute() {
    one_error(
        r#"remember = "2h""#,
        "`remember` is shorter than `absolute`, so remembering would end a session early\n\
         help: write a longer `remember` or a shorter `absolute`",
    );
}

#[test]
fn durations_are_checked_in_each() {
    for key in ["idle", "absolute", "remember"] {
        let errors = session_errors(&format!("{key} = \"30\""), "struct S {}");
        assert_eq!(errors.len(), 1);
        assert!(errors[0].starts_with("`30` is not a duration: `30` has no unit\nhelp: "), "{errors:?}");
    }
}

#[test]
fn good_ones() {
    assert!(session_errors(r#"idle = "8h", remember = "400d""#, "struct S {}").is_empty());
    assert!(session_errors(r#"idle = "1h30m", absolute = "2w", remember = "2w""#, "struct S {}").is_empty());
}
