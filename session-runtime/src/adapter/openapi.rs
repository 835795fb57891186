//! What generators of `OpenAPI` documents ask of the types in a handler's signature, where they ask: of a session, nothing is
//! in the document.

#[cfg(feature = "aide")]
crate::session_extractors! { [] aide::OperationInput {} }

#[cfg(feature = "aide")]
crate::session_failures! { [] aide::OperationOutput {
    type Inner = Self;
} }

#[cfg(feature = "salvo-oapi")]
crate::session_extractors! { [] salvo_oapi::EndpointArgRegister {
    fn register(_: &mut salvo_oapi::Components, _: &mut salvo_oapi::Operation, _: &str) {}
} }

#[cfg(feature = "salvo-oapi")]
crate::session_failures! { [] salvo_oapi::EndpointOutRegister {
    fn register(_: &mut salvo_oapi::Components, _: &mut salvo_oapi::Operation) {}
} }
