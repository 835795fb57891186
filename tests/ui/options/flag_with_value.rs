use session_runtime::session;

#[session]
struct Shop {
    #[session(skip = true)]
    visits: u32,
}

fn main() {}
