//! What caches must know about a response that depends on a cookie, or sets one (RFC 9111, S62, T23).

/// Whether the `Vary` header already says that the response depends on the cookie.
pub(crate) fn varies_by_cookie<'a>(vary: impl Iterator<Item = &'a [u8]>) -> bool {
    members(vary).any(|member| member == "*" || member.eq_ignore_ascii_case("cookie"))
}

/// The `Cache-Control` value that keeps a response with our `Set-Cookie` out of shared caches, or `None` if the present one
/// does. The application's other directives stay; what invites shared caches goes.
pub(crate) fn private<'a>(cache_control: impl Iterator<Item = &'a [u8]>) -> Option<String> {
    let directives: Vec<&str> = members(cache_control).collect();
    let is = |directive: &str, name: &str| {
        directive.split('=').next().is_some_and(|n| n.trim().eq_ignore_ascii_case(name))
    };
    let invites = |directive: &str| is(directive, "public") || is(directive, "s-maxage");
    // `private="field"` covers that field only
    let keeps = |directive: &str| {
        directive.eq_ignore_ascii_case("private") || directive.eq_ignore_ascii_case("no-store")
    };
    if directives.iter().any(|d| keeps(d)) && !directives.iter().any(|d| invites(d)) {
        return None;
    }
    let kept = directives.into_iter().filter(|d| !invites(d) && !d.eq_ignore_ascii_case("private"));
    Some(std::iter::once("private").chain(kept).collect::<Vec<_>>().join(", "))
}

/// The members of a comma-separated header. A line that is not ASCII text cannot be understood, and counts as absent.
fn members<'a>(lines: impl Iterator<Item = &'a [u8]>) -> impl Iterator<Item = &'a str> {
    lines
        .filter_map(|line| std::str::from_utf8(line).ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|m| !m.is_empty())
}
