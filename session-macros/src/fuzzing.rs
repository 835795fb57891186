//! What the fuzzer of the macros runs (`cargo xtask fuzz`): any options on any item.
//!
//! A macro cannot be called from outside of a compiler, so the fuzzer calls `tests/expansion`, which is built of these sources.

use proc_macro2::TokenStream;

use crate::pipeline;

/// Deeper than anybody nests brackets, and than the parser of Rust can follow on a small stack.
const DEEPEST: usize = 64;

/// The first line is the options, the rest is the item. Whatever the options are, the macros do not panic; and of an item of
/// Rust they make Rust, be it with errors or without.
pub(crate) fn attributes(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (options, item) = text.split_once('\n').unwrap_or((text, "struct Shop { visits: u32 }"));
    if depth(text) > DEEPEST {
        return;
    }
    let (Ok(options), Ok(item)) = (options.parse::<TokenStream>(), item.parse::<TokenStream>()) else {
        return;
    };
    for expand in [pipeline::session, pipeline::with_session] {
        let output = expand(options.clone(), item.clone());
        // a compiler hands a macro nothing but items
        if syn::parse2::<syn::Item>(item.clone()).is_ok_and(|item| is_known(&item)) {
            let shown = output.to_string();
            assert!(syn::parse2::<syn::File>(output).is_ok(), "this is no Rust: {shown}");
        }
    }
}

/// Whether it is an item of today's Rust, and not something that the parser lets through for another day.
const fn is_known(item: &syn::Item) -> bool {
    !matches!(item, syn::Item::Verbatim(_))
}

fn depth(text: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' | b'<' | b'&' | b'!' | b'-' | b'*' => depth += 1,
            b')' | b']' | b'}' | b'>' | b';' | b',' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

#[cfg(test)]
mod tests;
