//! What an adapter would otherwise write several times.

/// Writes what is the same in every [`Adapter`](crate::adapter::Adapter) for a framework on the crate `http`, or on types like its: where
/// headers and extensions are. It stands inside of the `impl`.
///
/// It is given the path of a module with `StatusCode`, `header::HeaderName` and `header::HeaderValue`, which is `http`
/// itself or the framework's door to it, and the function that makes an empty response of a status. Without that
/// function, `status` and `empty` are yours to write. What remains is to say who the peer is, and whether the framework
/// [ended TLS](crate::adapter::Adapter::has_tls); that [`OverHttps`](crate::OverHttps) is among a request's extensions is
/// looked for.
///
/// ```
/// use axum::http::{self, Request, Response, StatusCode};
/// use session_runtime::adapter::Adapter;
///
/// enum Mine {}
///
/// impl Adapter for Mine {
///     type Request = Request<Vec<u8>>;
///     type Response = Response<String>;
///     const FIX: &'static str = "call `.sessions(..)` on the application";
///     session_runtime::http_adapter!(http, empty);
/// }
///
/// fn empty(status: StatusCode) -> Response<String> {
///     let mut response = Response::default();
///     *response.status_mut() = status;
///     response
/// }
/// # let mut response = Mine::empty(404, None);
/// # Mine::append(&mut response, "vary", "Cookie");
/// # assert_eq!(Mine::status(&response), 404);
/// # assert_eq!(Mine::lines(&response, "vary").collect::<Vec<_>>(), [b"Cookie"]);
/// ```
#[macro_export]
macro_rules! http_adapter {
    ($($http:ident)::+) => {
        fn method(request: &Self::Request) -> &str {
            request.method().as_str()
        }

        fn headers<'h>(request: &'h Self::Request, name: &str) -> impl ::core::iter::Iterator<Item = &'h [u8]> {
            let lines = ::core::iter::IntoIterator::into_iter(request.headers().get_all(name));
            ::core::iter::Iterator::map(lines, $($http)::+::header::HeaderValue::as_bytes)
        }

        fn is_over_https(request: &Self::Request) -> bool {
            <Self as $crate::adapter::Adapter>::has_tls(request) || request.extensions().get::<$crate::OverHttps>().is_some()
        }

        fn place(request: &Self::Request) -> ::core::option::Option<$crate::adapter::Place> {
            request.extensions().get::<$crate::adapter::Place>().cloned()
        }

        fn put(request: &mut Self::Request, place: $crate::adapter::Place) {
            request.extensions_mut().insert(place);
        }

        fn lines<'h>(response: &'h Self::Response, name: &str) -> impl ::core::iter::Iterator<Item = &'h [u8]> {
            let lines = ::core::iter::IntoIterator::into_iter(response.headers().get_all(name));
            ::core::iter::Iterator::map(lines, $($http)::+::header::HeaderValue::as_bytes)
        }

        fn append(response: &mut Self::Response, name: &'static str, value: &str) {
            if let ::core::result::Result::Ok(mut value) = $($http)::+::header::HeaderValue::from_str(value) {
                value.set_sensitive(name == "set-cookie");
                response.headers_mut().append($($http)::+::header::HeaderName::from_static(name), value);
            }
        }

        fn remove(response: &mut Self::Response, name: &'static str) {
            response.headers_mut().remove(name);
        }
    };
    ($($http:ident)::+, $empty:path) => {
        $crate::http_adapter! { $($http)::+ }

        fn status(response: &Self::Response) -> u16 {
            response.status().as_u16()
        }

        fn empty(status: u16, refused: ::core::option::Option<$crate::Refused>) -> Self::Response {
            let status = $($http)::+::StatusCode::from_u16(status);
            let mut response = $empty(status.unwrap_or($($http)::+::StatusCode::INTERNAL_SERVER_ERROR));
            if let ::core::option::Option::Some(refused) = refused {
                response.extensions_mut().insert(refused);
            }
            response
        }
    };
}

