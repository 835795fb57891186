use crate::testing::{field_errors, normal, session};

#[track_caller]
fn helps(field: &str, help: &str) {
    let errors = field_errors(field);
    let [error] = errors.as_slice() else { panic!("{field}: {errors:?}") };
    assert!(error.contains(&format!("help: {help}")), "{error}");
}

#[test]
fn what_is_borrowed() {
    helps("a: &str", "write `String`");
    helps("a: Option<&'static str>", "write `String`");
    helps("a: (u8, &'static [u8])", "write `Vec<u8>`");
    helps("a: &Theme", "write `Theme`");
    assert!(field_errors("#[session(skip)] a: &'static str").is_empty());
    assert!(field_errors("#[session(skip)] a: fn(&str) -> &str").is_empty());
}

#[test]
fn what_stays_in_one_thread() {
    helps("a: Rc<str>", "write `std::sync::Arc<str>`, or `str`");
    helps("a: Vec<std::cell::Cell<u8>>", "write `u8`: a handler with a `&mut` session can change it");
    helps("#[session(skip)] a: RefCell<u8>", "write `u8`");
    // somebody's own, as on a board
    assert!(field_errors("a: Vec<board::Cell<u8>>, b: Cell<u8>, c: Cell").is_empty());
}

#[test]
fn what_is_the_type_of_a_whole_field() {
    helps("a: Option<Flash<u8>>", "write `Flash<u8>`, which may be empty");
    helps("a: Vec<Flash<u8>>", "write `Flash<Vec<u8>>`");
    helps("#[session(ttl = \"1m\")] a: Expiring<Flash<u8>>", "write `Flash<u8>` or `Expiring<u8>`");
    assert!(field_errors("a: Flash<Vec<u8>>").is_empty());
    assert!(field_errors("#[session(skip)] a: Option<Flash<u8>>").is_empty());
}

/// So that the one mistake is the one error.
#[test]
fn what_is_left_goes_from_thread_to_thread() {
    let left = session(
        "",
        "struct S { a: Option<Rc<u8>>, b: cell::Cell<RefCell<u8>>, c: &str, d: Vec<&'static u8> }",
    );
    let fields = "a: Option<::std::sync::Arc<u8>>, b: u8, c: &'static str, d: Vec<&'static u8>";
    assert!(left.contains(&normal(fields)), "{left}");
}
