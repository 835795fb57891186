use crate::testing::{guard_errors, session_errors};

#[test]
fn a_handler_checks_a_form_or_is_protected_otherwise() {
    let errors = |options| guard_errors(options, "fn f(session: &mut S, handle: Session<S>) {}");
    assert!(errors("csrf = form").is_empty());
    assert!(errors("csrf = false, activity = false").is_empty());
    let help = "help: write `csrf = form` if it checks a form's token itself, `csrf = false` if it is protected otherwise";
    let fact = |written: &str| format!("`{written}` is nothing that a handler does with CSRF tokens");
    assert_eq!(errors("csrf = true"), [format!("{}\n{help}", fact("true"))]);
    assert_eq!(
        errors("csrf = \"form\""),
        [format!("{}\nhelp: did you mean `csrf = form`?", fact("\"form\""))]
    );
    assert_eq!(errors("csrf = from"), [format!("{}\nhelp: did you mean `csrf = form`?", fact("from"))]);
    assert_eq!(errors("csrf"), ["`csrf` needs a value\nhelp: write `csrf = form`"]);
}

#[test]
fn every_kind_of_session_argument_may_say_so() {
    for item in [
        "fn f(session: Option<&S>) {}",
        "fn f(session: Result<&S, Unavailable>) {}",
        "impl X { async fn f(&self, _: Session<S>, session: &S, mut handle: Session<S>) {} fn g(&self) {} }",
    ] {
        assert!(guard_errors("csrf = form", item).is_empty(), "{item}");
    }
}

#[test]
fn require_https_needs_a_secure_cookie() {
    let errors = |options| session_errors(options, "struct S { a: u8 }");
    assert!(errors("require_https, csrf").is_empty());
    assert!(errors("require_https = false, cookie = \"id\", secure = false").is_empty());
    assert_eq!(
        errors("require_https, cookie = \"id\", secure = false"),
        [
            "`secure = false` does not go with `require_https`: a browser sends such a cookie over plain http\n\
          help: remove one of the two"
        ]
    );
}