/// Implements a framework's trait for responses of errors for [`Rejection`](crate::Rejection), [`Error`](crate::Error) and
/// [`Unavailable`](crate::Unavailable), for whoever owns that trait: handlers return them with `?`.
///
/// In the brackets stand the trait's own parameters, if it has any, as in `['r]`; the body calls
/// [`self.response::<..>()`](crate::adapter::Failure::response).
///
/// ```
/// use axum::http::{self, Request, Response, StatusCode};
/// use session_runtime::adapter::{Adapter, Failure as _};
/// # enum Mine {}
/// # impl Adapter for Mine {
/// #     type Request = Request<()>;
/// #     type Response = Response<String>;
/// #     const FIX: &'static str = "";
/// #     session_runtime::http_adapter!(http, empty);
/// # }
/// # fn empty(_: StatusCode) -> Response<String> { Response::default() }
///
/// trait IntoResponse {
///     fn into_response(self) -> Response<String>;
/// }
///
/// session_runtime::session_failures! { [] IntoResponse {
///     fn into_response(self) -> Response<String> {
///         self.response::<Mine>()
///     }
/// } }
/// ```
#[macro_export]
macro_rules! session_failures {
    ([$($param:tt)*] $responder:path { $($body:tt)* }) => {
        $crate::session_failures! { @ [$($param)*] [$responder] [$crate::Rejection] { $($body)* } }
        $crate::session_failures! { @ [$($param)*] [$responder] [$crate::Error] { $($body)* } }
        $crate::session_failures! { @ [$($param)*] [$responder] [$crate::Unavailable] { $($body)* } }
    };
    (@ [$($param:tt)*] [$responder:path] [$failure:ty] { $($body:tt)* }) => {
        impl<$($param)*> $responder for $failure { $($body)* }
    };
}

/// Implements a framework's extractor trait for [`Session`](crate::Session), [`Attempt`](crate::Attempt),
/// [`WithoutCsrf`](crate::WithoutCsrf) and [`Guarded`](crate::adapter::Guarded), for whoever owns that trait.
///
/// In the brackets stand the trait's own parameters, if it has any, as in `['r]` or `[State: Sync]`, and before them the
/// attributes that its impls need, such as `#[async_trait]`; the body calls [`extract::<_, Self>`](crate::adapter::extract).
///
/// ```
/// use axum::http::{self, Request, Response, StatusCode};
/// use session_runtime::adapter::{Adapter, Rejection, extract};
/// # enum Mine {}
/// # impl Adapter for Mine {
/// #     type Request = Request<()>;
/// #     type Response = Response<String>;
/// #     const FIX: &'static str = "";
/// #     session_runtime::http_adapter!(http, empty);
/// # }
/// # fn empty(_: StatusCode) -> Response<String> { Response::default() }
///
/// trait FromRequest: Sized {
///     fn from_request(request: &Request<()>) -> impl Future<Output = Result<Self, Rejection>> + Send;
/// }
///
/// session_runtime::session_extractors! { [] FromRequest {
///     fn from_request(request: &Request<()>) -> impl Future<Output = Result<Self, Rejection>> + Send {
///         extract::<Mine, Self>(request)
///     }
/// } }
/// ```
#[macro_export]
macro_rules! session_extractors {
    ($(#[$attribute:meta])* [$($param:tt)*] $extractor:path { $($body:tt)* }) => {
        $crate::session_extractors! { @ [$(#[$attribute])*] [$($param)*] [] [$extractor] [$crate::Session<S>] { $($body)* } }
        $crate::session_extractors! { @ [$(#[$attribute])*] [$($param)*] [] [$extractor] [$crate::Attempt<S>] { $($body)* } }
        $crate::session_extractors! { @ [$(#[$attribute])*] [$($param)*] [] [$extractor] [$crate::WithoutCsrf<S>] { $($body)* } }
        $crate::session_extractors! {
            @ [$(#[$attribute])*] [$($param)*] [, G: $crate::__private::Gate<S>] [$extractor] [$crate::adapter::Guarded<S, G>]
            { $($body)* }
        }
    };
    (@ [$($attributes:tt)*] [] [$($gate:tt)*] [$extractor:path] [$extracted:ty] { $($body:tt)* }) => {
        $($attributes)*
        impl<S: $crate::SessionData $($gate)*> $extractor for $extracted { $($body)* }
    };
    (@ [$($attributes:tt)*] [$($param:tt)+] [$($gate:tt)*] [$extractor:path] [$extracted:ty] { $($body:tt)* }) => {
        $($attributes)*
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
