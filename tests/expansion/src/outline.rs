//! What the macros leave of a file, in short: the user's items as they survive, the heads of what was made for them, and
//! the mistakes.

use syn::{File, Item};

use crate::file::{Error, carried_out, has_carried_out, within};

/// Every item with one of our attributes, formatted, as it is afterwards. The impls that were added are empty, and what
/// has no attribute of ours is left out.
///
/// # Errors
/// When `source` or what comes out is no Rust.
pub fn outline(source: &str) -> Result<String, Error> {
    let mut file = syn::parse_file(source).map_err(Error)?;
    file.attrs.clear();
    file.shebang = None;
    file.items = items(file.items).map_err(Error)?;
    Ok(prettyplease::unparse(&file))
}

fn items(items: Vec<Item>) -> syn::Result<Vec<Item>> {
    let mut out = Vec::new();
    for item in items {
        match carried_out(item) {
            Ok(tokens) => out.extend(shortened(syn::parse2::<File>(tokens)?.items)),
            Err(item) => match *item {
                Item::Mod(mut module) => {
                    if let Some((brace, content)) = module.content.take() {
                        module.content = Some((brace, self::items(content)?));
                        out.push(Item::Mod(module));
                    }
                }
                item if has_carried_out(&item) => out.push(within(item)?),
                _ => {}
            },
        }
    }
    Ok(out)
}

/// The user's item comes first; of what follows, the heads are enough.
fn shortened(items: Vec<Item>) -> impl Iterator<Item = Item> {
    items.into_iter().enumerate().map(|(at, mut item)| {
        if let (1.., Item::Impl(item)) = (at, &mut item) {
            item.attrs.clear();
            item.items.clear();
        }
        item
    })
}
