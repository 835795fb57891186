//! What an adapter would otherwise write several times.

/// Implements a framework's extractor trait for [`Session`](crate::Session), [`Attempt`](crate::Attempt),
/// [`WithoutCsrf`](crate::WithoutCsrf) and [`Guarded`](crate::adapter::Guarded), for whoever owns that trait.
///
/// In the brackets stand the trait's own parameters, if it has any, as in `['r]` or `[State: Sync]`; the body calls
/// [`extract::<_, Self>`](crate::adapter::extract).
///
/// ```
/// use session_runtime::adapter::{Rejection, extract};
/// # use session_runtime::adapter::{Adapter, Place};
/// # use session_runtime::Refused;
/// # use std::iter::empty;
/// # enum Mine {}
/// # struct Request;
/// # impl Adapter for Mine {
/// #     type Request = Request;
/// #     type Response = ();
/// #     const FIX: &'static str = "";
/// #     fn method<'h>(_: &'h Request) -> &'h str { "GET" }
/// #     fn headers<'h>(_: &'h Request, _: &str) -> impl Iterator<Item = &'h [u8]> { empty() }
/// #     fn place(_: &Request) -> Option<Place> { None }
/// #     fn put(_: &mut Request, _: Place) {}
/// #     fn status(_: &()) -> u16 { 200 }
/// #     fn lines<'h>(_: &'h (), _: &str) -> impl Iterator<Item = &'h [u8]> { empty() }
/// #     fn append(_: &mut (), _: &'static str, _: &str) {}
/// #     fn remove(_: &mut (), _: &'static str) {}
/// #     fn empty(_: u16, _: Option<Refused>) {}
/// # }
///
/// trait FromRequest: Sized {
///     fn from_request(request: &Request) -> impl Future<Output = Result<Self, Rejection>> + Send;
/// }
///
/// session_runtime::session_extractors! { [] FromRequest {
///     fn from_request(request: &Request) -> impl Future<Output = Result<Self, Rejection>> + Send {
///         extract::<Mine, Self>(request)
///     }
/// } }
/// ```
#[macro_export]
macro_rules! session_extractors {
    ([$($param:tt)*] $extractor:path { $($body:tt)* }) => {
        $crate::session_extractors! { @ [$($param)*] [] [$extractor] [$crate::Session<S>] { $($body)* } }
        $crate::session_extractors! { @ [$($param)*] [] [$extractor] [$crate::Attempt<S>] { $($body)* } }
        $crate::session_extractors! { @ [$($param)*] [] [$extractor] [$crate::WithoutCsrf<S>] { $($body)* } }
        $crate::session_extractors! {
            @ [$($param)*] [, G: $crate::__private::Gate<S>] [$extractor] [$crate::adapter::Guarded<S, G>] { $($body)* }
        }
    };
    (@ [] [$($gate:tt)*] [$extractor:path] [$extracted:ty] { $($body:tt)* }) => {
        impl<S: $crate::SessionData $($gate)*> $extractor for $extracted { $($body)* }
    };
    (@ [$($param:tt)+] [$($gate:tt)*] [$extractor:path] [$extracted:ty] { $($body:tt)* }) => {
        impl<$($param)+, S: $crate::SessionData $($gate)*> $extractor for $extracted { $($body)* }
    };
}

/// Makes the newtypes with which a framework gets sessions whose author owns neither that framework nor this crate.
///
/// The module that it makes has `Layer<R>`, for the framework's middleware trait, and `Extracted<T>`, for its extractor
/// trait; both have one public field. A session type chooses them with `#[session(adapter = path::to::the_module)]`.
/// What a handler takes beside its session argument is then written `Extracted<Session<Shop>>`.
///
/// ```
/// session_runtime::session_adapter! {
///     /// Sessions for that other framework.
///     pub mod my_sessions;
/// }
///
/// #[session_runtime::session(adapter = my_sessions)]
/// struct Shop {}
/// ```
#[macro_export]
macro_rules! session_adapter {
    ($(#[$attribute:meta])* $visibility:vis mod $name:ident;) => {
        $(#[$attribute])*
        $visibility mod $name {
            /// Sessions of type `R`, as middleware.
            pub struct Layer<R>(pub $crate::Sessions<R>);

            impl<R> ::core::clone::Clone for Layer<R> {
                fn clone(&self) -> Self {
                    Self(::core::clone::Clone::clone(&self.0))
                }
            }

            /// What a handler gets.
            pub struct Extracted<T>(pub T);

            impl<S: $crate::SessionData> ::core::convert::From<Extracted<$crate::Session<S>>> for $crate::Session<S> {
                fn from(extracted: Extracted<Self>) -> Self {
                    extracted.0
                }
            }

            impl<S: $crate::SessionData> ::core::convert::From<Extracted<$crate::Attempt<S>>> for $crate::Attempt<S> {
                fn from(extracted: Extracted<Self>) -> Self {
                    extracted.0
                }
            }

            impl<S, G> ::core::convert::From<Extracted<$crate::adapter::Guarded<S, G>>> for $crate::adapter::Guarded<S, G>
            where
                S: $crate::SessionData,
                G: $crate::__private::Gate<S>,
            {
                fn from(extracted: Extracted<Self>) -> Self {
                    extracted.0
                }
            }
        }
    };
}
