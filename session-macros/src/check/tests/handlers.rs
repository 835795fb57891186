use crate::testing::{guard_errors, handler_errors};

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

#[test]
fn guards_are_about_sessions_that_must_be_there() {
    let errors = |options, item| guard_errors(options, item).len();
    assert_eq!(errors("require = user", "fn f(session: &S, user: &u8) {}"), 0);
    assert_eq!(errors("activity = false", "fn f(session: Result<&S, Unavailable>) {}"), 0);
    assert_eq!(errors("activity = false", "fn f(session: Option<&S>) {}"), 0);
    assert_eq!(errors("require = user", "fn f(session: Option<&S>) {}"), 1);
    assert_eq!(errors("fresh = \"5m\"", "fn f(session: Result<&S, Unavailable>) {}"), 1);
    // one mistake is one error, whatever else depends on it
    assert_eq!(errors("require = \"user\"", "fn f(session: &S, user: &u8) {}"), 1);
    assert_eq!(errors("require = user, fresh = \"x\", or = 404", "fn f(session: &S, user: &u8) {}"), 1);
    assert_eq!(errors("fresh = 5, or = 404", "fn f(session: &S) {}"), 1);
    assert_eq!(errors("require = user, or = 99", "fn f(session: S) {}"), 2);
    assert_eq!(errors("require = user", "impl X { fn f(session: &S) {} fn g(&self) {} }"), 0);
}

#[test]
fn an_argument_like_the_required_field_is_its_value_only_by_reference() {
    let message = "the required value is a copy, which is only lent for reading\n\
                   help: write `user: &u8`, and change the field of the session";
    assert_eq!(guard_errors("require = user", "fn f(session: &S, user: &mut u8) {}"), [message]);
    assert!(guard_errors("require = user", "fn f(session: &S, user: Path<u8>) {}").is_empty());
    // a session argument is one, whatever it is called
    assert!(
        guard_errors("require = session.cart", "fn f(session: &S, #[session] cart: &Cart) {}").is_empty()
    );
}

#[test]
fn around_the_session() {
    let fact = "a session is taken by reference: it belongs to the request\nhelp: ";
    let read_or_write = format!("{fact}write `session: &Shop` to read, `session: &mut Shop` to write");
    one_error("async fn f(session: Box<Shop>) {}", &read_or_write);
    one_error("async fn f(session: std::sync::Arc<Shop>) {}", &read_or_write);
    one_error("async fn f(session: &&Shop) {}", &read_or_write);
    one_error("async fn f(session: Option<Shop>) {}", &format!("{fact}write `session: Option<&Shop>`"));
}

#[test]
fn a_reference_to_a_handle() {
    one_error(
        "async fn f(session: &mut Session<Shop>) {}",
        "`Session<Shop>` is an ordinary extractor, which is taken by value\n\
         help: write `session: &mut Shop`, and beside it `handle: Session<Shop>`",
    );
}

#[test]
fn a_marked_self() {
    one_error(
        "async fn f(#[session] &self) {}",
        "`self` cannot be the session: a framework calls the method with what it has made before\n\
         help: add an argument, such as `session: &mut Self`",
    );
}

#[test]
fn the_attribute_twice() {
    one_error(
        "#[with_session(require = user)] async fn f(session: &Shop) {}",
        "`#[with_session]` is given twice\nhelp: write all options in one of the two",
    );
}

#[test]
fn options_of_something_else() {
    assert_eq!(
        guard_errors("idle = \"5m\", merge = add", "async fn f(session: &Shop) {}"),
        [
            "`idle` is an option of the session, not of a handler\nhelp: write `#[session(idle = \"30m\")]` above the struct",
            "`merge` is an option of a field, not of a handler\nhelp: write `#[session(merge = add)]` above the field",
        ]
    );
}
