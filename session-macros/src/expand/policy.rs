//! `impl RootSession` and `impl Remembers`.

use proc_macro2::TokenStream;
use quote::quote;

use crate::check::SameSite;
use crate::model::{Policy, RuntimePath, Session, WhenFull};

use super::lints;
use super::spans::reported_at;

/// ```text
/// impl RootSession for Shop {
///     const POLICY: Policy = Policy { idle: Duration::from_secs(1800), ..Policy::DEFAULT };
/// }
/// impl Remembers for Shop {}
/// ```
pub(super) fn root(session: &Session, policy: &Policy) -> TokenStream {
    let Session { ident, runtime, .. } = session;
    let (allow, declared) = (lints::in_policies(), declared(policy, runtime));
    let remembers = policy.remember.map(|_| {
        quote! {
            /// A longer lifetime is declared, which a handler may choose.
            #[automatically_derived]
            impl #runtime::Remembers for #ident {}
        }
    });
    quote! {
        /// The declared cookie and lifetimes.
        #[automatically_derived]
        #allow
        impl #runtime::RootSession for #ident {
            const POLICY: #runtime::__private::Policy =
                #runtime::__private::Policy { #declared ..#runtime::__private::Policy::DEFAULT };
        }
        #remembers
    }
}

/// What was declared: `idle: Duration::from_secs(1800), path: "/shop",`
fn declared(policy: &Policy, runtime: &RuntimePath) -> TokenStream {
    let cookie = policy.cookie.as_ref().map(|name| quote!(cookie: #name,));
    let idle = policy.idle.map(seconds).map(|time| quote!(idle: #time,));
    let absolute = policy.absolute.map(seconds).map(|time| quote!(absolute: #time,));
    let remember =
        policy.remember.map(seconds).map(|time| quote!(remember: ::core::option::Option::Some(#time),));
    let renew = policy.renew.map(seconds).map(|age| quote!(renew: ::core::option::Option::Some(#age),));
    let grace = policy.grace.map(seconds).map(|time| quote!(grace: #time,));
    let same_site = policy.same_site.map(same_site);
    let same_site = same_site.map(|variant| quote!(same_site: #runtime::__private::SameSite::#variant,));
    let path = policy.path.as_ref().map(|path| quote!(path: #path,));
    let domain = policy.domain.as_ref().map(|name| quote!(domain: ::core::option::Option::Some(#name),));
    let switches = [
        policy.secure.map(|on| quote!(secure: #on,)),
        policy.http_only.map(|on| quote!(http_only: #on,)),
        policy.partitioned.map(|on| quote!(partitioned: #on,)),
        policy.persistent.map(|on| quote!(persistent: #on,)),
        policy.require_https.map(|on| quote!(require_https: #on,)),
        policy.csrf.map(|on| quote!(csrf: #on,)),
    ];
    let version = policy.version.map(|number| quote!(version: #number,));
    let migrate = policy.migrate.as_ref().map(|path| reported_at(path, quote!(&#path)));
    let migrate = migrate.map(|function| quote!(migrate: ::core::option::Option::Some(#function),));
    let max_sessions =
        policy.max_sessions.map(|count| quote!(max_sessions: ::core::option::Option::Some(#count),));
    let when_full = policy.when_full.map(when_full);
    let when_full = when_full.map(|variant| quote!(when_full: #runtime::__private::WhenFull::#variant,));
    quote! {
        #cookie #idle #absolute #remember #renew #grace #same_site #path #domain #(#switches)*
        #version #migrate #max_sessions #when_full
    }
}

fn seconds(seconds: u64) -> TokenStream {
    quote!(::core::time::Duration::from_secs(#seconds))
}

fn when_full(when_full: WhenFull) -> TokenStream {
    match when_full {
        WhenFull::EvictOldest => quote!(EvictOldest),
        WhenFull::RejectNew => quote!(RejectNew),
    }
}

fn same_site(same_site: SameSite) -> TokenStream {
    match same_site {
        SameSite::Strict => quote!(Strict),
        SameSite::Lax => quote!(Lax),
        SameSite::None => quote!(None),
    }
}
