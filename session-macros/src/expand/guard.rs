//! What must hold before a handler runs: a type in its signature, which the framework's extractor asks.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;
use syn::Type;
use syn::ext::IdentExt as _;

use crate::model::{Argument, Csrf, Guard, Handle, Handler, Inner, Mode, Refusal, RuntimePath};

use super::lints;
use super::spans::{local, ours, reported_at};

/// `<Shop as SessionData>::Guarded<Required<Text<'u', 's', 'e', 'r'>, Is, Ever, Status<401>, true>>`
pub(super) fn extracted(argument: &Argument, guard: &Guard, handler: &Handler) -> TokenStream {
    let (runtime, data) = (&handler.runtime, &argument.data);
    let gate = proving(guard.csrf, gate(argument, guard, handler), runtime);
    reported_at(data, quote!(<#data as #runtime::SessionData>::Guarded<#gate>))
}

fn gate(argument: &Argument, guard: &Guard, handler: &Handler) -> TokenStream {
    let rt = &handler.runtime;
    if argument.mode == Mode::Attempt {
        let gate = if guard.activity { quote!(Foreground) } else { quote!(Background) };
        return quote!(#rt::__private::#gate);
    }
    let recency = guard
        .fresh
        .map_or_else(|| quote!(#rt::__private::Ever), |seconds| quote!(#rt::__private::Within<#seconds>));
    let answer = match &guard.refusal {
        Refusal::Status(code) => quote!(#rt::__private::Status<#code>),
        Refusal::Redirect(target) => {
            let target = text(target, rt);
            quote!(#rt::__private::Redirect<#target>)
        }
    };
    let activity = guard.activity;
    let Some(field) = &guard.require else {
        return quote!(#rt::__private::Open<#recency, #answer, #activity>);
    };
    let name = text(&field.unraw().to_string(), rt);
    let want =
        lent(handler).map_or_else(|| quote!(#rt::__private::Is), |data| quote!(#rt::__private::The<#data>));
    quote!(#rt::__private::Required<#name, #want, #recency, #answer, #activity>)
}

/// `ByForm<..>`, around a gate
fn proving(csrf: Option<Csrf>, gate: TokenStream, rt: &RuntimePath) -> TokenStream {
    match csrf {
        None => gate,
        Some(Csrf::Form) => quote!(#rt::__private::ByForm<#gate>),
        Some(Csrf::Exempt) => quote!(#rt::__private::Exempt<#gate>),
    }
}

/// `<Shop as SessionData>::Guarded<ByForm<Open<Ever, Status<401>, true>>>`, in the place of `Session<Shop>`
pub(super) fn extracted_handle(handle: &Handle, csrf: Csrf, rt: &RuntimePath) -> TokenStream {
    let data = &handle.data;
    let gate = quote!(#rt::__private::Open<#rt::__private::Ever, #rt::__private::Status<401>, true>);
    let gate = proving(Some(csrf), gate, rt);
    reported_at(data, quote!(<#data as #rt::SessionData>::Guarded<#gate>))
}

/// `let session_handle_1 = admitted(session_handle_1);`
pub(super) fn admit_handle(handle: &Handle, rt: &RuntimePath) -> TokenStream {
    let name = &handle.name;
    let admitted = reported_at(&handle.data, quote!(#rt::__private::admitted(#name)));
    quote!(let #name = #admitted;)
}

/// `let handle: Session<Shop> = session_handle_1;`, inside of the body
pub(super) fn bind_handle(handle: &Handle) -> TokenStream {
    let Handle { binding, name, ty, .. } = handle;
    let allow = lints::on_bindings();
    quote!(#allow let #binding: #ty = #name;)
}

/// The type of the value that the handler has as an argument.
fn lent(handler: &Handler) -> Option<&Type> {
    handler.inner.as_ref()?.data.as_ref()
}

/// `Text<'u', 's', 'e', 'r'>`; a longer one goes on in its last argument.
pub(super) fn text(text: &str, runtime: &RuntimePath) -> TokenStream {
    const LETTERS: usize = 16;
    let letters: Vec<Literal> = text.chars().take(LETTERS).map(Literal::character).collect();
    let rest: String = text.chars().skip(LETTERS).collect();
    let rest = (!rest.is_empty()).then(|| self::text(&rest, runtime));
    quote!(#runtime::__private::Text<#(#letters,)* #rest>)
}

/// ```text
/// let (session, session_required) = admitted(session);
/// ```
pub(super) fn admit(argument: &Argument, guard: &Guard, handler: &Handler) -> TokenStream {
    let (name, runtime) = (ours(&argument.name), &handler.runtime);
    let pattern = match (&guard.require, lent(handler)) {
        (Some(_), Some(_)) => {
            let required = local("session_required");
            quote!((#name, #required))
        }
        (Some(_), None) => quote!((#name, _)),
        (None, _) => quote!(#name),
    };
    let admitted = reported_at(&argument.data, quote!(#runtime::__private::admitted(#name)));
    quote!(let #pattern = #admitted;)
}

/// `holds::<UserId, _>(&Reading::value(&session).user);`, for what rustc says best: that there is such a field, of such a
/// type, and that it can be seen from here.
pub(super) fn look(argument: &Argument, field: &Ident, handler: &Handler) -> TokenStream {
    let (name, rt) = (ours(&argument.name), &handler.runtime);
    let value = if argument.mode == Mode::Edit {
        quote!(Editing::value(&mut #name))
    } else {
        quote!(Reading::value(&#name))
    };
    let place = reported_at(field, quote!(&#rt::__private::#value.#field));
    let check = lent(handler).map_or_else(
        || quote!(#rt::__private::can_be_required),
        |data| reported_at(data, quote!(#rt::__private::holds::<#data, _>)),
    );
    quote!(#check(#place);)
}

/// `let user = Borrow::<UserId>::borrow(&session_required);`
pub(super) fn lend_inner(inner: &Inner) -> Option<TokenStream> {
    let (name, required, data) = (ours(&inner.name), local("session_required"), inner.data.as_ref()?);
    Some(quote!(let #name = ::core::borrow::Borrow::<#data>::borrow(&#required);))
}

/// `let user: &UserId = user;`, inside of the body
pub(super) fn bind_inner(inner: &Inner) -> TokenStream {
    let Inner { binding, name, ty, data } = inner;
    let (name, allow) = (ours(name), lints::on_bindings());
    if data.is_some() {
        quote!(#allow let #binding: #ty = #name;)
    } else {
        // a value of the right type, whatever it is; this program is never run
        quote!(let #binding: #ty = (|| -> #ty { loop {} })();)
    }
}
