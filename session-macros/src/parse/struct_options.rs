//! `#[session(..)]` on a struct.

use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{ExprPath, LitBool, LitInt, LitStr, Path, TypePath};

use super::options::{Mentions, Name, Options, unknown_here};
use crate::diag::Mistake;
use crate::keys::{FieldKey, Key, StructKey};

/// The options as written.
#[derive(Default)]
pub(crate) struct StructOptions {
    pub mentions: Mentions<StructKey>,
    pub cookie: Option<LitStr>,
    pub idle: Option<LitStr>,
    pub absolute: Option<LitStr>,
    pub remember: Option<LitStr>,
    pub renew: Option<LitStr>,
    pub grace: Option<LitStr>,
    pub same_site: Option<LitStr>,
    pub path: Option<LitStr>,
    pub domain: Option<LitStr>,
    pub secure: Option<LitBool>,
    pub http_only: Option<LitBool>,
    pub partitioned: Option<LitBool>,
    pub persistent: Option<LitBool>,
    pub require_https: Option<LitBool>,
    pub csrf: Option<LitBool>,
    pub version: Option<LitInt>,
    pub migrate: Option<ExprPath>,
    pub max_sessions: Option<LitInt>,
    pub when_full: Option<LitStr>,
    pub within: Option<TypePath>,
    pub adapter: Option<Path>,
    pub runtime: Option<Path>,
}

impl Options for StructOptions {
    type Key = StructKey;

    fn mentions(&mut self) -> &mut Mentions<StructKey> {
        &mut self.mentions
    }

    fn read(&mut self, name: &Name<StructKey>, input: ParseStream<'_>) -> Result<(), Mistake> {
        match name.key {
            StructKey::Cookie => self.cookie = Some(name.text(input)?),
            StructKey::Idle => self.idle = Some(name.text(input)?),
            StructKey::Absolute => self.absolute = Some(name.text(input)?),
            StructKey::Remember => self.remember = Some(name.text(input)?),
            StructKey::Renew => self.renew = Some(name.text(input)?),
            StructKey::Grace => self.grace = Some(name.text(input)?),
            StructKey::SameSite => self.same_site = Some(name.text(input)?),
            StructKey::Path => self.path = Some(name.text(input)?),
            StructKey::Domain => self.domain = Some(name.text(input)?),
            StructKey::Secure => self.secure = Some(name.switch(input)?),
            StructKey::HttpOnly => self.http_only = Some(name.switch(input)?),
            StructKey::Partitioned => self.partitioned = Some(name.switch(input)?),
            StructKey::Persistent => self.persistent = Some(name.switch(input)?),
            StructKey::RequireHttps => self.require_https = Some(name.switch(input)?),
            StructKey::Csrf => self.csrf = Some(name.switch(input)?),
            StructKey::Version => self.version = Some(name.integer(input)?),
            StructKey::Migrate => self.migrate = Some(name.expr_path(input)?),
            StructKey::MaxSessions => self.max_sessions = Some(name.number(input)?),
            StructKey::WhenFull => self.when_full = Some(name.text(input)?),
            StructKey::Within => self.within = Some(name.type_path(input)?),
            StructKey::Adapter => self.adapter = Some(name.path(input)?),
            StructKey::Crate => self.runtime = Some(name.path(input)?),
        }
        Ok(())
    }

    fn unknown(name: &Ident) -> Mistake {
        match FieldKey::find(&name.to_string()) {
            Some(key) => Mistake::new(
                name,
                format!("`{}` is an option of a field, not of the struct", key.name()),
                format!("write `#[session({})]` above the field", key.example()),
            ),
            None => unknown_here::<StructKey>(name),
        }
    }
}
