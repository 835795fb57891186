use session_runtime::session;

#[session]
struct Shop {
    #[session_runtime::session(keep)]
    theme: u32,
}

fn main() {}
