use crate::testing::{assert_contains, handler, handler_errors, session, session_errors};

#[test]
fn two_mistakes_are_two_errors() {
    let errors = session_errors(r#"cokie = "id", idle = "30""#, "struct S { #[session(skip, keep)] a: u8 }");
    assert_eq!(errors.len(), 3);
    let errors = handler_errors("impl S { fn a(session: Option<&mut S>) {} const fn b(session: &S) {} }");
    assert_eq!(errors.len(), 2);
}

#[test]
fn the_item_survives_a_mistake() {
    let output = session(
        "idle = 5",
        "/// Docs.\n#[derive(Debug, Default)] pub struct S { #[session(skip)] pub a: u8 }",
    );
    assert_contains(&output, "#[derive(Debug)] pub struct S { pub a: u8 }");
    assert_contains(&output, "impl ::core::default::Default for S { fn default() -> Self { loop {} } }");
    assert_contains(&output, "impl ::session_runtime::SessionData for S");
    assert_contains(&output, "impl ::session_runtime::RootSession for S");
}

#[test]
fn a_broken_section_keeps_its_root_and_a_broken_root_what_it_promised() {
    let output = session("within = Shop, idle = \"1h\"", "struct S;");
    assert_contains(&output, "type Root = Shop;");
    assert!(!output.contains("RootSession"));
    assert_contains(&session("remember = 5", "struct S {}"), "impl ::session_runtime::Remembers for S {}");
}

#[test]
fn a_generic_struct_keeps_impls_that_hold_what_they_need() {
    let output = session("", "struct S<'a, T: Clone, const N: usize> where T: Copy { a: &'a [T; N] }");
    assert_contains(
        &output,
        "impl<T: Clone + ::core::marker::Send + ::core::marker::Sync + 'static, const N: usize> \
         ::session_runtime::SessionData for S<'static, T, N> where T: Copy",
    );
}

#[test]
fn other_items_survive_too() {
    assert_contains(
        &session("", "enum E { #[session(skip)] A { #[session(skip)] b: u8 } }"),
        "enum E { A { b: u8 } }",
    );
    assert_contains(&session("", "fn f() { 1 }"), "fn f() { 1 }");
    assert_contains(&handler("", "struct S { a: u8 }"), "struct S { a: u8 }");
    assert_contains(&handler("", "fn f(a: u8) -> u8 { a }"), "fn f(a: u8) -> u8 { a }");
}
