//! Everything that is generated for a session struct.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Kind, Session};

use super::{cookies, default, policy, session_data};

/// `Default`, `SessionData`, and for a root `RootSession`, `Remembers`, `FitsCookie`, `Owned` and `Impersonates`.
pub(crate) fn session(session: &Session) -> TokenStream {
    let default = default::default(session);
    let data = session_data::session_data(session);
    let root = match &session.kind {
        Kind::Root(policy) => policy::root(session, policy),
        Kind::Section { .. } => TokenStream::new(),
    };
    let (cookies, owned) = (cookies::fits_cookie(session), cookies::owned(session));
    let impersonates = cookies::impersonates(session);
    quote! {
        #default
        #data
        #root
        #cookies
        #owned
        #impersonates
    }
}
