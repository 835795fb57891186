use crate::testing::session_errors;

#[track_caller]
fn one_error(item: &str, message: &str) {
    assert_eq!(session_errors("", item), [message]);
}

#[test]
fn named_fields() {
    let fact = "a session struct has named fields: each is stored under its name\nhelp: ";
    one_error("struct S(u8);", &format!("{fact}write `struct S {{ field: Type }}`"));
    one_error("struct S;", &format!("{fact}write `struct S {{}}`"));
}

#[test]
fn other_items() {
    let is = |what| format!("`#[session]` is for a struct, and this is {what}\nhelp: ");
    one_error("enum E { A }", &format!("{}make the enum the type of a field", is("an enum")));
    one_error(
        "union U { a: u8 }",
        &format!("{}write `struct` instead: a session has all of its fields", is("a union")),
    );
    one_error("fn f() {}", &format!("{}for handlers write `#[with_session]`", is("a function")));
    one_error("type A = u8;", &format!("{}write it above a struct with named fields", is("a type alias")));
}

#[test]
fn what_is_no_rust() {
    one_error(
        "struct S { a: u8 b: u8 }",
        "`#[session]` cannot read this item: expected `,`\nhelp: write it as `struct Shop { field: Type }`",
    );
}

#[test]
fn parameters() {
    one_error(
        "struct S<'a> { a: &'a str }",
        "a session cannot have lifetimes: it outlives the request that it would borrow from\n\
         help: use types that own their data, such as `String` for `&str`",
    );
    one_error(
        "struct S<T> { a: T }",
        "a session cannot have parameters: its record has fixed keys and types\nhelp: name the types that are stored",
    );
}

#[test]
fn derived_default() {
    one_error(
        "#[derive(Clone, Default)] struct S {}",
        "`#[session]` generates `Default`, so it cannot also be derived\nhelp: remove `Default` from the derives",
    );
}
