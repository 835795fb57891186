use session_runtime::session;

#[session]
struct Shop {
    #[session(extra)]
    rest: Vec<u8>,
}

fn main() {}
