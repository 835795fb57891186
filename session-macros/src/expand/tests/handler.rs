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
                let session_output = { let session = ::session_runtime::__private::Editing::value(&mut session); async move { #[allow(clippy::no_effect_underscore_binding)] let session: &mut _ = session;",
    );
    assert_contains(
        &output,
        "if false { let session_value: Result<String, E> = loop {}; return session_value; } BODY; 1 }.await };",
    );
    assert_contains(&output, "::session_runtime::__private::Editing::finish(session); session_output }");
}

#[test]
fn sync_function() {
    let output = handler("", "fn f(session: &Shop) -> u8 { 1 }");
    assert_eq!(
        output,
        normal(
            "fn f(session: <Shop as ::session_runtime::SessionData>::Extractor) -> u8 {
                let session = ::session_runtime::__private::read(session);
                let session_output = { let session = ::session_runtime::__private::Reading::value(&session); (move || -> u8 { #[allow(clippy::no_effect_underscore_binding)] let session: &_ = session; 1 })() };
                ::session_runtime::__private::Reading::finish(session);
                session_output
            }"
        )
    );
}

#[test]
fn optional_and_attempt() {
    let output = handler("", "fn f(session: Option<&Shop>) {}");
    assert_contains(
        &output,
        "let session = ::session_runtime::__private::Reading::optional(&session); (move || { #[allow(clippy::no_effect_underscore_binding)] let session: Option<&_> = session; })()",
    );
    let output = handler("", "fn f(session: Result<&Shop, Unavailable>) {}");
    assert_contains(&output, "fn f(session: <Shop as ::session_runtime::SessionData>::Attempt)");
    assert_contains(&output, "let session = ::session_runtime::__private::attempt(session);");
    assert_contains(&output, "let session: Result<&_, Unavailable> = session;");
}

#[test]
fn impl_trait_in_the_return_type() {
    assert!(!handler("", "async fn f(session: &Shop) -> impl Page { 1 }").contains("if false"));
    let output = handler("", "async fn f(session: &Shop) -> Result<(impl Page, u8), E> { 1 }");
    assert_contains(&output, "let session_value: Result<(_, u8), E> = loop {};");
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
        "#[get(\"/\")] #[inline]
            #[allow(single_use_lifetimes, unused_lifetimes, clippy::extra_unused_lifetimes, clippy::needless_lifetimes)]
            pub(super) async unsafe extern \"C\" fn f<'a, T: A, const N: usize>(&'a self,
            session: <S<T> as ::session_runtime::SessionData>::Extractor,
            r#type: <C as ::session_runtime::SessionData>::Extractor) -> &'a str where T: B { #![allow(x)]",
    );
    assert_contains(&output, "let mut session: &mut _ = session;");
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

#[test]
fn lints_are_allowed_where_the_signature_lost_their_reason() {
    let must_use = "#[allow(clippy::must_use_candidate)]";
    assert_contains(&handler("", "fn f(session: &mut S) -> u8 { 1 }"), must_use);
    assert!(!handler("", "fn f(session: &S) -> u8 { 1 }").contains("must_use"));
    assert!(!handler("", "async fn f(session: &mut S) -> u8 { 1 }").contains("must_use"));
    let lifetimes = "unused_lifetimes";
    assert_contains(&handler("", "fn f<'a>(session: &'a S) -> u8 { 1 }"), lifetimes);
    assert!(!handler("", "fn f(session: &S) -> u8 { 1 }").contains(lifetimes));
}
