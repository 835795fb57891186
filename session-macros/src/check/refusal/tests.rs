use proc_macro2::Span;
use syn::{LitInt, LitStr};

use super::refusal;
use crate::model::Refusal;
use crate::parse::RefusalDecl;

fn redirect(to: &str) -> Option<String> {
    match refusal(&RefusalDecl::Redirect(LitStr::new(to, Span::call_site()))) {
        Ok(Refusal::Redirect(target)) => Some(target),
        _ => None,
    }
}

#[test]
fn a_redirect_goes_to_a_path_or_an_address() {
    for good in ["/", "/login", "/a/b?next=%2F&x=1#top", "https://id.example.com/x", "http://[::1]:3000/"] {
        assert_eq!(redirect(good).as_deref(), Some(good));
    }
    let long = format!("/{}", "a".repeat(1_024));
    for bad in [
        "",
        "login",
        "//evil.example",
        "/\\evil.example",
        "/\r\nset-cookie: a=b",
        "/a b",
        "/ä",
        "/\0",
        "/%",
        "/%2",
        "/%2x",
        "/\"",
        "https://",
        "https:///x",
        "http:/x",
        "ftp://a",
        "javascript:alert(1)",
        " /",
        "HTTPS://a",
        &long,
    ] {
        assert_eq!(redirect(bad), None, "{bad:?}");
    }
}

#[test]
fn a_status_is_one_of_the_clients_errors() {
    let status = |code: &str| {
        let Ok(Refusal::Status(status)) = refusal(&RefusalDecl::Status(LitInt::new(code, Span::call_site())))
        else {
            return None;
        };
        Some(status)
    };
    assert_eq!(["400", "404", "4_03", "499"].map(status), [400, 404, 403, 499].map(Some));
    for bad in ["399", "500", "0", "200", "303", "404u16", "70000", "99999999999999999999"] {
        assert_eq!(status(bad), None, "{bad}");
    }
}
