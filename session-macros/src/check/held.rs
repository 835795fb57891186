//! What no field of a session can hold, whatever the trait bounds say of it: their errors are many, or speak of something
//! else.

use proc_macro2::Ident;
use quote::ToTokens as _;
use syn::{GenericArgument, Path, PathArguments, Type, TypeReference};

use crate::diag::{Errors, Mistake, code};
use crate::keys::FieldKey;
use crate::parse::FieldDecl;

use super::expiring::EXPIRING;
use super::types::last_segment;

/// Types that begin or end with their field.
const OF_A_WHOLE_FIELD: [&str; 2] = [EXPIRING, "Flash"];

/// The type of one thread that another can take the place of.
pub(crate) const SHARED: &str = "Rc";

/// Whether a type stays in one thread, as far as its name tells. A `Cell` may be somebody's own, as on a board.
pub(crate) fn is_of_one_thread(path: &Path) -> bool {
    let mut names = path.segments.iter().rev().map(|segment| &segment.ident);
    match (names.next(), names.next()) {
        (Some(name), Some(module)) if name == "Cell" => module == "cell",
        (Some(name), _) => name == SHARED || name == "RefCell",
        _ => false,
    }
}

/// Reports what is in the type of a field, as far as names tell.
pub(super) fn held(decl: &FieldDecl, errors: &Errors) {
    let is_stored = decl.options.mentions.find(FieldKey::Skip).is_none();
    look(&decl.ty, None, is_stored, errors);
}

/// `around` is the name of what `ty` is in.
fn look(ty: &Type, around: Option<&Ident>, is_stored: bool, errors: &Errors) {
    match ty {
        Type::Reference(reference) if is_stored && !is_of_the_struct(reference) => {
            errors.push(borrowed(reference));
            return;
        }
        Type::Reference(reference) => look(&reference.elem, around, is_stored, errors),
        Type::Group(group) => look(&group.elem, around, is_stored, errors),
        Type::Paren(paren) => look(&paren.elem, around, is_stored, errors),
        Type::Array(array) => look(&array.elem, around, is_stored, errors),
        Type::Slice(slice) => look(&slice.elem, around, is_stored, errors),
        Type::Tuple(tuple) => tuple.elems.iter().for_each(|ty| look(ty, around, is_stored, errors)),
        _ => {}
    }
    let Some(segment) = last_segment(ty).filter(|_| matches!(ty, Type::Path(_))) else { return };
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return };
    let of: Vec<&Type> = arguments.args.iter().filter_map(of_a_type).collect();
    if let [inner] = of.as_slice()
        && let Some(mistake) = threads(ty, &segment.ident, inner)
            .or_else(|| whole_field(ty, &segment.ident, inner, around.filter(|_| is_stored)))
    {
        errors.push(mistake);
        return;
    }
    for ty in of {
        look(ty, Some(&segment.ident), is_stored, errors);
    }
}

fn of_a_type(argument: &GenericArgument) -> Option<&Type> {
    match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// A lifetime of the struct's own is reported where it is declared.
fn is_of_the_struct(reference: &TypeReference) -> bool {
    reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident != "static" && lifetime.ident != "_")
}

fn borrowed(reference: &TypeReference) -> Mistake {
    let owned = match &*reference.elem {
        Type::Slice(slice) => format!("Vec<{}>", code(&slice.elem)),
        ty if code(ty) == "str" => "String".to_owned(),
        ty => code(ty),
    };
    let fact = "a session owns what it holds: it is read from the store for each request";
    Mistake::new(reference, fact, format!("write `{owned}`"))
}

/// Types of one thread.
fn threads(ty: &Type, name: &Ident, inner: &Type) -> Option<Mistake> {
    if !matches!(ty, Type::Path(path) if is_of_one_thread(&path.path)) {
        return None;
    }
    let inner = code(inner);
    let help = if name == SHARED {
        format!("write `std::sync::Arc<{inner}>`, or `{inner}`")
    } else {
        format!("write `{inner}`: a handler with a `&mut` session can change it")
    };
    let fact = format!("a session goes from thread to thread, and `{name}` stays in one");
    Some(Mistake::new(ty, fact, help))
}

fn whole_field(ty: &Type, name: &Ident, inner: &Type, around: Option<&Ident>) -> Option<Mistake> {
    let around = around?;
    if !OF_A_WHOLE_FIELD.iter().any(|whole| name == whole) {
        return None;
    }
    let why =
        if name == EXPIRING { "its value ends with its time" } else { "its value ends when it was shown" };
    let fact = format!("`{name}` is the type of a whole field, not within `{around}`: {why}");
    let written = code(&ty.to_token_stream());
    let help = if OF_A_WHOLE_FIELD.iter().any(|whole| around == whole) {
        format!("write `{name}<{0}>` or `{around}<{0}>`", code(inner))
    } else if around == "Option" {
        format!("write `{written}`, which may be empty")
    } else {
        format!("write `{name}<{around}<{}>>`", code(inner))
    };
    Some(Mistake::new(ty, fact, help))
}
