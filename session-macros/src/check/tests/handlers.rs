use crate::testing::handler_errors;

#[track_caller]
fn one_error(item: &str, message: &str) {
    assert_eq!(handler_errors(item), [message]);
}

#[test]
fn no_session_argument() {
    let fact = "`#[with_session]` needs an argument called `session`, or one marked `#[session]`\nhelp: ";
    one_error(
        "async fn add(a: u8) {}",
        &format!("{fact}write `async fn add(session: &mut YourSession, ..)`"),
    );
    one_error("fn add(&self) {}", &format!("{fact}write `fn add(&self, session: &mut YourSession, ..)`"));
}

#[test]
fn by_value() {
    one_error(
        "async fn f(session: my::Shop) {}",
        "a session is taken by reference: it belongs to the request\n\
         help: write `session: &my::Shop` to read, `session: &mut my::Shop` to write",
    );
    assert_eq!(handler_errors("async fn f(#[session] shop: Shop) {}").len(), 1);
}

#[test]
fn only_a_handle() {
    one_error(
        "async fn f(session: Session<Shop>) {}",
        "`Session<Shop>` is an ordinary extractor, which needs no `#[with_session]`\n\
         help: remove `#[with_session]`, or add an argument `session: &mut Shop`",
    );
    one_error(
        "async fn f(#[session] handle: Session<Shop>) {}",
        "`Session<..>` is an ordinary extractor, which needs no mark\nhelp: remove `#[session]` from the argument",
    );
    assert!(handler_errors("fn f(#[session] shop: &Shop, session: Session<Shop>) {}").is_empty());
}

#[test]
fn two_of_one_type() {
    one_error(
        "async fn f(session: &mut Shop, #[session] other: &Shop) {}",
        "two session arguments have the type `Shop`: each would be a copy of its own\nhelp: use one argument for both",
    );
    assert!(handler_errors("async fn f(session: &mut Shop, #[session] cart: &Cart) {}").is_empty());
}

#[test]
fn wrapped_mut() {
    for outer in ["Option<&mut Shop>", "Result<&mut Shop, Unavailable>"] {
        let name = outer.split('<').next().unwrap();
        one_error(
            &format!("async fn f(session: {outer}) {{}}"),
            &format!(
                "a session in `{name}` can only be read: `&mut` creates what is not there\n\
                 help: write `session: &mut Shop`, or `&Shop` in the `{name}`"
            ),
        );
    }
}

#[test]
fn patterns_marks_and_const() {
    one_error(
        "fn f(#[session] Shop { a, .. }: &Shop) {}",
        "a session argument is a name, not a pattern\nhelp: write a name, such as `session`",
    );
    one_error(
        "fn f(#[session(x)] shop: &Shop) {}",
        "`#[session]` on an argument takes no options\nhelp: write `#[session]`",
    );
    one_error(
        "const fn f(session: &Shop) {}",
        "a `const fn` cannot have a session: it may run at compile time\nhelp: remove `const`",
    );
}

#[test]
fn other_items() {
    one_error(
        "struct S {}",
        "`#[with_session]` is for a function or an impl block, and this is a struct\n\
         help: for a session type write `#[session]`",
    );
    one_error(
        "trait T {}",
        "`#[with_session]` is for a function or an impl block, and this is a trait\n\
         help: write it above a function that has a session argument",
    );
}

#[test]
fn impl_blocks() {
    one_error(
        "impl S { fn f(&self) {} const A: u8 = 1; }",
        "no method of this impl block has an argument called `session`, or one marked `#[session]`\n\
         help: write `async fn handler(session: &mut YourSession, ..)`, or remove `#[with_session]`",
    );
    assert_eq!(handler_errors("impl S { fn f(session: Shop) {} }").len(), 1);
    assert!(handler_errors("impl S { fn new(session: Config) {} fn f(session: &Shop) {} }").is_empty());
    one_error(
        "impl S { #[with_session] fn f(session: &Shop) {} }",
        "`#[with_session]` on the impl block includes this method\nhelp: remove one of the two",
    );
}
