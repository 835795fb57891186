use crate::testing::{assert_contains, handler, normal};

#[test]
fn async_function() {
    let output = handler(
        "",
        "#[doc = \"Docs.\"] pub async fn add(session: &mut Shop, Json(item): Json<Item>) -> Result<String, E> { BODY; 1 }",
    );
    assert_contains(
        &output,
        "#[doc = \"Docs.\"] pub async fn add(session: <Shop as ::session_runtime::SessionData>::Extractor, Json(item): Json<Item>)
            -> Result<String, E> {
                let mut session = ::session_runtime::__private::edit(session);
                let output = { let session = session.value(); async move { #[allow(clippy::no_effect_underscore_binding)] let session: &mut Shop = session;",
    );
    assert_contains(
        &output,
        "if false { let value: Result<String, E> = loop {}; return value; } BODY; 1 }.await };",
    );
    assert_contains(&output, "::session_runtime::__private::Editing::finish(session); output }");
}

#[test]
fn sync_function() {
    let output = handler("", "fn f(session: &Shop) -> u8 { 1 }");
    assert_eq!(
        output,
        normal(
            "fn f(session: <Shop as ::session_runtime::SessionData>::Extractor) -> u8 {
                let session = ::session_runtime::__private::read(session);
                let output = { let session = session.value(); (move || -> u8 { #[allow(clippy::no_effect_underscore_binding)] let session: &Shop = session; 1 })() };
                ::session_runtime::__private::Reading::finish(session);
                output
            }"
        )
    );
}

#[test]
fn optional_and_attempt() {
    let output = handler("", "fn f(session: Option<&Shop>) {}");
    assert_contains(
        &output,
        "let session = session.optional(); (move || { #[allow(clippy::no_effect_underscore_binding)] let session: Option<&Shop> = session; })()",
    );
    let output = handler("", "fn f(session: Result<&Shop, Unavailable>) {}");
    assert_contains(&output, "fn f(session: <Shop as ::session_runtime::SessionData>::Attempt)");
    assert_contains(&output, "let session = ::session_runtime::__private::attempt(session);");
    assert_contains(&output, "let session: Result<&Shop, Unavailable> = session;");
}

#[test]
fn impl_trait_in_the_return_type() {
    assert!(!handler("", "async fn f(session: &Shop) -> impl Page { 1 }").contains("if false"));
    let output = handler("", "async fn f(session: &Shop) -> Result<(impl Page, u8), E> { 1 }");
    assert_contains(&output, "let value: Result<(_, u8), E> = loop {};");
}

#[test]
fn everything_is_kept() {
    let output = handler(
        "",
        "#[get(\"/\")] #[inline] pub(super) async unsafe extern \"C\" fn f<'a, T: A, const N: usize>(&'a self, mut session: &'a mut S<T>, \
         #[session] r#type: &C) -> &'a str where T: B { #![allow(x)] 1 }",
    );
    assert_contains(
        &output,
        "#[get(\"/\")] #[inline] pub(super) async unsafe extern \"C\" fn f<'a, T: A, const N: usize>(&'a self,
            session: <S<T> as ::session_runtime::SessionData>::Extractor,
            r#type: <C as ::session_runtime::SessionData>::Extractor) -> &'a str where T: B { #![allow(x)]",
    );
    assert_contains(&output, "let mut session: &mut S<T> = session;");
}

#[test]
fn impl_block() {
    let output = handler(
        "crate = rt",
        "#[a] unsafe impl<T> A<{ 3 }> for B<T> where T: C { #![b] const D: u8 = 1; fn e(&self) { 1 } #[f] pub fn g(session: &S) {} }",
    );
    assert_contains(
        &output,
        "#[a] unsafe impl<T> A<{ 3 }> for B<T> where T: C { #![b] const D: u8 = 1; fn e(&self) { 1 } #[f] pub fn g(
            session: <S as rt::SessionData>::Extractor) {",
    );
}
