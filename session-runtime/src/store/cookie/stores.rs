//! The two cookie stores, before they know whose sessions they keep.

use std::fmt;
use std::sync::Arc;

use super::{Jar, RevocationList};
use crate::keys::KeyRing;
use crate::seal::{self, Scope, Sealer};
#[cfg(feature = "encrypted-cookie")]
use crate::store::kind::EncryptedCookie;
#[cfg(feature = "signed-cookie")]
use crate::store::kind::SignedCookie;
use crate::store::kind::{Keeping, Kept, SessionStore};
use crate::token::{Entropy, Purpose};

/// What a cookie store promises, which is less than a store on the server does.
macro_rules! cookie_store {
    ($(#[$doc:meta])* $name:ident, $kind:ident, $format:ident) => {
        $(#[$doc])*
        ///
        /// # What it does not promise
        ///
        /// * **Two requests of one browser at the same time**: each is answered with a whole cookie, and the later answer
        ///   stands, also that of a request that only read and whose activity is recorded. Merge policies are compile errors
        ///   here.
        /// * **Logout** only holds with a [`RevocationList`]. The cookie of a session that has ended is still good for whoever has
        ///   a copy, and only a list tells (T10). [`without_revocation`](Self::without_revocation) says that this is
        ///   accepted.
        /// * **An older copy** of a live session's cookie is as good as the newest until its deadline: what the session held
        ///   then can be presented again (RFC 6265bis, section 8.4). So a cookie is no place for what must be used once, and
        ///   [`Session::take_once`](crate::Session::take_once) is refused.
        /// * **Size**: the cookie, with name and attributes, has at most 4096 bytes (S37). A session that needs more is refused
        ///   with an error that names its largest field, and the browser keeps the cookie it has.
        #[derive(Clone)]
        pub struct $name(Recipe);

        impl $name {
            /// Sessions in cookies under `keys`, with a list of those that have ended.
            pub fn new(keys: KeyRing, ended: RevocationList) -> Self {
                Self(Recipe::new(Format::$format, keys, Some(ended)))
            }

            /// Sessions in cookies under `keys` that nothing on the server can end: a logout takes the browser's cookie away,
            /// and a copy of it stays good until its deadline.
            pub fn without_revocation(keys: KeyRing) -> Self {
                Self(Recipe::new(Format::$format, keys, None))
            }

            /// The application's name. Cookies of another application are refused, even under the same keys (S56, T13); and so
            /// are those of another session type: renaming the struct ends its sessions.
            #[must_use]
            pub fn application(mut self, name: impl Into<String>) -> Self {
                self.0.application = name.into();
                self
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("application", &self.0.application)
                    .field("revocation", &self.0.ended.is_some())
                    .finish_non_exhaustive()
            }
        }

        #[diagnostic::do_not_recommend]
        impl SessionStore for $name {
            type Kind = $kind;

            fn into_keeping(self) -> Keeping {
                Keeping(Kept::Cookie(Box::new(self.0)))
            }
        }
    };
}

#[cfg(feature = "signed-cookie")]
cookie_store! {
    /// Sessions in a signed cookie: a JSON Web Token (RFC 7519) that **its client can read**, and cannot change.
    ///
    /// A session with a [`Secret`](crate::Secret) field does not compile with it.
    SignedCookieStore, SignedCookie, Signed
}

#[cfg(feature = "encrypted-cookie")]
cookie_store! {
    /// Sessions in an encrypted cookie, which its client can neither read nor change.
    EncryptedCookieStore, EncryptedCookie, Encrypted
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    #[cfg(feature = "signed-cookie")]
    Signed,
    #[cfg(feature = "encrypted-cookie")]
    Encrypted,
}

/// A cookie store that does not know yet whose sessions it keeps.
#[derive(Clone)]
pub(crate) struct Recipe {
    format: Format,
    keys: KeyRing,
    application: String,
    ended: Option<RevocationList>,
}

impl Recipe {
    fn new(format: Format, keys: KeyRing, ended: Option<RevocationList>) -> Self {
        Self { format, keys, application: String::new(), ended }
    }

    /// Whether what has ended is known.
    pub(crate) const fn has_list(&self) -> bool {
        self.ended.is_some()
    }

    /// Whether the client can read what is kept.
    pub(crate) fn is_readable(&self) -> bool {
        match self.format {
            #[cfg(feature = "signed-cookie")]
            Format::Signed => true,
            #[cfg(feature = "encrypted-cookie")]
            Format::Encrypted => false,
        }
    }

    /// The store for one session type in one cookie.
    pub(crate) fn jar(self, cookie: &str, path: &str, session: &str, entropy: Arc<dyn Entropy>) -> Jar {
        let readable = self.is_readable();
        let scope = Scope { application: &self.application, cookie, path, session };
        let sealer: Box<dyn Sealer> = match self.format {
            #[cfg(feature = "signed-cookie")]
            Format::Signed => seal::signed(&self.keys, &scope, entropy),
            #[cfg(feature = "encrypted-cookie")]
            Format::Encrypted => seal::encrypted(&self.keys, &scope, entropy),
        };
        Jar { sealer, ended: self.ended, readable, owners: Purpose::of_owners(&scope.parts()) }
    }
}
