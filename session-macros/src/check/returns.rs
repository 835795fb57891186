//! What the return type says about the body.

use syn::punctuated::Punctuated;
use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeInfer, TypeTuple, token};

/// The type that `return` takes, with `_` for an `impl Trait` inside of it. `None` if nothing else is left.
pub(super) fn returns(output: &ReturnType) -> Option<Type> {
    match output {
        ReturnType::Default => Some(Type::Tuple(TypeTuple {
            attrs: Vec::new(),
            paren_token: token::Paren::default(),
            elems: Punctuated::new(),
        })),
        ReturnType::Type(_, ty) => match **ty {
            Type::ImplTrait(_) | Type::Never(_) => None,
            _ => {
                let mut ty = Type::clone(ty);
                erase_impl_trait(&mut ty);
                Some(ty)
            }
        },
    }
}

/// `impl Trait` cannot be the type of a variable; `_` says the same there.
fn erase_impl_trait(ty: &mut Type) {
    match ty {
        Type::ImplTrait(erased) => {
            let underscore_token = token::Underscore(erased.impl_token.span);
            *ty = Type::Infer(TypeInfer { attrs: Vec::new(), underscore_token });
        }
        Type::Path(path) => {
            path.path.segments.iter_mut().for_each(|segment| erase_in_arguments(&mut segment.arguments));
        }
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(erase_impl_trait),
        Type::Reference(reference) => erase_impl_trait(&mut reference.elem),
        Type::Array(array) => erase_impl_trait(&mut array.elem),
        Type::Slice(slice) => erase_impl_trait(&mut slice.elem),
        Type::Paren(paren) => erase_impl_trait(&mut paren.elem),
        Type::Group(group) => erase_impl_trait(&mut group.elem),
        _ => {}
    }
}

fn erase_in_arguments(arguments: &mut PathArguments) {
    if let PathArguments::AngleBracketed(arguments) = arguments {
        for argument in &mut arguments.args {
            if let GenericArgument::Type(ty) = argument {
                erase_impl_trait(ty);
            }
        }
    }
}
