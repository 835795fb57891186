//! Session structs with every option and with fields that could be names of ours.

use ::renamed_runtime::session;

/// Apart, so that what other derives use is not shadowed.
mod theme {
    /// A theme.
    #[derive(
        ::core::clone::Clone,
        ::core::fmt::Debug,
        ::core::cmp::PartialEq,
        ::serde::Serialize,
        ::serde::Deserialize,
    )]
    pub enum Theme {
        /// Bright.
        Light,
        /// Not so.
        Dark,
    }
}

pub use self::theme::Theme;

/// Apart for the same reason.
mod migrations {
    /// Leaves everything as it is.
    pub fn note(
        session: &mut ::renamed_runtime::Migration,
    ) -> ::core::result::Result<(), ::renamed_runtime::MigrationError> {
        session.rename("before", "after")
    }
}

/// Apart for the same reason.
mod functions {
    /// Of two changes the first.
    pub fn first<T: ::core::clone::Clone>(_base: &T, theirs: &T, _ours: &T) -> T {
        ::core::clone::Clone::clone(theirs)
    }
}

shadow_all!();
shadow_methods! {
    aliases append called clone clone_from default duplicate finish from into keep max meet merge min owner privileged to_owned to_string ttl value
}

/// Fields with names of ours.
#[session(
    crate = ::renamed_runtime,
    cookie = "__Secure-shop",
    idle = "30m",
    absolute = "12h",
    remember = "30d",
    renew = "1h",
    grace = "30s",
    same_site = "strict",
    path = "/shop",
    domain = "example.com",
    secure = true,
    http_only = true,
    partitioned,
    persistent,
    require_https,
    csrf,
    version = 2,
    migrate = migrations::note,
    max_sessions = 3,
    when_full = "reject_new"
)]
pub struct Shop {
    /// As the argument of a handler.
    #[session(merge = add)]
    pub session: u32,
    /// As `self`.
    #[session(merge = last_write, default = 7)]
    pub self_: u32,
    /// As a type of the runtime.
    #[session(keep, alias = "before", alias = "long_before")]
    pub changes: ::std::vec::Vec<::std::string::String>,
    /// A keyword.
    #[session(rename = "kind")]
    pub r#type: ::core::option::Option<u8>,
    /// As a method of ours.
    #[session(privileged)]
    pub value: bool,
    /// As a variable of ours.
    pub session_data: ::renamed_runtime::Flash<::std::string::String>,
    /// Redacted.
    pub copy: ::renamed_runtime::Secret<::std::string::String>,
    /// As a method of ours.
    #[session(ttl = "5m", merge = reject)]
    pub ttl: ::renamed_runtime::Expiring<::renamed_runtime::Secret<u32>>,
    /// Whose it is.
    #[session(owner)]
    pub owner: ::core::option::Option<u64>,
    /// As a function of a field.
    #[session(impersonator)]
    pub impersonator: ::core::option::Option<::renamed_runtime::Impersonator<u64>>,
    /// What the owner calls it.
    #[session(label)]
    pub label: ::core::option::Option<::std::string::String>,
    /// As a function of the trait.
    #[session(default = Theme::Dark)]
    pub default: Theme,
    /// For one request.
    #[session(skip)]
    pub duplicate: ::core::option::Option<::std::boxed::Box<str>>,
    /// The greater stands.
    #[session(merge = max)]
    pub max: u8,
    /// The lesser stands.
    #[session(merge = min, keep)]
    pub min: ::core::option::Option<u8>,
    /// What was added and removed.
    #[session(merge = union)]
    pub union: ::std::collections::BTreeSet<u8>,
    /// What was appended.
    #[session(merge = append)]
    pub append: ::std::string::String,
    /// Nothing is merged.
    #[session(merge = reject)]
    pub reject: u8,
    /// A function decides.
    #[session(merge = with(functions::first))]
    pub with: ::std::vec::Vec<u8>,
    /// A function of the type, which the macro's `Self` names too.
    #[session(merge = with(Self::second))]
    pub policy: u8,
    /// Only sometimes there.
    #[cfg(not(target_pointer_width = "16"))]
    pub here: u8,
    /// Never there.
    #[cfg(target_pointer_width = "16")]
    pub nowhere: NoType,
    /// The rest.
    #[session(extra)]
    pub extra: ::renamed_runtime::Extra,
}

impl Shop {
    const fn second(_base: &u8, _theirs: &u8, ours: &u8) -> u8 {
        *ours
    }
}

/// A part of it.
#[session(crate = ::renamed_runtime, within = Shop)]
pub struct Cart {
    /// Articles.
    pub output: ::std::vec::Vec<::std::string::String>,
    /// Held for a while.
    #[session(ttl = "10m", keep, alias = "held")]
    pub seats: ::renamed_runtime::Expiring<::std::vec::Vec<u8>>,
}

/// A session whose policy is all default.
#[session(crate = ::renamed_runtime)]
pub struct Plain {
    /// Pages seen.
    #[session(merge = add)]
    pub visits: u32,
}

macro_rules! declare {
    ($name:ident { $($field:ident: $ty:ty = $default:expr),* }) => {
        /// Made by a macro of the user.
        #[session(crate = ::renamed_runtime)]
        pub struct $name {
            $(
                /// A field.
                #[session(default = $default)]
                pub $field: $ty,
            )*
        }
    };
}

declare!(Declared { session: u32 = 1, value: bool = true });

::renamed_runtime::session_adapter! {
    /// Sessions for a framework of somebody else.
    pub mod adapted;
}

/// A session of that framework.
#[session(crate = ::renamed_runtime, adapter = crate::sessions::adapted)]
pub struct Elsewhere {
    /// Pages seen.
    pub visits: u32,
}
