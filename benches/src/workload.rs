//! What is measured.

pub struct Workload {
    pub name: &'static str,
    pub path: &'static str,
    pub cookie: Cookie,
}

pub enum Cookie {
    None,
    Valid,
    /// Cannot be an id.
    Malformed,
    /// Well formed, but of no session.
    Unknown,
}

pub const WORKLOADS: [Workload; 7] = [
    Workload { name: "untouched", path: "/plain", cookie: Cookie::Valid },
    Workload { name: "first-visit", path: "/first", cookie: Cookie::None },
    Workload { name: "read", path: "/read", cookie: Cookie::Valid },
    Workload { name: "modify", path: "/mod", cookie: Cookie::Valid },
    Workload { name: "malformed", path: "/read", cookie: Cookie::Malformed },
    Workload { name: "unknown", path: "/read", cookie: Cookie::Unknown },
    Workload { name: "anonymous", path: "/read", cookie: Cookie::None },
];
