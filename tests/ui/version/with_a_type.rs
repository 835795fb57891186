use session_runtime::session;

#[session(version = 2u8)]
struct Shop {
    visits: u32,
}

fn main() {}
