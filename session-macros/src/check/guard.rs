//! `require`, `fresh`, `or`, `activity` and `csrf`: what they mean, and which argument they are about.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::{FnArg, GenericArgument, Pat, PatType, PathArguments, Signature, Type};

use crate::diag::{Errors, Mistake, code};
use crate::keys::{CsrfKey, HandlerKey, Key};
use crate::model::{Argument, Csrf, Guard, Inner, Mode, Refusal};
use crate::parse::{HandlerOptions, RequireDecl};

use super::duration::seconds;
use super::refusal;
use super::types::last_segment;

/// What the options ask for, of every handler that the attribute is about.
#[derive(Default)]
pub(super) struct Demands<'a> {
    require: Option<&'a RequireDecl>,
    fresh: Option<u64>,
    refusal: Option<Refusal>,
    background: bool,
    pub(super) csrf: Option<Csrf>,
    /// The first option that can refuse a request.
    refuses: Option<(HandlerKey, TokenStream)>,
}

/// Reads the options.
pub(super) fn demands<'a>(options: &'a HandlerOptions, errors: &Errors) -> Demands<'a> {
    let mention = |key| options.mentions.find(key).map(|at| (key, at.to_token_stream()));
    let refuses = mention(HandlerKey::Require).or_else(|| mention(HandlerKey::Fresh));
    if let (None, Some(at)) = (&refuses, options.mentions.find(HandlerKey::Or)) {
        let fact = "`or` answers a request that a guard refuses, and there is no guard";
        let (require, fresh) = (HandlerKey::Require.example(), HandlerKey::Fresh.example());
        errors.push(Mistake::new(at, fact, format!("add `{require}` or `{fresh}`, or remove `or`")));
    }
    Demands {
        require: options.require.as_ref(),
        fresh: options.fresh.as_ref().and_then(|fresh| errors.ok(seconds(fresh))),
        refusal: options.or.as_ref().and_then(|or| errors.ok(refusal::refusal(or))),
        background: options.activity.as_ref().is_some_and(|activity| !activity.value),
        csrf: options.csrf.map(|key| match key {
            CsrfKey::Form => Csrf::Form,
            CsrfKey::Off => Csrf::Exempt,
        }),
        refuses,
    }
}

impl Demands<'_> {
    /// Gives the session arguments of a handler their guards. Takes the argument for the required value off its signature,
    /// since no framework extracts it, and returns it.
    pub(super) fn guard(
        &self,
        sig: &mut Signature,
        arguments: &mut [Argument],
        errors: &Errors,
    ) -> Option<Inner> {
        if arguments.is_empty() {
            return None;
        }
        let guarded = self.guarded(arguments, errors);
        for (at, argument) in arguments.iter_mut().enumerate() {
            argument.guard = if Some(at) == guarded {
                Some(self.on(argument, errors))
            } else {
                (self.background || self.csrf.is_some()).then(|| self.open())
            };
        }
        let RequireDecl { field, .. } = self.require?;
        let mut inner = take_inner(field, sig, arguments, errors)?;
        let guards = || arguments.iter().filter_map(|argument| argument.guard.as_ref());
        if guards().all(|guard| guard.require.is_none()) {
            // why nothing is required has been reported
            inner.data = None;
        }
        Some(inner)
    }

    fn on(&self, argument: &Argument, errors: &Errors) -> Guard {
        if self.must_be_there(argument, errors).is_none() {
            return self.open();
        }
        Guard {
            require: self.require.map(|require| require.field.clone()),
            fresh: self.fresh,
            refusal: self.refusal.clone().unwrap_or(REFUSAL),
            ..self.open()
        }
    }

    /// A guard that lets every request pass.
    const fn open(&self) -> Guard {
        Guard { require: None, fresh: None, refusal: REFUSAL, activity: !self.background, csrf: self.csrf }
    }

    /// A guard lets no request pass whose session is absent or out of reach.
    fn must_be_there(&self, argument: &Argument, errors: &Errors) -> Option<()> {
        let (key, _) = self.refuses.as_ref()?;
        let (key, data) = (key.name(), code(&argument.data));
        let fact = match argument.mode {
            Mode::Read | Mode::Edit => return Some(()),
            Mode::Mistaken => return None,
            Mode::Optional => {
                format!("`{key}` lets no request pass without a session, so this is never `None`")
            }
            Mode::Attempt => format!(
                "`{key}` lets no request pass whose session is out of reach, and `Result` is there to let it pass"
            ),
        };
        let name = &argument.name;
        errors.push(Mistake::new(&argument.ty, fact, format!("write `{name}: &{data}`, or remove `{key}`")));
        None
    }

    /// Of several, the argument that is named, or called `session`.
    fn guarded(&self, arguments: &[Argument], errors: &Errors) -> Option<usize> {
        let (key, at) = self.refuses.as_ref()?;
        let called =
            |name: &Ident| arguments.iter().position(|argument| argument.name.unraw() == name.unraw());
        let names: Vec<String> = arguments.iter().map(|argument| format!("`{}`", argument.name)).collect();
        if let Some(name) = self.require.and_then(|require| require.argument.as_ref()) {
            if called(name).is_none() {
                let fact = format!("no session argument is called `{name}`");
                let plural = if names.len() == 1 { "argument is" } else { "arguments are" };
                errors.push(Mistake::new(name, fact, format!("the session {plural} {}", names.join(", "))));
            }
            return called(name);
        }
        let session = arguments.iter().position(|argument| argument.name == "session");
        match (arguments, session) {
            ([], _) => None,
            ([_], _) => Some(0),
            (_, Some(at)) => Some(at),
            ([first, ..], None) => {
                let fact =
                    format!("`{}` is about one session argument, and this handler has several", key.name());
                let help = match &self.require {
                    Some(RequireDecl { field, .. }) => {
                        format!(
                            "name the argument, as in `require = {}.{field}`, or call it `session`",
                            first.name
                        )
                    }
                    None => "call the argument that it is about `session`".to_owned(),
                };
                errors.push(Mistake::new(at, fact, help));
                None
            }
        }
    }
}

