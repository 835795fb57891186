use session_runtime::session;

#[session]
struct Shop {
    codes: Vec<session_runtime::Expiring<u32>>,
}

fn main() {}
