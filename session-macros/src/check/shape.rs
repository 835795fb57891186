//! The shape of the item: a struct with named fields and without parameters.

use crate::diag::{Errors, Mistake};
use crate::parse::{FieldDecl, SessionDecl, Shape, kind};

/// The fields, if they have names.
pub(super) fn named_fields(decl: &SessionDecl) -> Result<&[FieldDecl], Mistake> {
    const UNNAMED: &str = "a session struct has named fields: each is stored under its name";
    let name = decl.subject().map(|(ident, _)| ident);
    match (&decl.shape, name) {
        (Shape::Named(fields), _) => Ok(fields),
        (Shape::Tuple(fields), Some(name)) => {
            Err(Mistake::new(fields, UNNAMED, format!("write `struct {name} {{ field: Type }}`")))
        }
        (Shape::Unit, Some(name)) => Err(Mistake::new(name, UNNAMED, format!("write `struct {name} {{}}`"))),
        _ => Err(no_struct(decl)),
    }
}

fn no_struct(decl: &SessionDecl) -> Mistake {
    let (what, keyword) = kind(&decl.item);
    let help = match what {
        "a function" | "an impl block" => "for handlers write `#[with_session]`",
        "an enum" => "make the enum the type of a field",
        "a union" => "write `struct` instead: a session has all of its fields",
        _ => "write it above a struct with named fields",
    };
    Mistake::new(&keyword, format!("`#[session]` is for a struct, and this is {what}"), help)
}

/// A record has fixed keys and types, and outlives the request.
pub(super) fn generics(decl: &SessionDecl, errors: &Errors) {
    let Some((_, generics)) = decl.subject() else { return };
    if generics.lifetimes().next().is_some() {
        let fact = "a session cannot have lifetimes: it outlives the request that it would borrow from";
        errors.push(Mistake::new(
            generics,
            fact,
            "use types that own their data, such as `String` for `&str`",
        ));
    } else if !generics.params.is_empty() {
        let fact = "a session cannot have parameters: its record has fixed keys and types";
        errors.push(Mistake::new(generics, fact, "name the types that are stored"));
    }
}
