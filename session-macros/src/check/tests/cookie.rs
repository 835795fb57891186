//! The rules themselves are tested where they live, in the runtime; here: that each is asked, and who is blamed.

use crate::testing::session_errors;

#[track_caller]
fn one_error(options: &str, part: &str) {
    let errors = session_errors(options, "struct S {}");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains(part) && errors[0].contains("\nhelp: "), "{errors:?}");
}

#[test]
fn names() {
    one_error(r#"cookie = """#, "cannot be empty");
    one_error(r#"cookie = "a b""#, "cannot contain ' '");
}

#[test]
fn prefixes() {
    one_error(r#"cookie = "__Host-id", domain = "example.com""#, "`__Host-` cookie with a `Domain`");
    one_error(r#"domain = "example.com""#, "`__Host-` cookie with a `Domain`");
    one_error(r#"cookie = "__hOST-id", path = "/a""#, "`__Host-` cookie whose path");
    one_error("secure = false", "`__Host-` cookie that is not `Secure`");
    one_error(r#"cookie = "__Http-id", http_only = false"#, "not `HttpOnly`");
}

#[test]
fn attributes() {
    one_error(r#"cookie = "id", secure = false, same_site = "None""#, "`SameSite=None` without `Secure`");
    one_error(r#"cookie = "id", secure = false, partitioned"#, "partitioned cookie without `Secure`");
    one_error(r#"cookie = "id", path = "shop""#, "begins with `/`");
    one_error(r#"cookie = "id", domain = ".example.com""#, "leading dot");
    one_error(r#"same_site = "relaxed""#, "\"relaxed\" is no value of `SameSite`");
}

#[test]
fn good_ones() {
    assert!(session_errors(r#"same_site = "LAX", partitioned = true"#, "struct S {}").is_empty());
    assert!(
        session_errors(r#"cookie = "__Secure-id", domain = "example.com", path = "/a""#, "struct S {}")
            .is_empty()
    );
}
