use quote::quote;

use super::code;

#[test]
fn types_read_as_they_are_written() {
    assert_eq!(code(&quote!(Option<UserId>)), "Option<UserId>");
    assert_eq!(
        code(&quote!(std::collections::HashMap<String, Vec<u8> >)),
        "std::collections::HashMap<String, Vec<u8>>"
    );
    assert_eq!(code(&quote!(&[u8; 3])), "&[u8; 3]");
    assert_eq!(code(&quote!(Box<dyn Fn(u8) -> u8 + Send>)), "Box<dyn Fn(u8) -> u8 + Send>");
    assert_eq!(code(&quote!(r#type)), "r#type");
}
