use session_runtime::session;

#[session(version = 4294967296)]
struct Shop {
    visits: u32,
}

fn main() {}
