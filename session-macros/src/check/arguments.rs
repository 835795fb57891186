//! Which arguments are sessions, and how the body has them.

use proc_macro2::{Ident, Span};
use quote::ToTokens as _;
use syn::{
    Attribute, FnArg, GenericArgument, Meta, Pat, PatType, PathArguments, PathSegment, Receiver, Signature,
    Token, Type, TypeInfer, TypeReference,
};

use crate::diag::{Errors, Mistake, code};
use crate::model::{Argument, Handle, Mode};
use crate::parse::is_called;

use super::types::{is_named, last_segment};

const BY_REFERENCE: &str = "a session is taken by reference: it belongs to the request";

/// What a value is often put in, by frameworks too, and no session type: those have no parameters.
const AROUND: [&str; 8] = ["Arc", "Box", "Data", "Extension", "Mutex", "Rc", "RwLock", "State"];

/// What a type is, as far as its form tells.
enum Form<'a> {
    /// One of the four, with `T`
    Session(Mode, &'a Type),
    /// `Option<&mut T>` or `Result<&mut T, _>`
    WrappedMut(&'a PathSegment, &'a Type),
    /// `Session<T>`
    Handle(&'a Type),
    /// `&Session<T>`
    HandleRef(&'a Type),
    /// `Option<T>`, `Box<T>`, `&&T` and the like
    Around(&'a Type),
    /// Anything else
    Value,
}

/// The session arguments of a function.
pub(super) struct Found {
    pub arguments: Vec<Argument>,
    /// An argument that is called `session`, but has the form of an ordinary one.
    pub suspect: Option<Suspect>,
    /// Whether an argument was refused, and reported.
    pub refused: bool,
}

/// What was probably meant as the session argument.
pub(super) struct Suspect {
    index: usize,
    typed: PatType,
}

/// Finds them; takes our marks off the signature.
pub(super) fn find(sig: &mut Signature, errors: &Errors) -> Found {
    let mut found = Found { arguments: Vec::new(), suspect: None, refused: false };
    for (index, input) in sig.inputs.iter_mut().enumerate() {
        let typed = match input {
            FnArg::Typed(typed) => typed,
            FnArg::Receiver(receiver) => {
                found.refused |= take_mark_of_self(receiver, errors);
                continue;
            }
        };
        let marked = take_mark(&mut typed.attrs, errors);
        if !marked && !is_called_session(&typed.pat) {
            continue;
        }
        match form(&typed.ty) {
            Form::Session(mode, data) => found.arguments.push(argument(index, typed, data, mode, errors)),
            Form::Handle(_) if marked => {
                found.refused = true;
                errors.push(marked_handle(&typed.ty));
            }
            Form::WrappedMut(..) | Form::HandleRef(_) => found.arguments.push(mistaken(index, typed, errors)),
            Form::Value | Form::Around(_) if marked => found.arguments.push(mistaken(index, typed, errors)),
            Form::Handle(_) | Form::Value | Form::Around(_) => {
                found.suspect = Some(Suspect { index, typed: typed.clone() });
            }
        }
    }
    distinct(&found.arguments, errors);
    found
}

impl Suspect {
    /// Reports it. `None` if it works as an ordinary argument.
    pub(super) fn report(&self, errors: &Errors) -> Option<Argument> {
        let Form::Handle(data) = form(&self.typed.ty) else {
            return Some(mistaken(self.index, &self.typed, errors));
        };
        let data = code(data);
        let fact = format!("`Session<{data}>` is an ordinary extractor, which needs no `#[with_session]`");
        let help = format!("remove `#[with_session]`, or add an argument `session: &mut {data}`");
        errors.push(Mistake::new(&self.typed.ty, fact, help));
        None
    }
}

/// The arguments that are handles, `Session<T>`.
pub(super) fn handles(sig: &Signature, arguments: &[Argument]) -> Vec<Handle> {
    let is_session = |index: usize| arguments.iter().any(|argument| argument.index == index);
    let handle = |(index, input): (usize, &FnArg)| {
        let FnArg::Typed(typed) = input else { return None };
        let Form::Handle(data) = form(&typed.ty) else { return None };
        let (binding, ty) = (Pat::clone(&typed.pat), Type::clone(&typed.ty));
        // whatever the pattern is, what we call it is one of its own
        let name = Ident::new(&format!("session_handle_{index}"), Span::mixed_site());
        (!is_session(index)).then(|| Handle { index, binding, name, ty, data: data.clone() })
    };
    sig.inputs.iter().enumerate().filter_map(handle).collect()
}

/// The first argument that is a reference, which may be meant for the session: its name and type.
pub(super) fn first_reference(sig: &Signature) -> Option<(String, String)> {
    sig.inputs.iter().find_map(|input| match input {
        FnArg::Typed(typed) if matches!(*typed.ty, Type::Reference(_)) => {
            Some((code(&typed.pat), code(&typed.ty)))
        }
        _ => None,
    })
}

/// Takes `#[session]` off an argument.
fn take_mark(attrs: &mut Vec<Attribute>, errors: &Errors) -> bool {
    let mut marked = false;
    for attr in attrs.extract_if(.., |attr| is_called(attr, "session")) {
        marked = true;
        if !matches!(attr.meta, Meta::Path(_)) {
            errors.push(Mistake::new(
                &attr.meta,
                "`#[session]` on an argument takes no options",
                "write `#[session]`",
            ));
        }
    }
    marked
}

fn take_mark_of_self(receiver: &mut Receiver, errors: &Errors) -> bool {
    let mut marked = false;
    for attr in receiver.attrs.extract_if(.., |attr| is_called(attr, "session")) {
        marked = true;
        let fact = "`self` cannot be the session: a framework calls the method with what it has made before";
        errors.push(Mistake::new(&attr.meta, fact, "add an argument, such as `session: &mut Self`"));
    }
    marked
}

fn is_called_session(pat: &Pat) -> bool {
    matches!(pat, Pat::Ident(pat) if pat.ident == "session")
}

fn form(ty: &Type) -> Form<'_> {
    match ty {
        Type::Reference(reference) => {
            let mode = if reference.mutability.is_some() { Mode::Edit } else { Mode::Read };
            match form(&reference.elem) {
                Form::Handle(data) => Form::HandleRef(data),
                Form::Session(_, data) | Form::Around(data) => Form::Around(data),
                _ => Form::Session(mode, &reference.elem),
            }
        }
        Type::Group(group) => form(&group.elem),
        Type::Paren(paren) => form(&paren.elem),
        _ => last_segment(ty).map_or(Form::Value, generic_form),
    }
}

fn generic_form(segment: &PathSegment) -> Form<'_> {
    let Some(inner) = first_argument(segment) else { return Form::Value };
    let mode = match segment.ident.to_string().as_str() {
        "Session" => return Form::Handle(inner),
        "Option" => Mode::Optional,
        "Result" => Mode::Attempt,
        name if AROUND.contains(&name) => return Form::Around(inner),
        _ => return Form::Value,
    };
    match form(inner) {
        Form::Session(Mode::Read, data) => Form::Session(mode, data),
        Form::Session(Mode::Edit, data) => Form::WrappedMut(segment, data),
        _ => Form::Around(inner),
    }
}

fn first_argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn argument(index: usize, typed: &PatType, data: &Type, mode: Mode, errors: &Errors) -> Argument {
    let mode = if errors.ok(plain_name(&typed.pat)).is_some() { mode } else { Mode::Mistaken };
    let mut ty = Type::clone(&typed.ty);
    if let Some(reference) = reference(&mut ty) {
        // the session lives as long as the call, whatever the lifetime is called
        reference.lifetime = None;
        if mode != Mode::Mistaken {
            *reference.elem = inferred(data);
        }
    }
    let (binding, name) = (Pat::clone(&typed.pat), name(&typed.pat));
    Argument { index, binding, name, ty, data: data.clone(), mode, guard: None }
}

/// The reference to the session in the type of an argument.
pub(super) fn reference(ty: &mut Type) -> Option<&mut TypeReference> {
    match ty {
        Type::Reference(found) => Some(found),
        Type::Group(group) => reference(&mut group.elem),
        Type::Paren(paren) => reference(&mut paren.elem),
        Type::Path(path) => match &mut path.path.segments.last_mut()?.arguments {
            PathArguments::AngleBracketed(arguments) => match arguments.args.first_mut()? {
                GenericArgument::Type(Type::Reference(found)) => Some(found),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// `_` at the place of a type.
fn inferred(ty: &Type) -> Type {
    let span = ty.to_token_stream().into_iter().last().map_or_else(Span::mixed_site, |token| token.span());
    Type::Infer(TypeInfer { attrs: Vec::new(), underscore_token: Token![_](span) })
}

fn plain_name(pat: &Pat) -> Result<(), Mistake> {
    match pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Ok(()),
        _ => Err(Mistake::new(
            pat,
            "a session argument is a name, not a pattern",
            "write a name, such as `session`",
        )),
    }
}

fn name(pat: &Pat) -> Ident {
    match pat {
        Pat::Ident(pat) => pat.ident.clone(),
        _ => Ident::new("session", Span::mixed_site()),
    }
}

/// Reports an argument that is not taken by reference; the type in it is guessed.
fn mistaken(index: usize, typed: &PatType, errors: &Errors) -> Argument {
    let name = code(&typed.pat);
    let (data, fact, help) = match form(&typed.ty) {
        Form::WrappedMut(outer, data) => {
            let (outer, written) = (&outer.ident, code(data));
            let fact = format!("a session in `{outer}` can only be read: `&mut` creates what is not there");
            (data, fact, format!("write `{name}: &mut {written}`, or `&{written}` in the `{outer}`"))
        }
        Form::HandleRef(data) => {
            let written = code(data);
            let fact = format!("`Session<{written}>` is an ordinary extractor, which is taken by value");
            (
                data,
                fact,
                format!("write `session: &mut {written}`, and beside it `handle: Session<{written}>`"),
            )
        }
        Form::Around(data) if is_named(&typed.ty, "Option") => {
            let fact = BY_REFERENCE.to_owned();
            (data, fact, format!("write `{name}: Option<&{}>`", code(data)))
        }
        Form::Session(_, data) | Form::Handle(data) | Form::Around(data) => by_value(data, &name),
        Form::Value => by_value(&typed.ty, &name),
    };
    errors.push(Mistake::new(&typed.ty, fact, help));
    argument(index, typed, data, Mode::Mistaken, errors)
}

fn by_value<'a>(data: &'a Type, name: &str) -> (&'a Type, String, String) {
    let written = code(data);
    let fact = BY_REFERENCE.to_owned();
    let name = name.trim_start_matches("mut ");
    (data, fact, format!("write `{name}: &{written}` to read, `{name}: &mut {written}` to write"))
}

fn marked_handle(ty: &Type) -> Mistake {
    let fact = "`Session<..>` is an ordinary extractor, which needs no mark";
    Mistake::new(ty, fact, "remove `#[session]` from the argument")
}

/// Two arguments of one type would be two copies, of which one would be lost.
fn distinct(arguments: &[Argument], errors: &Errors) {
    for (at, argument) in arguments.iter().enumerate() {
        let ty = code(&argument.data);
        if arguments.iter().take(at).any(|earlier| code(&earlier.data) == ty) {
            let fact = format!("two session arguments have the type `{ty}`: each would be a copy of its own");
            errors.push(Mistake::new(&argument.ty, fact, "use one argument for both"));
        }
    }
}
