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
    assert_contains(
        &output,
        "::session_runtime::__private::Editing::finish(session); return session_output }",
    );
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
                return session_output
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

#[test]
fn a_guard_is_a_type_in_the_signature() {
    let rt = "::session_runtime::__private::";
    let output = handler(
        "require = user, fresh = \"5m\", or = redirect(\"/login\"), activity = false",
        "async fn f(session: &mut Shop, id: Path<u8>, user: &'static UserId) {}",
    );
    assert_contains(
        &output,
        &format!(
            "async fn f(session: <Shop as ::session_runtime::SessionData>::Guarded<{rt}Required<
                {rt}Text<'u', 's', 'e', 'r',>, {rt}The<UserId>, {rt}Within<300u64>,
                {rt}Redirect<{rt}Text<'/', 'l', 'o', 'g', 'i', 'n',> >, false> >, id: Path<u8>) {{
                let (session, session_required) = {rt}admitted(session);
                let mut session = {rt}edit(session);
                {rt}holds::<UserId, _>(&{rt}Editing::value(&mut session).user);
                let session_output = {{
                    let session = {rt}Editing::value(&mut session);
                    let user = ::core::borrow::Borrow::<UserId>::borrow(&session_required);"
        ),
    );
    assert_contains(&output, "let user: &UserId = user;");
}

#[test]
fn a_guard_without_an_argument_for_the_value() {
    let rt = "::session_runtime::__private::";
    let output = handler("require = r#type", "fn f(r#type: u8, session: &Shop) {}");
    assert_contains(
        &output,
        &format!(
            "fn f(r#type: u8, session: <Shop as ::session_runtime::SessionData>::Guarded<{rt}Required<
                {rt}Text<'t', 'y', 'p', 'e',>, {rt}Is, {rt}Ever, {rt}Status<401u16>, true> >) {{
                let (session, _) = {rt}admitted(session);
                let session = {rt}read(session);
                {rt}can_be_required(&{rt}Reading::value(&session).r#type);"
        ),
    );
}

#[test]
fn a_guard_is_about_one_argument_and_activity_about_all() {
    let rt = "::session_runtime::__private::";
    let all = |options, sessions| {
        handler(options, &format!("fn f({sessions}, #[session] tries: Result<&Tries, Unavailable>) {{}}"))
    };
    let output = all(
        "fresh = \"1h\", or = status(403), activity = false",
        "session: &Shop, #[session] cart: Option<&Cart>",
    );
    assert_contains(&output, &format!("Guarded<{rt}Open<{rt}Within<3600u64>, {rt}Status<403u16>, false> >,"));
    assert_contains(
        &output,
        &format!(
            "cart: <Cart as ::session_runtime::SessionData>::Guarded<{rt}Open<{rt}Ever, {rt}Status<401u16>, false> >"
        ),
    );
    assert_contains(
        &output,
        &format!("tries: <Tries as ::session_runtime::SessionData>::Guarded<{rt}Background>"),
    );
    assert_contains(&output, &format!("let tries = {rt}admitted(tries); let tries = {rt}attempt(tries);"));
    let output = all("require = cart.items", "#[session] shop: &Shop, #[session] cart: &Cart");
    assert_contains(
        &output,
        "shop: <Shop as ::session_runtime::SessionData>::Extractor, cart: <Cart as ::session_runtime::SessionData>::Guarded<",
    );
    assert_contains(&output, "tries: <Tries as ::session_runtime::SessionData>::Attempt)");
}

#[test]
fn a_long_text_goes_on_in_its_last_argument() {
    let output = handler("fresh = \"1s\", or = redirect(\"/0123456789abcdefg\")", "fn f(session: &S) {}");
    let rt = "::session_runtime::__private::";
    assert_contains(&output, &format!("'c', 'd', 'e', {rt}Text<'f', 'g',> >"));
}

#[test]
fn an_impl_block_guards_each_of_its_handlers() {
    let output = handler(
        "require = user",
        "impl S { fn a(session: &Shop) {} fn b(&self) {} fn c(session: &mut Shop) {} }",
    );
    assert_eq!(output.matches("::Required<").count(), 2);
}

#[test]
fn what_a_request_must_prove_is_around_the_guard_and_around_handles() {
    let rt = "::session_runtime::__private::";
    let output = handler(
        "require = user, csrf = form",
        "async fn f(_: Session<Shop>, session: &mut Shop, mut handle: Session<Shop>, form: Form<Note>) {}",
    );
    let data = "<Shop as ::session_runtime::SessionData>";
    let handle = format!("{data}::Guarded<{rt}ByForm<{rt}Open<{rt}Ever, {rt}Status<401>, true> > >");
    assert_contains(
        &output,
        &format!(
            "async fn f(session_handle_0: {handle}, session: {data}::Guarded<{rt}ByForm<{rt}Required<
                {rt}Text<'u', 's', 'e', 'r',>, {rt}Is, {rt}Ever, {rt}Status<401u16>, true> > >,
            session_handle_2: {handle}, form: Form<Note>)"
        ),
    );
    assert_contains(
        &output,
        &format!("let session_handle_2 = {rt}admitted(session_handle_2); let session_output"),
    );
    assert_contains(&output, "let mut handle: Session<Shop> = session_handle_2;");
    let output = handler("csrf = false", "async fn f(session: Result<&Shop, E>) {}");
    assert_contains(&output, &format!("f(session: {data}::Guarded<{rt}Exempt<{rt}Foreground> >)"));
}
