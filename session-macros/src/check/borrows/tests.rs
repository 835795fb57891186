use crate::testing::{assert_contains, handler, handler_errors};

const MESSAGE: &str = "what is returned cannot borrow from the session, which is given back when the handler returns\n\
     help: return a value of its own, such as `String` for `&str`";

#[test]
fn what_can_only_borrow_from_the_session_is_refused() {
    for item in [
        "async fn f(session: &Shop) -> &str { a }",
        "async fn f(session: &Shop) -> Option<&'_ str> { a }",
        "fn f(session: &mut Shop, b: u8) -> Cow<'_, str> { a }",
        "async fn f<'a>(session: &'a Shop, b: &str) -> &'a str { a }",
        "async fn f<'a, 'b>(session: Option<&'a Shop>, b: &'b str) -> (&'a str, &'b str) { a }",
        "impl S { async fn f<'a>(&self, session: &'a Shop) -> &'a str { a } }",
    ] {
        assert_eq!(handler_errors(item), [MESSAGE], "{item}");
    }
}

#[test]
fn what_may_borrow_from_elsewhere_is_not() {
    for item in [
        "async fn f(session: &Shop, b: &str) -> &str { b }",
        "async fn f(&self, session: &Shop) -> &str { b }",
        "async fn f<'a>(session: &'a Shop, b: &'a str) -> &'a str { b }",
        "async fn f(session: &Shop) -> &'static str { b }",
        "async fn f(session: &Shop) -> impl Fn(&str) -> bool { b }",
        "async fn f(session: &Shop) -> String { b }",
        "async fn f(session: &Shop) { b }",
    ] {
        assert!(handler_errors(item).is_empty(), "{item}");
    }
}

#[test]
fn the_handler_survives_with_lifetimes_that_rustc_does_not_ask_for() {
    let output = handler("", "async fn f(session: &Shop) -> Result<&str, Cow<'_, u8>> { body() }");
    assert_contains(&output, "-> Result<&'static str, Cow<'static, u8>> {");
    assert_contains(&output, "let session: &Shop = (|| -> &Shop { loop {} })();");
    assert_contains(&output, "body()");
}