/// What helps is to prove who one is, which 401 says; 403 says that it would not help.
const REFUSAL: Refusal = Refusal::Status(401);

/// The argument that is called like the field and is a reference.
fn take_inner(
    field: &Ident,
    sig: &mut Signature,
    arguments: &mut [Argument],
    errors: &Errors,
) -> Option<Inner> {
    let sessions: Vec<usize> = arguments.iter().map(|argument| argument.index).collect();
    let at = sig.inputs.iter().enumerate().position(|(index, input)| {
        matches!(input, FnArg::Typed(typed) if !sessions.contains(&index) && is_inner(typed, field))
    })?;
    let mut taken = None;
    let inputs = std::mem::take(&mut sig.inputs).into_iter().enumerate();
    sig.inputs = inputs
        .filter_map(|(index, input)| match input {
            FnArg::Typed(typed) if index == at => {
                taken = inner(&typed, field, errors);
                None
            }
            input => Some(input),
        })
        .collect();
    for argument in arguments.iter_mut().filter(|argument| argument.index > at) {
        argument.index -= 1;
    }
    taken
}

fn is_inner(typed: &PatType, field: &Ident) -> bool {
    matches!(&*typed.pat, Pat::Ident(pat) if pat.ident.unraw() == field.unraw())
        && (matches!(&*typed.ty, Type::Reference(_)) || lent_if_any(&typed.ty).is_some())
}

/// The `T` of `Option<&T>`.
fn lent_if_any(ty: &Type) -> Option<&Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(Type::Reference(reference)) => Some(&reference.elem),
        _ => None,
    }
}

fn inner(typed: &PatType, field: &Ident, errors: &Errors) -> Option<Inner> {
    if let Some(data) = lent_if_any(&typed.ty) {
        let fact = "the handler runs only if the required field is set, so this is never `None`";
        errors.push(Mistake::new(&typed.ty, fact, format!("write `{field}: &{}`", code(data))));
        return known(typed, Type::clone(&typed.ty), None);
    }
    let Type::Reference(mut reference) = Type::clone(&typed.ty) else { return None };
    // it lives as long as the call, whatever the lifetime is called
    reference.lifetime = None;
    let data = Type::clone(&reference.elem);
    let data = if reference.mutability.is_some() {
        let fact = "the required value is a copy, which is only lent for reading";
        let help = format!("write `{field}: &{}`, and change the field of the session", code(&data));
        errors.push(Mistake::new(&typed.ty, fact, help));
        None
    } else {
        Some(data)
    };
    known(typed, Type::Reference(reference), data)
}

fn known(typed: &PatType, ty: Type, data: Option<Type>) -> Option<Inner> {
    let Pat::Ident(pat) = &*typed.pat else { return None };
    Some(Inner { binding: Pat::clone(&typed.pat), name: pat.ident.clone(), ty, data })
}
