//! The types of a struct with a mistake, where they would lead to further errors.

use syn::{GenericArgument, Lifetime, PathArguments, PathSegment, Type, parse_quote};

use crate::check::{SHARED, is_of_one_thread};

/// Types of one thread, so that the struct can go from thread to thread, and references without a lifetime.
pub(super) fn mend(ty: &mut Type) {
    match ty {
        Type::Reference(reference) => {
            if reference.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident == "_") {
                reference.lifetime = Some(Lifetime::new("'static", reference.and_token.span));
            }
            mend(&mut reference.elem);
        }
        Type::Group(group) => mend(&mut group.elem),
        Type::Paren(paren) => mend(&mut paren.elem),
        Type::Array(array) => mend(&mut array.elem),
        Type::Slice(slice) => mend(&mut slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(mend),
        Type::Path(path) => {
            let is_of_one_thread = is_of_one_thread(&path.path);
            let Some(last) = path.path.segments.last_mut() else { return };
            match only_argument(last).filter(|_| is_of_one_thread) {
                Some(mut inner) => {
                    mend(&mut inner);
                    *ty = if last.ident == SHARED { parse_quote!(::std::sync::Arc<#inner>) } else { inner };
                }
                None => mend_arguments(last),
            }
        }
        _ => {}
    }
}

fn only_argument(segment: &PathSegment) -> Option<Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    }
}

fn mend_arguments(segment: &mut PathSegment) {
    let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { return };
    for argument in &mut arguments.args {
        if let GenericArgument::Type(ty) = argument {
            mend(ty);
        }
    }
}
