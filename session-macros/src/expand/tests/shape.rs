//! What all generated code has in common.

use quote::ToTokens as _;
use syn::Item;

use crate::testing::session_file;

const OPTIONS: &str = r#"idle = "30m", absolute = "12h", remember = "30d""#;

const THREE_FIELDS: &str = r#"
    /// A shop.
    pub struct Shop {
        /// Pages seen.
        #[session(merge = add)]
        pub visits: u32,
        /// Who it is.
        #[session(owner)]
        pub user: Option<u64>,
        /// How it looks.
        #[session(keep, default = Theme::Dark, alias = "skin")]
        pub theme: Theme,
    }
"#;

#[test]
fn it_is_short() {
    let code = prettyplease::unparse(&session_file(OPTIONS, THREE_FIELDS));
    let lines = code.lines().count();
    assert!(lines <= 120, "{lines} lines:\n{code}");
}

#[test]
fn nothing_is_added_but_impls_that_are_marked_as_derived() {
    let file = session_file(OPTIONS, THREE_FIELDS);
    let [Item::Struct(shop), impls @ ..] = &*file.items else { panic!("the struct comes first") };
    assert_eq!(shop.ident, "Shop");
    assert_eq!(impls.len(), 6);
    for item in impls {
        let Item::Impl(item) = item else { panic!("an item with a name: {}", item.to_token_stream()) };
        // a trait's methods have the docs of the trait: nothing public is added that lacks any
        assert!(item.trait_.is_some());
        assert!(item.attrs.iter().any(|attr| attr.path().is_ident("automatically_derived")));
    }
}
