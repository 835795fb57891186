//! `version` and `migrate`.

use syn::LitInt;

use crate::diag::{Errors, Mistake};
use crate::keys::{Key, StructKey};
use crate::parse::StructOptions;

/// The version that was written, if one was; `None` after a mistake.
#[allow(clippy::option_option, reason = "the outer one is a mistake, the inner one the absence of a version")]
pub(super) fn version(options: &StructOptions, errors: &Errors) -> Option<Option<u32>> {
    if let (None, Some(at)) =
        (options.mentions.find(StructKey::Version), options.mentions.find(StructKey::Migrate))
    {
        let fact = "`migrate` needs a `version`, which says what to migrate: sessions of an earlier one";
        let help = "write `version = 1` beside it: what was stored without a version is of version 0";
        errors.push(Mistake::new(at, fact, help));
    }
    errors.ok(options.version.as_ref().map(number).transpose())
}

fn number(written: &LitInt) -> Result<u32, Mistake> {
    match written.base10_parse::<u32>() {
        Ok(0) => {
            let fact = "version 0 is what was stored without a version";
            Err(Mistake::new(written, fact, "write `version = 1`, and count up from there"))
        }
        Ok(number) if written.suffix().is_empty() => Ok(number),
        Ok(_) | Err(_) => {
            let fact =
                format!("`{written}` is no version: versions are whole numbers from 1 to {}", u32::MAX);
            Err(Mistake::new(written, fact, format!("write `{}`", StructKey::Version.example())))
        }
    }
}
