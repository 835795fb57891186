use crate::testing::session_errors;

#[track_caller]
fn one_error(options: &str, message: &str) {
    assert_eq!(session_errors(options, "struct S {}"), [message]);
}

#[test]
fn s24_a_grace_is_no_longer_than_a_dead_id_is_remembered() {
    let fact =
        "`grace` is longer than two minutes, for which a dead id is remembered\nhelp: write `\"2m\"` or less";
    one_error(r#"grace = "121s""#, fact);
    one_error(r#"renew = "1h", grace = "3m""#, fact);
    assert!(session_errors(r#"grace = "2m""#, "struct S {}").is_empty());
    assert!(session_errors(r#"grace = "1s""#, "struct S {}").is_empty());
}

#[test]
fn s24_an_id_lasts_for_several_graces() {
    let fact =
        "`renew` is shorter than four times `grace`: the old id would be good most of the time\nhelp: ";
    one_error(
        r#"renew = "119s""#,
        &format!("{fact}write `\"120s\"` or more; without `grace` it is 30 seconds"),
    );
    one_error(
        r#"renew = "7m", grace = "2m""#,
        &format!("{fact}write `\"480s\"` or more, or a shorter `grace`"),
    );
    assert!(session_errors(r#"renew = "2m""#, "struct S {}").is_empty());
    assert!(session_errors(r#"renew = "4s", grace = "1s""#, "struct S {}").is_empty());
}

#[test]
fn s24_an_id_ends_before_its_session() {
    let fact = "`renew` is as long as `absolute`, so no id would ever be renewed\nhelp: ";
    one_error(
        r#"renew = "12h", absolute = "12h""#,
        &format!("{fact}write a shorter `renew` or a longer `absolute`"),
    );
    one_error(
        r#"renew = "8h""#,
        &format!("{fact}write a longer `absolute` too; without it a session lives for 8 hours"),
    );
    assert!(session_errors(r#"renew = "479m""#, "struct S {}").is_empty());
}

#[test]
fn both_are_durations_of_the_root() {
    for key in ["renew", "grace"] {
        let errors = session_errors(&format!("{key} = \"30\""), "struct S {}");
        assert_eq!(errors.len(), 1);
        assert!(errors[0].starts_with("`30` is not a duration: `30` has no unit\nhelp: "), "{errors:?}");
        let errors = session_errors(&format!("{key} = \"0s\""), "struct S {}");
        assert!(errors[0].starts_with("`0s` is no time at all"), "{errors:?}");
        let errors = session_errors(&format!("within = Shop, {key} = \"10m\""), "struct S {}");
        assert!(errors[0].starts_with(&format!("`{key}` is for a whole session")), "{errors:?}");
    }
}
