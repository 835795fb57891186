//! The head of a request.

use std::net::IpAddr;

/// The head of a request, as an adapter shows it. The session's policy is made from this and nothing else; it names no
/// framework.
pub(crate) trait Head {
    /// The method in the letters of the request line.
    fn method(&self) -> &str;

    /// The lines of the `Cookie` header.
    fn cookies(&self) -> impl Iterator<Item = &[u8]>;

    /// The lines of the header of this name, which is given in lower case.
    fn lines(&self, name: &str) -> impl Iterator<Item = &[u8]>;

    /// Who is at the other end of the connection, if the application says so ([`Peer`](super::Peer)).
    fn peer(&self) -> Option<IpAddr>;

    /// Whether the application says that the request came over https ([`OverHttps`](super::OverHttps)).
    fn is_over_https(&self) -> bool;
}

/// A head of a few lines, for tests.
#[cfg(test)]
#[derive(Default)]
pub(crate) struct Shown {
    pub(crate) method: &'static str,
    pub(crate) lines: Vec<(&'static str, Vec<u8>)>,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) over_https: bool,
}

#[cfg(test)]
impl Head for Shown {
    fn method(&self) -> &str {
        self.method
    }

    fn cookies(&self) -> impl Iterator<Item = &[u8]> {
        self.lines("cookie")
    }

    fn lines(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().filter(move |(of, _)| *of == name).map(|(_, line)| &**line)
    }

    fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    fn is_over_https(&self) -> bool {
        self.over_https
    }
}
