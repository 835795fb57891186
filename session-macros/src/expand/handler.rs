//! A function with session arguments.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, FnArg, Pat, Signature, Type};

use crate::model::{Argument, Csrf, Handle, Handler, Handlers, Mode, RuntimePath};

use super::impl_block::impl_block;
use super::spans::{local, ours, reported_at};
use super::{guard, lints};

/// The item that `#[with_session]` stands on, with every handler in it rewritten.
pub(crate) fn handlers(handlers: &Handlers) -> TokenStream {
    match handlers {
        Handlers::Fn(function) => handler(function),
        Handlers::Impl(block) => impl_block(block),
        Handlers::Unchanged(item) => item.clone(),
    }
}

/// ```text
/// async fn add(session: <Shop as SessionData>::Extractor, item: Json<Item>) -> Result<String, AppError> {
///     let mut session = edit(session);
///     let session_output = { .. };
///     Editing::finish(session);
///     return session_output
/// }
/// ```
/// Our `session` is not the `session` of the body: it has the hygiene of the macro, and cannot be seen there. The calls
/// stand at the type, which is where rustc then reports that it is no session type.
pub(super) fn handler(handler: &Handler) -> TokenStream {
    let Handler { attrs, vis, defaultness, arguments, body, runtime, .. } = handler;
    let sig = signature(handler);
    let mut block = TokenStream::new();
    if arguments.is_empty() {
        let (inner, tokens) = (&body.attrs, &body.tokens);
        body.brace.surround(&mut block, |block| quote!(#(#inner)* #tokens).to_tokens(block));
    } else {
        let renamed = is_spelled_anew(handler).then(|| arguments.iter().map(rename));
        let renamed = renamed.into_iter().flatten();
        let open = arguments.iter().map(|argument| open(argument, handler));
        let admit = handles(handler).map(|(_, handle)| guard::admit_handle(handle, runtime));
        let finish = arguments.iter().map(|argument| finish(argument, runtime));
        let (inner, output, call) = (&body.attrs, local("session_output"), call(handler));
        let content = quote! {
            #(#inner)*
            #(#renamed)*
            #(#open)*
            #(#admit)*
            let #output = #call;
            #(#finish)*
            // for `clippy::implicit_return`
            return #output
        };
        body.brace.surround(&mut block, |block| content.to_tokens(block));
    }
    let allow = allow(handler);
    quote!(#(#attrs)* #allow #vis #defaultness #sig #block)
}

/// What the signature would be blamed for without what it no longer says.
fn allow(handler: &Handler) -> TokenStream {
    let Handler { sig, arguments, .. } = handler;
    let has_lifetimes = !arguments.is_empty() && sig.generics.lifetimes().next().is_some();
    let has_effects = sig.asyncness.is_none() && arguments.iter().any(|argument| argument.mode == Mode::Edit);
    let on_lifetimes = has_lifetimes.then(lints::on_lifetimes);
    let on_effects = has_effects.then(lints::on_effects);
    quote!(#on_lifetimes #on_effects)
}

/// The signature with what the framework extracts in the place of the sessions.
fn signature(handler: &Handler) -> Signature {
    let mut sig = handler.sig.clone();
    for argument in &handler.arguments {
        if let Some(FnArg::Typed(typed)) = sig.inputs.iter_mut().nth(argument.index) {
            let name = if is_spelled_anew(handler) { argument.name.clone() } else { ours(&argument.name) };
            *typed.pat = Pat::Verbatim(name.to_token_stream());
            *typed.ty = Type::Verbatim(extracted(argument, handler));
        }
    }
    for (csrf, handle) in handles(handler) {
        if let Some(FnArg::Typed(typed)) = sig.inputs.iter_mut().nth(handle.index) {
            *typed.pat = Pat::Verbatim(handle.name.to_token_stream());
            *typed.ty = Type::Verbatim(guard::extracted_handle(handle, csrf, &handler.runtime));
        }
    }
    sig
}

/// Salvo's `#[endpoint]` binds the arguments by names that it spells anew, but hands them on by those in the signature: they must
/// be the user's.
fn is_spelled_anew(handler: &Handler) -> bool {
    let last = |attr: &Attribute| attr.path().segments.last().is_some_and(|last| last.ident == "endpoint");
    handler.attrs.iter().any(last)
}

/// `let session = session;`, from the user's to ours
fn rename(argument: &Argument) -> TokenStream {
    let (ours, users) = (ours(&argument.name), &argument.name);
    quote!(let #ours = #users;)
}

/// The handles that are extracted by us.
fn handles(handler: &Handler) -> impl Iterator<Item = (Csrf, &Handle)> {
    handler.handles.iter().flat_map(|(csrf, handles)| handles.iter().map(|handle| (*csrf, handle)))
}

/// `<Shop as SessionData>::Extractor`
fn extracted(argument: &Argument, handler: &Handler) -> TokenStream {
    if let Some(guard) = &argument.guard {
        return guard::extracted(argument, guard, handler);
    }
    let (data, runtime) = (&argument.data, &handler.runtime);
    let extracted = match argument.mode {
        Mode::Attempt => quote!(Attempt),
        Mode::Read | Mode::Edit | Mode::Optional | Mode::Mistaken => quote!(Extractor),
    };
    reported_at(data, quote!(<#data as #runtime::SessionData>::#extracted))
}

/// `let mut session = edit(session);`
fn open(argument: &Argument, handler: &Handler) -> TokenStream {
    let (name, runtime) = (ours(&argument.name), &handler.runtime);
    let (mutability, begin) = match argument.mode {
        Mode::Edit => (quote!(mut), quote!(edit)),
        Mode::Read | Mode::Optional => (TokenStream::new(), quote!(read)),
        Mode::Attempt => (TokenStream::new(), quote!(attempt)),
        Mode::Mistaken => return TokenStream::new(),
    };
    let begin = reported_at(&argument.data, quote!(#runtime::__private::#begin(#name)));
    let admit = argument.guard.as_ref().map(|guard| guard::admit(argument, guard, handler));
    let required = argument.guard.as_ref().and_then(|guard| guard.require.as_ref());
    let look = required.map(|field| guard::look(argument, field, handler));
    quote!(#admit let #mutability #name = #begin; #look)
}

/// `Editing::finish(session);`
fn finish(argument: &Argument, runtime: &RuntimePath) -> TokenStream {
    let name = ours(&argument.name);
    let guard = match argument.mode {
        Mode::Edit => quote!(Editing),
        Mode::Read | Mode::Optional => quote!(Reading),
        Mode::Attempt => quote!(Attempting),
        Mode::Mistaken => return TokenStream::new(),
    };
    let name = reported_at(&argument.data, quote!(#name));
    let finish = reported_at(&argument.data, quote!(#runtime::__private::#guard::finish(#name)));
    quote!(#finish;)
}

/// ```text
/// {
///     let session = Editing::value(&mut session);
///     async move { let session: &mut _ = session; .. }.await
/// }
/// ```
/// `move`, so that an argument which is only borrowed by the body need not be `Sync` for the future to be `Send`.
fn call(handler: &Handler) -> TokenStream {
    let lend = handler.arguments.iter().map(|argument| lend(argument, &handler.runtime));
    let bind = handler.arguments.iter().map(bind);
    let lend_inner = handler.inner.as_deref().and_then(guard::lend_inner);
    let bind_handles = handles(handler).map(|(_, handle)| guard::bind_handle(handle));
    let bind_inner = handler.inner.as_deref().map(guard::bind_inner);
    let is_async = handler.sig.asyncness.is_some();
    let hint = is_async.then(|| hint(handler));
    let body = &handler.body.tokens;
    let mut block = Group::new(Delimiter::Brace, quote!(#(#bind)* #(#bind_handles)* #bind_inner #hint #body));
    block.set_span(handler.body.brace.span.join());
    let run = if is_async {
        quote!(async move #block.await)
    } else {
        let returns = closure_returns(handler);
        quote!((move || #returns #block)())
    };
    quote!({ #(#lend)* #lend_inner #run })
}

/// `let session = Editing::value(&mut session);`, not `session.value()`, which a trait of the user may have too
fn lend(argument: &Argument, runtime: &RuntimePath) -> TokenStream {
    let name = ours(&argument.name);
    let (function, guard) = match argument.mode {
        Mode::Edit => (quote!(Editing::value), quote!(&mut #name)),
        Mode::Read => (quote!(Reading::value), quote!(&#name)),
        Mode::Optional => (quote!(Reading::optional), quote!(&#name)),
        Mode::Attempt => (quote!(Attempting::value), quote!(&#name)),
        Mode::Mistaken => return TokenStream::new(),
    };
    let value = reported_at(&argument.data, quote!(#runtime::__private::#function(#guard)));
    quote!(let #name = #value;)
}

/// `let session: &mut _ = session;`, inside of the body, so that rustc speaks of a variable of the user
fn bind(argument: &Argument) -> TokenStream {
    let (name, binding, ty) = (ours(&argument.name), &argument.binding, &argument.ty);
    let allow = lints::on_bindings();
    match argument.mode {
        Mode::Read | Mode::Edit | Mode::Optional | Mode::Attempt => quote!(#allow let #binding: #ty = #name;),
        // a value of the right type, whatever it is; this program is never run
        Mode::Mistaken => quote!(#[allow(unused_mut)] let #binding: #ty = (|| -> #ty { loop {} })();),
    }
}

/// `if false { let session_value: Result<String, AppError> = loop {}; return session_value; }`: never executed, but it says what `?` and
/// `return` convert to, and has errors point at the body.
fn hint(handler: &Handler) -> Option<TokenStream> {
    let (allow, value) = (lints::in_hint(), local("session_value"));
    handler.returns.as_ref().map(|ty| {
        // rustc points at it as the place that says what is returned
        let returned = reported_at(ty, quote!(#value));
        quote!(#allow if false { let #value: #ty = loop {}; return #returned; })
    })
}

/// `-> Result<String, AppError>`, which says the same for a closure.
fn closure_returns(handler: &Handler) -> Option<TokenStream> {
    match handler.sig.output {
        syn::ReturnType::Default => None,
        syn::ReturnType::Type(..) => handler.returns.as_ref().map(|ty| quote!(-> #ty)),
    }
}
