//! Tokens → what was written, with the spans of the user's code and without any judgement of its meaning.

mod field;
mod foreign;
mod guard;
mod handler;
mod kind;
mod merge;
mod options;
mod session;
mod struct_options;
mod value;

pub(crate) use field::{FieldDecl, FieldOptions};
pub(crate) use foreign::{derives, is_called, is_default, is_serde, session_in_cfg_attr};
pub(crate) use guard::{RefusalDecl, RequireDecl};
pub(crate) use handler::{
    Body, HandlerDecl, HandlerOptions, HandlersDecl, HandlersItem, ImplDecl, Member, handlers,
};
pub(crate) use kind::kind;
pub(crate) use merge::MergeDecl;
pub(crate) use session::{SessionDecl, Shape, session};
pub(crate) use struct_options::StructOptions;
